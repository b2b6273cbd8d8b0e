"""Who may follow, what waits, and which wallets are seen."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from metya.web import ratelimit
from metya.web.errors import Invalid
from metya.web.http import local_path, member_of
from social.follows import actions as follows
from social.follows import jobs
from social.follows import reads as people
from social.posts.models import Post
from social.profiles import actions, reads
from social.profiles.models import Profile


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The page of the settings about privacy."""
    member = member_of(request)
    profile = Profile.objects.get(member=member)
    context = {
        "profile": profile,
        "waiting": people.request_count(member),
        "wallets": reads.wallet_choices(profile),
    }
    return render(request, "social/profiles/privacy.html", context)


@require_POST
def lock(request: HttpRequest) -> HttpResponseBase:
    """``locked`` yes or no; when it is no, ``waiting`` accept lets in whoever asked, keep lets them wait."""
    member = member_of(request)
    ratelimit.limit("profile", str(member.pk), most=30, seconds=60)
    locked, waiting = request.POST.get("locked"), request.POST.get("waiting", "keep")
    if locked not in ("yes", "no") or waiting not in ("accept", "keep"):
        raise Invalid(_("Say yes or no, and whether those who wait are accepted."), data={"field": "locked"})
    with transaction.atomic():
        follows.set_locked(actor=member, locked=locked == "yes")
        if locked == "no" and waiting == "accept":
            jobs.accept_waiting.enqueue(member.pk)
    text = _("Your account is locked.") if locked == "yes" else _("Your account is open.")
    messages.success(request, text)
    return redirect("profiles:privacy")


@require_POST
def wallets(request: HttpRequest) -> HttpResponseBase:
    """``wallet`` ids that everyone may see on one's page; others are hidden."""
    ids = [int(raw) for raw in request.POST.getlist("wallet") if raw.isascii() and raw.isdigit() and len(raw) < 19]
    actions.show_wallets(actor=member_of(request), ids=ids)
    messages.success(request, _("Saved."))
    return redirect("profiles:privacy")


@require_POST
def pin(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """pin, unpin: one's own public post on top of one's page."""
    member = member_of(request)
    post = get_object_or_404(Post.objects.own_or_visible_to(member).present(), pk=pk)
    (actions.pin if name == "pin" else actions.unpin)(actor=member, post=post)
    text = _("It stands on top of your page now.") if name == "pin" else _("It is not on top of your page any more.")
    messages.success(request, text)
    return redirect(local_path(request.POST.get("next"), member.get_absolute_url()))
