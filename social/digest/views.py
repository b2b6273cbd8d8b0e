"""The mail in the settings, and what its links lead to: those need no sign-in, and looking at them changes nothing."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from metya.web import ratelimit
from metya.web.decorators import public
from metya.web.http import member_of
from social.digest import actions, jobs, reads
from social.digest.forms import MailForm

SETTINGS = "/settings/notifications/#mail"


@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: HttpRequest) -> HttpResponseBase:
    """Address and how often; 422 keeps what was typed."""
    member = member_of(request)
    found = reads.mail_settings(member)
    form = MailForm(request.POST or None, actor=member, row=found.row)
    if request.method == "POST" and form.is_valid():
        ratelimit.limit("profile", str(member.pk), most=30, seconds=60)
        with transaction.atomic():
            asked = form.save()
            if asked:
                jobs.send_proof.enqueue(member.pk)
        if asked is not None:
            said = _("A mail is on its way to you. The link in it is good for a day.") if asked else _("Saved.")
            messages.success(request, said)
            return redirect(SETTINGS)
    context = {"form": form, "mail": found}
    return render(request, "social/digest/mail.html", context, status=422 if form.errors else 200)


@require_POST
def forget(request: HttpRequest) -> HttpResponseBase:
    """The address is erased."""
    actions.forget(actor=member_of(request))
    messages.success(request, _("Your address was erased. No mail is sent to you."))
    return redirect(SETTINGS)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """A page with a button, since mail programs open links by themselves; by POST, the address is proven."""
    ratelimit.limit("digest-link", ratelimit.client_bucket(request), most=60, seconds=60)
    row = actions.waiting_for(token)
    if request.method == "POST":
        with transaction.atomic():
            row = actions.prove(token)
            if row is not None:
                jobs.send_farewell.enqueue(row.pk)
    done = row is not None and request.method == "POST"
    context = {"waits": row is not None and not done, "done": done, "row": row}
    return render(request, "social/digest/confirm.html", context, status=200 if row else 404)


@csrf_exempt
@public
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """A page with a button; by POST, from it or from a mail program (RFC 8058), mails to that address end. The signed link is all
    that is asked for: neither a session nor a token of a form."""
    ratelimit.limit("digest-link", ratelimit.client_bucket(request), most=60, seconds=60)
    row = actions.of_link(token)
    if row is not None and request.method == "POST":
        actions.stop(row)
    context = {"found": row is not None, "done": row is not None and request.method == "POST"}
    return render(request, "social/digest/stop.html", context, status=200 if row else 404)
