"""How a member stands in a conversation: who else is there, who hears them, and why they may not write."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q

from metya.wallets.models import Member
from social.follows.models import Block
from social.messages.models import PRESENT, Conversation, Message, Participant, State

# So many messages may wait for the first of the others to accept.
MOST_UNANSWERED = 3
ASKED, BLOCKED, AWAY, LEFT, ALONE, WAITING = "asked", "blocked", "away", "left", "alone", "waiting"


@dataclass(frozen=True)
class Standing:
    """``me`` and the ``others`` of any state (with members and profiles); ``blocking`` and ``blocked_by``: ids of members."""

    conversation: Conversation
    me: Participant
    others: list[Participant]
    blocking: frozenset[int]
    blocked_by: frozenset[int]

    @property
    def walled(self) -> frozenset[int]:
        """Between whom and me a block stands, either way."""
        return self.blocking | self.blocked_by

    @property
    def here(self) -> list[Participant]:
        """The others who are in it or asked to; one who declined in silence counts among them where two are alone."""
        if not self.conversation.group:
            return self.others
        return [one for one in self.others if one.state in PRESENT]

    @property
    def hearing(self) -> list[Participant]:
        """The others who get what I do here."""
        return [one for one in self.others if one.state in PRESENT and one.member_id not in self.walled]

    @cached_property
    def closed(self) -> str:
        """Why I cannot write now; empty when I can. One query where nobody else has accepted yet."""
        if self.me.state == State.REQUEST:
            return ASKED
        if not self.conversation.group:
            return self._closed_between_two or self._waiting
        return self._waiting if self.here else ALONE

    @property
    def _closed_between_two(self) -> str:
        other = self.others[0]
        if other.member_id in self.walled:
            return BLOCKED
        if other.state == State.LEFT:
            return LEFT
        return AWAY if other.member.suspended or not other.member.is_active else ""

    @property
    def _waiting(self) -> str:
        if any(one.state == State.ACCEPTED for one in self.others):
            return ""
        since = min(one.since for one in self.here)
        mine = Message.objects.written().filter(conversation=self.conversation, author=self.me.member_id, pk__gt=since)
        return WAITING if mine[:MOST_UNANSWERED].count() >= MOST_UNANSWERED else ""


def standing(member: Member, conversation: Conversation) -> Standing | None:
    """Where the member stands; None for one who is not in it. Two queries."""
    rows = Participant.objects.filter(conversation=conversation).select_related("member__profile").order_by("pk")
    people = {row.member_id: row for row in rows}
    me = people.pop(member.pk, None)
    if me is None:
        return None
    me.conversation = conversation
    between = Q(source=member, target__in=people) | Q(source__in=people, target=member)
    pairs = list(Block.objects.filter(between).values_list("source_id", "target_id"))
    blocking = frozenset(target for source, target in pairs if source == member.pk)
    blocked_by = frozenset(source for source, _target in pairs if source != member.pk)
    return Standing(conversation, me, list(people.values()), blocking, blocked_by)
