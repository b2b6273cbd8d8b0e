"""Styles: proposed by members, brought into use and out of it by votes, removed by moderators with a reason."""

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from metya.ops import audit
from metya.wallets.models import Member
from metya.web.errors import Conflict, Invalid, NotAllowed
from social.assistant import policy
from social.assistant.models import AssistantConfig, CardState, StyleCard, StyleVote
from social.notifications import actions as notifications
from social.notifications.sentences import Sentence
from social.posts.text import clean_line, clean_text

MAX_NAME, MAX_INSTRUCTION, MAX_EXAMPLE, MAX_REASON = 40, 400, 400, 300
MOST_PROPOSED = 3
VOTES_NEEDED = 5  # where nobody set another number
_IN_USE = gettext_noop("Your style “%(name)s” is in use now: members voted for it.")
_REMOVED = gettext_noop("A moderator removed your style “%(name)s”: %(reason)s")


@transaction.atomic
def propose(*, actor: Member, name: str, instruction: str, example: str = "") -> StyleCard:
    """A style that others can vote on. Its words are never changed: withdraw it and propose another.

    Raises NotAllowed, Invalid (name, instruction, example), Conflict "many" (MOST_PROPOSED of the member wait for votes).
    """
    if not policy.may_take_part(actor):
        raise NotAllowed(_("Your account cannot do this now."))
    name = clean_line(name, most=MAX_NAME, field="name", required=True)
    instruction = clean_text(instruction, most=MAX_INSTRUCTION, field="instruction")
    example = clean_text(example, most=MAX_EXAMPLE, field="example", required=False)
    Member.objects.select_for_update(no_key=True).get(pk=actor.pk)
    if StyleCard.objects.proposed().filter(author=actor).count() >= MOST_PROPOSED:
        message = _("%(most)d of your styles wait for votes, which is the most. Withdraw one first.")
        raise Conflict(message % {"most": MOST_PROPOSED}, code="many")
    standing = StyleCard.objects.exclude(state=CardState.RETIRED).values_list("name", flat=True)
    if name.casefold() in {one.casefold() for one in standing}:
        raise Invalid(_taken(), data={"field": "name"})
    try:
        with transaction.atomic():
            return StyleCard.objects.create(author=actor, name=name, instruction=instruction, example=example)
    except IntegrityError as error:
        # Somebody else proposed it after this looked.
        raise Invalid(_taken(), data={"field": "name"}) from error


def _taken() -> str:
    return _("There is a style of this name.")


@transaction.atomic
def vote(*, actor: Member, card: StyleCard, value: int) -> StyleCard:
    """For a style (1), against it (-1), or neither (0); the last vote stands. Enough votes bring it into use, and out of it
    again when more are against it than for it.

    Raises NotAllowed (one's own, retired), Invalid (value).
    """
    found = _locked(card)
    if not policy.may_vote(actor, found):
        raise NotAllowed(_("You vote on styles of others that are proposed or in use."))
    if value not in (-1, 0, 1):
        raise Invalid(_("Vote for it, against it, or not at all."), data={"field": "value"})
    if value:
        StyleVote.objects.update_or_create(member=actor, card=found, defaults={"value": value, "at": timezone.now()})
    else:
        StyleVote.objects.filter(member=actor, card=found).delete()
    balance = StyleVote.objects.filter(card=found).aggregate(sum=Sum("value"))["sum"] or 0
    if found.state == CardState.PROPOSED and balance >= votes_needed():
        _become(found, CardState.IN_USE)
        said = Sentence(_IN_USE, {"name": found.name})
        notifications.notify(
            member=found.author, kind="notice", text=said, url=found.get_absolute_url(), key=f"style:{found.pk}:used"
        )
    elif found.state == CardState.IN_USE and balance < 0:
        _become(found, CardState.RETIRED)
    return found


@transaction.atomic
def withdraw(*, actor: Member, card: StyleCard) -> None:
    """Its author does not want it used any more; twice is harmless. Raises NotAllowed."""
    found = _locked(card)
    if found.author_id == actor.pk and found.state == CardState.RETIRED:
        return
    if not policy.may_withdraw(actor, found):
        raise NotAllowed(_("Only its author withdraws a style."))
    _become(found, CardState.RETIRED)


@transaction.atomic
def remove(*, actor: Member, card: StyleCard, reason: str) -> bool:
    """Moderators: out of use and of sight for good, and its author reads why. False when it was removed before.

    Raises NotAllowed, Invalid (reason).
    """
    found = _locked(card)
    why = clean_line(reason, most=MAX_REASON, field="reason", required=True)
    if found.retired_by_id is not None:
        return False
    if not policy.may_remove(actor, found):
        raise NotAllowed(_("Moderators remove styles of others."))
    found.reason, found.retired_by = why, actor
    _become(found, CardState.RETIRED)
    audit.record(actor, "assistant.remove_style", found, author=found.author.handle, name=found.name, reason=why)
    said = Sentence(_REMOVED, {"name": found.name, "reason": why})
    key = f"style:{found.pk}:removed"
    notifications.notify(member=found.author, kind="notice", text=said, url=found.get_absolute_url(), key=key)
    return True


def _locked(card: StyleCard) -> StyleCard:
    """So that of two votes at once the second counts the first."""
    return StyleCard.objects.select_for_update(no_key=True, of=("self",)).select_related("author").get(pk=card.pk)


def votes_needed() -> int:
    """How many votes more for it than against it bring a style into use."""
    found = AssistantConfig.objects.first()
    return found.votes_needed if found else VOTES_NEEDED


def _become(card: StyleCard, state: str) -> None:
    card.state, card.since = CardState(state), timezone.now()
    card.save(update_fields=["state", "since", "reason", "retired_by"])
