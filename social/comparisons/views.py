"""Saying more, less or which of two, by address. With htmx the answer takes the place of what was pressed; without scripts
the page comes again and says it, with the way back."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from metya.wallets.models import Member
from metya.web import ratelimit, undo
from metya.web.http import local_path, member_of
from metya.web.paging import cursor_from
from metya.web.undo import Undo
from social.comparisons import actions, reads
from social.comparisons.forms import ids
from social.comparisons.models import Example, Question, Said
from social.feeds.sides import FOR_YOU_PAGE
from social.posts import reads as posts
from social.posts.models import Post
from social.ranking.models import Slate
from social.ranking.serving import line_in


def _limit(actor: Member) -> None:
    ratelimit.limit("feedback", str(actor.pk), most=60, seconds=60)
    ratelimit.limit("feedback-day", str(actor.pk), most=600, seconds=86_400)


def _limit_forgetting(actor: Member) -> None:
    """Apart from saying: whoever said much may delete as much of it the same day. Each fits the feed anew."""
    ratelimit.limit("forget", str(actor.pk), most=60, seconds=60)
    ratelimit.limit("forget-day", str(actor.pk), most=1_200, seconds=86_400)


def _slate(actor: Member, pk: int) -> Slate:
    return get_object_or_404(Slate.objects.of(actor), pk=pk)


def _post(actor: Member, pk: int) -> Post:
    return get_object_or_404(Post.objects.visible_to(actor).present().public(), pk=pk)


def _answer(request: HttpRequest, name: str, context: dict[str, Any], message: str, back: Undo | None) -> HttpResponse:
    """The fragment for htmx; else the page that led here, with the message."""
    if getattr(request, "htmx", False):
        return render(request, f"social/comparisons/{name}.html", context)
    if back is not None:
        undo.offer(request, message, back)
    return redirect(local_path(request.POST.get("next"), FOR_YOU_PAGE))


@require_POST
def feedback(request: HttpRequest) -> HttpResponseBase:
    """``more`` or ``less``: "slate,post"."""
    actor = member_of(request)
    _limit(actor)
    said = Said.MORE if "more" in request.POST else Said.LESS
    slate, pk = ids(request.POST.get(said, ""), 2)
    post = _post(actor, pk)
    actions.say(actor=actor, slate=_slate(actor, slate), post=post, said=said)
    message = _("You will see more like this.") if said == Said.MORE else _("You will see less like this.")
    context = {"slate": slate, "pk": pk, "message": message}
    back = Undo(reverse("comparisons:unsay"), f"{slate},{pk}")
    return _answer(request, "_more" if said == Said.MORE else "_less", context, message, back)


@require_POST
def unsay(request: HttpRequest) -> HttpResponseBase:
    """``undo``: "slate,post"; ``folded`` where the post itself has to stand there again."""
    actor = member_of(request)
    _limit(actor)
    number, pk = ids(request.POST.get("undo", ""), 2)
    post, slate = _post(actor, pk), _slate(actor, number)
    actions.unsay(actor=actor, post=post)
    if "folded" not in request.POST:
        return _answer(request, "_taps", {"slate": slate.pk, "pk": pk}, "", None)
    card = posts.card_of(actor, pk)
    shown = card and replace(card, slate=slate.pk, why=line_in(slate, pk))
    return _answer(request, "_unfolded", {"card": shown}, "", None)


@require_POST
def compare(request: HttpRequest) -> HttpResponseBase:
    """``prefer``: "slate,winner,loser"."""
    actor = member_of(request)
    _limit(actor)
    slate, winner, loser = ids(request.POST.get("prefer", ""), 3)
    one, other = _post(actor, winner), _post(actor, loser)
    made = actions.compare(actor=actor, slate=_slate(actor, slate), winner=one, loser=other)
    message = _("Noted: the post of @%(handle)s. Your next page follows it.") % {"handle": made.winner.author.handle}
    back = Undo(reverse("comparisons:uncompare"), f"{winner},{loser}")
    return _answer(request, "_answered", {"example": made, "value": back.value, "message": message}, message, back)


@require_POST
def uncompare(request: HttpRequest) -> HttpResponseBase:
    """``undo``: "winner,loser". The question stands again."""
    actor = member_of(request)
    _limit(actor)
    winner, loser = ids(request.POST.get("undo", ""), 2)
    one, other = _post(actor, winner), _post(actor, loser)
    actions.uncompare(actor=actor, winner=one, loser=other)
    found = Question.objects.of(actor).about(winner, loser).with_posts().first()
    return _answer(request, "_question", {"question": found}, "", None)


@require_POST
def put_off(request: HttpRequest) -> HttpResponseBase:
    """``question``: its id. Not now."""
    actor = member_of(request)
    _limit(actor)
    (pk,) = ids(request.POST.get("question", ""), 1)
    actions.put_off(actor=actor, question=get_object_or_404(Question.objects.of(actor), pk=pk))
    return _answer(request, "_put_off", {}, "", None)


@require_safe
@never_cache
def examples(request: HttpRequest) -> HttpResponse:
    """Every example of one's own, and what it is used for."""
    before = cursor_from(request.GET.get("before"))
    context = {"page": reads.examples(member_of(request), before), "first": before is None}
    return render(request, "social/comparisons/examples.html", context)


@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Delete one example."""
    actor = member_of(request)
    _limit_forgetting(actor)
    actions.forget(actor=actor, example=get_object_or_404(Example.objects.of(actor), pk=pk))
    if getattr(request, "htmx", False):
        return HttpResponse()
    messages.success(request, _("The example is deleted."))
    return redirect("comparisons:examples")


@require_POST
def forget_all(request: HttpRequest) -> HttpResponseBase:
    """Delete all of them, with what was said."""
    actor = member_of(request)
    _limit_forgetting(actor)
    actions.forget_all(actor=actor)
    messages.success(request, _("All of your examples are deleted."))
    return redirect("comparisons:examples")
