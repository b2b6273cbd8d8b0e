"""The pages of a suspended member (see ``limited``): until when and why, the download, the way out. Nothing else."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metya.members import limited, policy
from metya.members.forms import LeaveForm
from metya.members.handing import ask, handed
from metya.members.models import Download
from metya.wallets.models import Member
from metya.web import ratelimit
from metya.web.decorators import public

View = Callable[Concatenate[HttpRequest, Member, ...], HttpResponseBase]


def for_the_suspended(view: View) -> Callable[..., HttpResponseBase]:
    """Open to visitors; those who did not just prove to be a suspended member are sent to the sign-in."""

    @public
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        member = limited.member_of_proof(request)
        if member is None:
            limited.forget(request)
            return redirect("wallets:sign-in")
        return view(request, member, *args, **kwargs)

    return guarded


@require_safe
@for_the_suspended
def page(request: HttpRequest, member: Member) -> HttpResponse:
    """What is the matter, and what can be done."""
    mine = Download.objects.filter(member=member)
    context = {
        "member": member,
        "contact": settings.CONTACT,
        "waiting": mine.waiting().first(),
        "ready": mine.ready().order_by("-pk"),
        "may_leave": policy.may_leave(member),
        "minutes": limited.SECONDS // 60,
    }
    return render(request, "members/suspended.html", context)


@require_POST
@for_the_suspended
def ask_download(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Have one's data put together."""
    ask(member)
    messages.success(request, _("Your download is being made. This page shows it when it is ready."))
    return redirect("members:suspended")


@require_safe
@for_the_suspended
def download(request: HttpRequest, member: Member, token: str) -> HttpResponseBase:
    """The file, to its member alone; the sign-in just now is the confirmation."""
    return handed(request, member, token)


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_suspended
def leave(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Say once more that one leaves."""
    ratelimit.limit("leave", str(member.pk), most=60, seconds=3600)
    form = LeaveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        departure = form.leave(member)
        if departure is not None:
            request.session.flush()
            return render(request, "members/left.html", {"departure": departure, "suspended": member.suspended_until})
    context = {"form": form, "may_leave": policy.may_leave(member), "member": member}
    return render(request, "members/suspended_leave.html", context, status=422 if form.errors else 200)
