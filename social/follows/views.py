"""Following, asking to, blocking and muting by address, and the lists of people."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from metya.wallets.models import Member
from metya.web import ratelimit, undo
from metya.web.errors import NotAllowed
from metya.web.http import local_path, member_of, wants_json
from metya.web.paging import cursor_from
from metya.web.undo import Undo
from social.follows import actions, nearby, policy, reads
from social.mutes.spans import until_of
from social.notes.reads import note_about
from social.profiles.models import Profile

VERBS: dict[str, Callable[..., object]] = {
    "follow": actions.follow,
    "unfollow": actions.unfollow,
    "block": actions.block,
    "unblock": actions.unblock,
    "mute": actions.mute,
    "unmute": actions.unmute,
}
# What the undo of a block knows: that one followed them, that it was done on their page, that this page was drawn after it.
FOLLOWED, PAGE, DRAWN = "followed", "page", "drawn"
# Where the session keeps which lists a block emptied, for its undo: a form would tell of private ones.
_LEFT = "left by block {}"
# Their target may have become invisible by a block or a suspension.
_UNDOING = {"unfollow", "block", "unblock", "unmute"}


@require_POST
def verb(request: HttpRequest, handle: str, name: str) -> HttpResponseBase:
    """follow, unfollow, block, unblock, mute, unmute: JSON, what changes on the page for htmx, else 302."""
    member = member_of(request)
    ratelimit.limit("bond", str(member.pk), most=120, seconds=60)
    target = _target(member, handle, name)
    way_back = _way_back(request, member, target, name)
    if name == "mute":
        actions.mute(actor=member, target=target, until=until_of(request.POST.get("for", "")))
    elif name == "unblock" and undo.wanted(request):
        again = FOLLOWED in request.POST["undo"].split(",")
        left = request.session.pop(_LEFT.format(target.pk), [])
        actions.take_back_block(actor=member, target=target, follow_again=again, left=left)
    elif name == "block":
        _block(request, member, target)
    else:
        VERBS[name](actor=member, target=target)
    if wants_json(request):
        bond = reads.bond(member, target)
        answer = {"handle": target.handle, "following": bond.following, "muting": bond.muting}
        return JsonResponse(answer | ({"asked": True} if bond.asked else {}))
    if getattr(request, "htmx", False):
        return _changed(request, member, target, name, way_back)
    done = _done(member, target, name)
    if undo.wanted(request):
        messages.success(request, done)
    elif way_back:
        undo.offer(request, done, way_back)
    hidden = name == "block" or (name == "unblock" and not _there(member, target))
    default = "/" if hidden else target.get_absolute_url()
    where = local_path(request.POST.get("next"), default)
    # After a block, the person's page and posts are not there any more; nor after its end, if they block in turn.
    gone = hidden and where.startswith((target.get_absolute_url(), "/posts/"))
    return redirect(default if gone else where)


@require_http_methods(["GET", "HEAD", "POST"])
def block(request: HttpRequest, handle: str) -> HttpResponseBase:
    """Blocking ends follows, so it is asked first: as a page where no script has asked (htmx) and no program calls (JSON)."""
    asked = "sure" in request.POST or getattr(request, "htmx", False) or wants_json(request)
    if request.method == "POST" and asked:
        return verb(request, handle, "block")
    member = member_of(request)
    target = _target(member, handle, "block")
    if not policy.may_avoid(member, target):
        raise NotAllowed(_("You cannot block yourself."))
    where = local_path(request.POST.get("next") or request.GET.get("next"), target.get_absolute_url())
    if request.method == "POST":  # a page of its own, which can be loaded again
        return redirect(f"{reverse('follows:block', args=[target.handle])}?{urlencode({'next': where})}")
    context = {
        "person": reads.person_card(member, target),
        "seen": Profile.objects.visible_to(member).filter(member=target).exists(),
        "bond": reads.bond(member, target),
        "back": where,
    }
    return render(request, "social/follows/block.html", context)


@require_safe
@vary_on_headers("HX-Request")
def people(request: HttpRequest, handle: str, which: str) -> HttpResponse:
    """Followers, or those whom the person follows."""
    viewer = member_of(request)
    profile = get_object_or_404(
        Profile.objects.visible_to(viewer).select_related("member"), member__handle=handle.lower()
    )
    before = cursor_from(request.GET.get("before"))
    page = reads.people_page(viewer, profile.member, which, before)
    fragment = before is not None and getattr(request, "htmx", False)
    template = "social/follows/_people.html" if fragment else "social/follows/list.html"
    return render(request, template, {"profile": profile, "which": which, "page": page, "first": before is None})


@require_safe
@vary_on_headers("HX-Request")
def mutuals(request: HttpRequest, handle: str) -> HttpResponse:
    """Followers of the person whom the member follows."""
    viewer = member_of(request)
    profile = get_object_or_404(
        Profile.objects.visible_to(viewer).select_related("member"), member__handle=handle.lower()
    )
    before = cursor_from(request.GET.get("before"))
    page = nearby.mutuals_page(viewer, profile.member, before)
    fragment = before is not None and getattr(request, "htmx", False)
    template = "social/follows/_people.html" if fragment else "social/follows/list.html"
    return render(request, template, {"profile": profile, "which": "mutuals", "page": page, "first": before is None})


@require_safe
@vary_on_headers("HX-Request")
def requests(request: HttpRequest) -> HttpResponse:
    """Who asks to follow the member, each with an answer."""
    before = cursor_from(request.GET.get("before"))
    page = reads.requests_page(member_of(request), before)
    fragment = before is not None and getattr(request, "htmx", False)
    template = "social/follows/_requests.html" if fragment else "social/follows/requests.html"
    return render(request, template, {"page": page, "first": before is None})


@require_POST
def answer(request: HttpRequest, handle: str, name: str) -> HttpResponseBase:
    """accept, decline: what became of a request; JSON, the row for htmx, else 302."""
    member = member_of(request)
    ratelimit.limit("bond", str(member.pk), most=120, seconds=60)
    asking = Profile.objects.asking(member).select_related("member")
    visible = Profile.objects.visible_to(member).select_related("member")
    found = asking.filter(member__handle=handle.lower()).first()
    source = (found or get_object_or_404(visible, member__handle=handle.lower())).member
    (actions.accept if name == "accept" else actions.decline)(actor=member, source=source)
    if wants_json(request):
        return JsonResponse({"handle": source.handle, "accepted": name == "accept"})
    if getattr(request, "htmx", False):
        context = {"person": reads.person_card(member, source), "accepted": name == "accept"}
        return render(request, "social/follows/_answered.html", context)
    return redirect(local_path(request.POST.get("next"), "/people/requests/"))


@require_safe
def suggested(request: HttpRequest) -> HttpResponse:
    """A few people to follow, as a card beside the page."""
    return render(request, "social/follows/_suggested.html", {"people": nearby.suggestions(member_of(request))})


def _changed(request: HttpRequest, member: Member, target: Member, name: str, way_back: Undo | None) -> HttpResponse:
    """The follow button; on a profile (``part`` menu) the menu and the badges; nothing for a ``row`` that goes; else a word
    on what was done, and the person's cards leave the page (wishes.js hides them, so that they come back with the undo)."""
    done = _done(member, target, name)
    context = {"handle": target.handle, "pk": target.pk, "message": done, "undo": way_back}
    marks = request.POST.get("undo", "").split(",")
    if DRAWN in marks:
        return undo.said(request, done)
    if PAGE in marks and _there(member, target):  # back to their page, which is there again
        messages.success(request, done)
        return HttpResponse(status=204, headers={"HX-Redirect": target.get_absolute_url()})
    if undo.wanted(request) and name != "follow":
        return _left_out(request, member, target, context | {"undo": None}, out=False)
    if name in ("follow", "unfollow"):
        context |= {"person": reads.person_card(member, target), "level": "success"}
        template = "_again" if undo.wanted(request) else "_followed"
        return render(request, f"social/follows/{template}.html", context)
    part = request.POST.get("part")
    if part == "page":  # their own page is not there any more
        if way_back:
            undo.offer(request, done, way_back)
        return HttpResponse(status=204, headers={"HX-Redirect": "/"})
    if part == "menu" and name in ("mute", "unmute"):
        return render(request, "social/profiles/_changed_bond.html", context | {"view": _standing(member, target)})
    if part == "row" or name in ("unmute", "unblock"):
        return HttpResponse()
    return _left_out(request, member, target, context, out=True)


def _left_out(
    request: HttpRequest, member: Member, target: Member, context: dict[str, Any], *, out: bool
) -> HttpResponse:
    """A word on what was done; the person's cards go or come back, and on their own page the menu and the badges follow."""
    context |= {"view": _standing(member, target), "person": reads.person_card(member, target), "out": out}
    response = render(request, "social/follows/_left_out.html", context)
    response["HX-Trigger"] = json.dumps({"leftout": {"pk": target.pk, "out": out}})
    return response


def _standing(member: Member, target: Member) -> dict[str, Any]:
    """What the menu of a profile shows."""
    return {"member": target, "bond": reads.bond(member, target), "note": note_about(member, target)}


def _way_back(request: HttpRequest, member: Member, target: Member, name: str) -> Undo | None:
    """From what is undone by a press; asked before the deed, since a block ends the follow that its undo begins again."""
    opposite = {"unfollow": "follow", "mute": "unmute", "block": "unblock"}.get(name)
    if opposite is None or (opposite == "follow" and target.profile.locked):
        return None
    marks = []
    if name == "block":
        followed = not target.profile.locked and reads.bond(member, target).following
        where = [PAGE] if request.POST.get("part") == "page" else [] if getattr(request, "htmx", False) else [DRAWN]
        marks = [FOLLOWED] * followed + where
    return Undo(reverse(f"follows:{opposite}", args=[target.handle]), ",".join(marks) or "1")


def _block(request: HttpRequest, member: Member, target: Member) -> None:
    """Block, and keep for the undo which lists that emptied; a second press changes nothing."""
    left = actions.block(actor=member, target=target)
    if left is not None:
        request.session[_LEFT.format(target.pk)] = left


def _there(member: Member, target: Member) -> bool:
    return Profile.objects.visible_to(member).filter(member=target).exists()


def _done(member: Member, target: Member, name: str) -> str:
    """What was done, in a sentence."""
    if name == "unblock" and not _there(member, target):
        return _("@%(handle)s is not blocked any more. Their page is not open to you now.") % {"handle": target.handle}
    sentences = {
        "follow": _("You follow @%(handle)s."),
        "unfollow": _("You follow @%(handle)s no longer."),
        "block": _("You blocked @%(handle)s. You find the way back in the settings."),
        "unblock": _("@%(handle)s is not blocked any more."),
        "mute": _("You muted @%(handle)s. You find the way back in the settings."),
        "unmute": _("@%(handle)s is not muted any more."),
    }
    return sentences[name] % {"handle": target.handle}


def _target(member: Member, handle: str, name: str) -> Member:
    """Whom the verb is about: visible, or for what only ends something also one who is not."""
    rows = Profile.objects.select_related("member")
    rows = rows.reachable_by(member) if name in _UNDOING else rows.visible_to(member)
    return get_object_or_404(rows, member__handle=handle.lower()).member  # type: ignore[no-any-return]
