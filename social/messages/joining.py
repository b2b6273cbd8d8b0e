"""How people come into a conversation: judged by what each of them allows, strangers as a request."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.errors import Invalid, NotAllowed, TooMany
from social.follows.models import Follow
from social.messages import policy
from social.messages.models import Conversation, MessageSettings, Participant, State, WhoMayWrite
from social.profiles.models import Profile

STRANGERS_A_DAY = 20
DAY = timedelta(days=1)


def arrivals(actor: Member, people: list[Member]) -> dict[int, State]:
    """How a first message of ``actor`` reaches each of the people, by id; three queries.

    Raises Invalid (not there, or blocked either way), NotAllowed "not-wanted" (their setting), TooMany (strangers a day). The
    actor's row must be locked, so that requests sent at once are counted together.
    """
    ids = [person.pk for person in people]
    seen = set(Profile.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", flat=True))
    choices = dict(MessageSettings.objects.filter(pk__in=ids).values_list("pk", "who"))
    friends = set(Follow.objects.filter(source__in=ids, target=actor).values_list("source_id", flat=True))
    found: dict[int, State] = {}
    for person in people:
        if person.pk not in seen:
            message = _("There is nobody called @%(handle)s whom you can write to.")
            raise Invalid(message % {"handle": person.handle}, data={"field": "to"})
        state = policy.arrival(choices.get(person.pk, WhoMayWrite.EVERYONE), person.pk in friends)
        if state is None:
            message = _(
                "@%(handle)s takes no messages from people they do not know. They decide who may write to them."
            )
            raise NotAllowed(message % {"handle": person.handle}, code="not-wanted", data={"field": "to"})
        found[person.pk] = state
    _not_too_many(actor, sum(state == State.REQUEST for state in found.values()))
    return found


def ask_again(actor: Member, left: Participant, state: State, last: int) -> None:
    """Somebody who left comes back, or is asked to: what was before is gone for them."""
    left.state, left.since, left.latest = state, last, last
    left.invited_by = None if left.member_id == actor.pk else actor
    left.asked_at = timezone.now() if state == State.REQUEST else None
    left.read_up_to = left.shown_up_to = last
    left.muted = False
    left.save()


def bring(actor: Member, conversation: Conversation, states: dict[int, State], since: int, latest: int) -> None:
    """New participants, invited by ``actor``."""
    now = timezone.now()
    Participant.objects.bulk_create(
        Participant(
            conversation=conversation,
            member_id=member,
            state=state,
            invited_by=actor,
            asked_at=now if state == State.REQUEST else None,
            since=since,
            latest=latest,
            read_up_to=since,
            shown_up_to=since,
        )
        for member, state in states.items()
    )


def distinct(actor: Member, people: Iterable[Member]) -> list[Member]:
    """Each once, without the actor."""
    return list({person.pk: person for person in people if person.pk != actor.pk}.values())


def _not_too_many(actor: Member, strangers: int) -> None:
    if not strangers:
        return
    recent = Participant.objects.filter(invited_by=actor, asked_at__gt=timezone.now() - DAY).order_by("asked_at")
    if recent.count() + strangers <= STRANGERS_A_DAY:
        return
    first = recent.values_list("asked_at", flat=True).first()
    wait = int((first + DAY - timezone.now()).total_seconds()) + 1 if first else int(DAY.total_seconds())
    message = _(
        "You can write to %(most)d new people a day. Those you know already hear you as ever; try again tomorrow."
    )
    raise TooMany(message % {"most": STRANGERS_A_DAY}, data={"retry_after": max(1, wait), "field": "to"})
