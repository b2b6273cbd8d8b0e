"""The hub of the settings, appearance, time and language, one's own data, leaving and coming back."""

import time
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metya.members import departures, policy, preferences
from metya.members.forms import LanguageForm, LeaveForm, LookForm, TimeForm
from metya.members.handing import ask, handed
from metya.members.models import Download
from metya.wallets import signing_in
from metya.wallets.guards import confirmed_about, is_confirmed, to_confirm
from metya.wallets.models import Member
from metya.web import ratelimit
from metya.web.decorators import public
from metya.web.errors import ActionError, Invalid
from metya.web.http import local_path, member_of, page_before, viewer_of


@require_safe
def hub(request: HttpRequest) -> HttpResponse:
    """Every page of the settings."""
    return render(request, "members/hub.html")


@public
@require_http_methods(["GET", "HEAD", "POST"])
def appearance(request: HttpRequest) -> HttpResponseBase:
    """Theme, size of text, motion; a visitor's choice is kept by their browser."""
    look = request.look  # type: ignore[attr-defined]
    form = LookForm(request.POST or None, initial={"theme": look.theme, "text": look.text, "motion": look.motion})
    if request.method == "POST" and form.is_valid():
        member = viewer_of(request)
        request.look = form.save(member)  # type: ignore[attr-defined]
        if member is not None:  # a note would cost a visitor a session; they see that it worked
            messages.success(request, _("Saved."))
        return redirect("members:appearance")
    return render(request, "members/appearance.html", {"form": form}, status=422 if form.errors else 200)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def language(request: HttpRequest) -> HttpResponseBase:
    """Which language the site speaks; back to ``next`` with it. A visitor's choice is kept by their browser."""
    back = local_path(request.POST.get("next") or page_before(request), "/")
    form = LanguageForm(request.POST or None, initial={"language": request.language})  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        _speak(request, form.save(viewer_of(request)))
        return redirect(back)
    return render(request, "members/language.html", {"form": form, "back": back}, status=422 if form.errors else 200)


def _speak(request: HttpRequest, chosen: str) -> None:
    """From now on; what is said in this answer is in the new language already."""
    request.language = chosen  # type: ignore[attr-defined]
    if not chosen:  # as the browser asks, without the cookie that stood over it
        request.COOKIES.pop(settings.LANGUAGE_COOKIE_NAME, None)
    translation.activate(chosen or translation.get_language_from_request(request))


@require_http_methods(["GET", "HEAD", "POST"])
def time_and_language(request: HttpRequest) -> HttpResponseBase:
    """By which clock, and in which language where there are several."""
    member = member_of(request)
    form = TimeForm(request.POST, actor=member) if request.method == "POST" else TimeForm.of(member)
    if request.method == "POST" and form.is_valid():
        form.save()
        if "language" in form.cleaned_data:
            _speak(request, form.cleaned_data["language"])
        messages.success(request, _("Saved."))
        return redirect("members:time")
    context = {"form": form, "now": timezone.now(), "zone": timezone.get_current_timezone_name()}
    return render(request, "members/time.html", context, status=422 if form.errors else 200)


@require_POST
def zone_seen(request: HttpRequest) -> HttpResponse:
    """``zone``: what the browser says; it never stands over a choice."""
    member = member_of(request)
    ratelimit.limit("zone", str(member.pk), most=20, seconds=3600)
    with suppress(Invalid):  # the browser knows places that this machine does not: nothing to tell anybody
        preferences.note_zone(actor=member, zone=request.POST.get("zone", ""))
    return HttpResponse(status=204)


@never_cache
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """What can be taken along, and the way out."""
    member = member_of(request)
    mine = Download.objects.filter(member=member)
    wanted = request.GET.get("fetch", "")
    context = {
        "waiting": mine.waiting().first(),
        "ready": mine.ready().order_by("-pk"),
        "fetch": mine.ready().filter(token=wanted).first() if is_confirmed(request, member, "leave") else None,
        "may_leave": policy.may_leave(member),
    }
    return render(request, "members/data.html", context)


@require_POST
def ask_download(request: HttpRequest) -> HttpResponseBase:
    """Have one's data put together."""
    ask(member_of(request))
    messages.success(request, _("Your download is being made. This page shows it when it is ready."))
    return redirect("members:data")


@never_cache
@require_safe
def download(request: HttpRequest, token: str) -> HttpResponseBase:
    """The file, to its member alone. A file leaves the page that asked for the proof standing: one comes back to its own page."""
    member = member_of(request)
    if not is_confirmed(request, member, "leave"):
        return to_confirm(member, "leave", then=f"{reverse('members:data')}?{urlencode({'fetch': token})}")
    return handed(request, member, token)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@confirmed_about("leave")
def leave(request: HttpRequest) -> HttpResponseBase:
    """Say once more that one leaves; then the session is over."""
    member = member_of(request)
    ratelimit.limit("leave", str(member.pk), most=60, seconds=3600)
    form = LeaveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        departure = form.leave(member)
        if departure is not None:
            logout(request)
            return render(request, "members/left.html", {"departure": departure})
    context = {"form": form, "may_leave": policy.may_leave(member)}
    return render(request, "members/leave.html", context, status=422 if form.errors else 200)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def come_back(request: HttpRequest) -> HttpResponseBase:
    """Whoever left and has just proven their wallet comes back by one press; the second factor is asked for on the way."""
    proof: dict[str, Any] = request.session.get(signing_in.AWAY) or {}
    member = None
    if time.time() - proof.get("at", 0) < signing_in.AWAY_SECONDS:
        member = Member.objects.get_queryset().filter(pk=proof["member"]).first()
    departure = departures.returning(member) if member is not None else None
    if member is None or departure is None:
        return redirect("wallets:sign-in")
    if request.method != "POST":
        return render(request, "members/come_back.html", {"member": member, "departure": departure})
    try:
        return HttpResponseRedirect(signing_in.come_back(request, proof))
    except ActionError as error:
        messages.error(request, error.message)
        return redirect(local_path(request.POST.get("next"), "/sign-in/"))
