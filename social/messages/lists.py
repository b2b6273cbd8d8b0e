"""The lists of conversations and requests, and the number beside the envelope."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from metya.wallets.models import Member
from metya.web.paging import PAGE_SIZE
from social.messages import policy
from social.messages.models import PRESENT, Conversation, Message, MessageSettings, Participant, WhoMayWrite
from social.messages.reads import title_of
from social.profiles.models import name_of

COUNTED_UP_TO = 99


@dataclass(frozen=True)
class Line:
    """A conversation in a list: its people, and the newest message that the viewer may see (None: hidden by a block)."""

    me: Participant
    others: list[Participant]
    newest: Message | None

    @property
    def conversation(self) -> Conversation:
        return self.me.conversation

    @property
    def title(self) -> str:
        return title_of(self.conversation, self.others)

    @property
    def faces(self) -> list[Member]:
        return [one.member for one in self.others[:2]]

    @property
    def unread(self) -> bool:
        return self.me.latest > self.me.read_up_to

    @property
    def mine(self) -> bool:
        """Whether the viewer wrote the newest message."""
        return self.newest is not None and self.newest.author_id == self.me.member_id

    @property
    def author(self) -> str:
        return name_of(self.newest.author) if self.newest else ""

    @property
    def about(self) -> str:
        """Whom a line about a coming is about."""
        return name_of(self.newest.about) if self.newest and self.newest.about else ""


@dataclass(frozen=True)
class LinePage:
    """Lines, the cursor of the next page (None: the last), and how many requests wait."""

    items: list[Line]
    next: int | None
    requests: int


def conversations_page(member: Member, before: int | None = None, size: int = PAGE_SIZE) -> LinePage:
    """The member's conversations, the one last written in first; four queries at any length."""
    return _page(member, Participant.objects.accepted().filter(member=member), before, size)


def requests_page(member: Member, before: int | None = None, size: int = PAGE_SIZE) -> LinePage:
    """Who asks to write to the member; four queries at any length."""
    return _page(member, Participant.objects.asked(member), before, size)


def unread_count(member: Member) -> int:
    """In how many conversations something is unread, muted ones and requests aside; one query."""
    return Participant.objects.counted().filter(member=member).count()


def with_unread(members: "QuerySet[Member]") -> "QuerySet[Member]":
    """The members with their ``unread_count`` as ``letters``: every page shows it, and it comes with who is signed in."""
    counted = Participant.objects.counted().filter(member=OuterRef("pk")).order_by().values("member")
    return members.annotate(letters=Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n")), 0))


def requests_count(member: Member) -> int:
    """How many requests wait, at most 100; one query."""
    return Participant.objects.asked(member)[: COUNTED_UP_TO + 1].count()


def settings_of(member: Member) -> MessageSettings:
    """The member's choices (unsaved where none were made); one query."""
    chosen = MessageSettings.objects.filter(pk=member.pk).first()
    return chosen or MessageSettings(member=member, who=WhoMayWrite.EVERYONE, show_read=True)


def _page(member: Member, rows: "QuerySet[Participant]", before: int | None, size: int) -> LinePage:
    if before is not None:
        rows = rows.filter(latest__lt=before)
    mine = list(rows.select_related("conversation").order_by("-latest", "-pk")[: size + 1])
    shown = mine[:size]
    others = _others(member, [one.conversation_id for one in shown])
    newest = Message.objects.visible_to(member).select_related("author__profile", "about__profile", "image")
    messages = newest.in_bulk([one.latest for one in shown])
    items = [Line(one, others[one.conversation_id], messages.get(one.latest)) for one in shown]
    return LinePage(items, shown[-1].latest if len(mine) > size else None, requests_count(member))


def _others(member: Member, conversations: list[int]) -> dict[int, list[Participant]]:
    """Who else is in each; of two also the one who is not any more."""
    rows = Participant.objects.filter(conversation__in=conversations).exclude(member=member)
    found: dict[int, list[Participant]] = defaultdict(list)
    for one in rows.select_related("member__profile", "conversation").order_by("pk"):
        if one.state in PRESENT or not one.conversation.group:
            found[one.conversation_id].append(one)
    return found


def pair_with(member: Member, handle: str) -> Conversation | None:
    """The conversation that the member has with one other person; None for several, or before the first message."""
    other = Member.objects.get_queryset().filter(handle=handle.strip().removeprefix("@").lower()).first()
    if other is None:
        return None
    return Conversation.objects.visible_to(member).filter(pair=policy.pair_of(member, other)).first()
