"""Asking for two drafts: who may, how much is left of the day, which styles, and who writes them."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.errors import Conflict, Invalid, NotAllowed, TooMany, Unavailable
from social.assistant import actions, policy, strength
from social.assistant.endpoint import MOST_TOKENS
from social.assistant.jobs import write_draft
from social.assistant.models import Ask, AssistantConfig, DraftHalf, DraftPair, Side, StyleCard
from social.assistant.questions import cost_of, question
from social.assistant.reads import day_of, strengths_of, usable_cards, used_today
from social.posts.render import MAX_CHARACTERS
from social.posts.text import clean_text
from social.profiles.models import Profile

MOST_AT_ONCE = 8


@transaction.atomic
def request(*, actor: Member, ask: str, text: str, card: StyleCard | None = None, key: str = "") -> DraftPair:
    """Have two drafts of ``text`` written, one of them in the style ``card`` if that is asked for.

    Raises NotAllowed (not switched on for oneself), Unavailable "off" (not configured), Invalid (text, ask, card), Conflict
    "running" (two are being written), TooMany (of the day, of the community's day, of this moment).
    """
    if not policy.may_ask(actor):
        raise NotAllowed(_("Switch the drafting assistant on in your settings first."))
    if ask not in Ask.values:
        raise Invalid(_("Choose what you want."), data={"field": "ask"})
    text = clean_text(text, most=MAX_CHARACTERS)
    # Two who ask at once wait for each other here: each sees what the other takes of the day.
    config = AssistantConfig.objects.select_for_update().first()
    if config is None or not policy.configured(config):
        raise Unavailable(_("The drafting assistant is not available here. Your text stays as it is."), code="off")
    actions.lapse(config.seconds)
    if DraftPair.objects.of(actor).running().exists():
        raise Conflict(
            _("Two drafts are being written for you already. Wait for them, or cancel them."), code="running"
        )
    if DraftPair.objects.running().count() >= MOST_AT_ONCE:
        raise TooMany(_("Many ask at the moment. Try again in half a minute."), data={"retry_after": 30})
    pair = DraftPair(member=actor, ask=ask, text=text, key=key[:40], model=config.model)
    halves = [_half(config, pair, side, one) for side, one in zip(Side, _styles(actor, card), strict=True)]
    _require_room(actor, config, halves)
    pair.save()
    for half in halves:
        half.pair = pair
        half.save()
    Profile.objects.filter(member=actor).update(drafted_at=pair.at)
    actor.profile.drafted_at = pair.at
    for half in halves:
        write_draft.enqueue(half.pk)
    return pair


def _half(config: AssistantConfig, pair: DraftPair, side: str, card: StyleCard | None) -> DraftHalf:
    """With the most that it can take."""
    sent = question(config, pair, card).tokens
    return DraftHalf(
        side=side, card=card, tokens_in=sent, tokens_out=MOST_TOKENS, cost=cost_of(config, sent, MOST_TOKENS)
    )


def _styles(actor: Member, asked: StyleCard | None) -> tuple[StyleCard | None, StyleCard | None]:
    """Two different styles in random order, of people whom the actor wants to meet; where there are too few, the house's
    plain one (None) stands in."""
    cards: list[StyleCard | None] = [*usable_cards(actor)]
    if asked is not None and asked not in cards:
        raise Invalid(_("This style is not in use any more. Choose another one."), data={"field": "card"})
    known = [card for card in cards if card is not None]
    if len(known) >= 2:
        first = known.index(asked) if asked is not None else None
        one, other = strength.pick(strengths_of(known), secrets.randbits(63), first)
        return known[one], known[other]
    two = [*known, None, None][:2]
    secrets.SystemRandom().shuffle(two)
    return two[0], two[1]


def _require_room(actor: Member, config: AssistantConfig, halves: list[DraftHalf]) -> None:
    """Raises TooMany, with when it is possible again, for what is more than the day has left."""
    now = timezone.now()
    again = day_of(now) + timedelta(days=1)
    mine, everyone = used_today(actor), used_today()
    if mine.requests >= config.member_requests:
        message = _("You asked %(most)d times today, which is the most. It is possible again on %(when)s.")
        raise _later(message % {"most": config.member_requests, "when": _said(again)}, now, again)
    if mine.tokens + sum(one.tokens_in + one.tokens_out for one in halves) > config.member_tokens:
        message = _("Your share of today is used up. It is possible again on %(when)s.")
        raise _later(message % {"when": _said(again)}, now, again)
    if everyone.cost + sum(one.cost for one in halves) > config.most_cost:
        message = _("What the community spends on drafts in a day is used up. It is possible again on %(when)s.")
        raise _later(message % {"when": _said(again)}, now, again)


def _said(moment: datetime) -> str:
    """In the member's own time."""
    return date_format(timezone.localtime(moment), _("j F Y, H:i"))


def _later(message: str, now: datetime, again: datetime) -> TooMany:
    return TooMany(message, data={"retry_after": int((again - now).total_seconds()) + 1})
