"""What is shown of conversations: one of them, and its pictures. Lists and counts are in ``lists``."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet
from django.utils.timezone import localdate

from metya.wallets.models import Member, Role
from social.messages import policy
from social.messages.evidence import is_evidence
from social.messages.models import MOST_PEOPLE, Conversation, Kind, Message, MessageImage, Participant, State
from social.messages.standing import Standing, standing
from social.messages.writing import why_closed
from social.profiles.models import name_of

PAGE_SIZE = 30
MOST_AT_ONCE = 100
TOGETHER = timedelta(minutes=5)


@dataclass(frozen=True)
class MessageRow:
    """One message as the viewer sees it; ``joined``: by the same person shortly after the one above, ``day``: the first of
    its day. ``picture`` is hidden from who is only asked (``veiled``)."""

    message: Message
    mine: bool
    joined: bool
    day: bool
    picture: MessageImage | None
    veiled: bool
    may_report: bool

    @property
    def pk(self) -> int:
        return int(self.message.pk)

    @property
    def name(self) -> str:
        return name_of(self.message.author)

    @property
    def about(self) -> str:
        """Whom a line about a coming is about."""
        return name_of(self.message.about) if self.message.about else ""


@dataclass(frozen=True)
class ConversationView:
    """A conversation from one side. ``earlier`` is the cursor of the page above (None: the beginning), ``newest`` the
    highest id shown, ``seen_by`` the names of those who read the viewer's message that stands last."""

    where: Standing
    items: list[MessageRow]
    earlier: int | None
    seen_by: list[str]
    may_write: bool

    @property
    def conversation(self) -> Conversation:
        return self.where.conversation

    @property
    def title(self) -> str:
        return title_of(self.conversation, self.others)

    @property
    def others(self) -> list[Participant]:
        """Who else is in it or asked to; of two also the one who left."""
        return self.where.here

    @property
    def people(self) -> int:
        return len(self.others) + 1

    @property
    def newest(self) -> int:
        return self.items[-1].pk if self.items else self.where.me.latest

    @property
    def request(self) -> bool:
        """Whether the viewer is only asked."""
        return self.where.me.state == State.REQUEST

    @property
    def closed(self) -> str:
        """Why nothing can be written, in words; empty when something can."""
        return why_closed(self.where) if self.where.closed else ""

    @property
    def blocking(self) -> str:
        """The handle of the one whom the viewer blocked, where two are alone."""
        other = self.others[0] if self.others and not self.conversation.group else None
        return other.member.handle if other and other.member_id in self.where.blocking else ""

    @property
    def may_add(self) -> bool:
        return policy.may_add(self.where.me.member, self.where.me) and self.people < MOST_PEOPLE

    @property
    def may_name(self) -> bool:
        return policy.may_name(self.where.me.member, self.where.me)


def title_of(conversation: Conversation, others: list[Participant]) -> str:
    """The group's name, or its people."""
    return conversation.name or ", ".join(name_of(one.member) for one in others)


def conversation_of(viewer: Member, pk: int) -> Conversation | None:
    """The conversation, if the viewer is in it or asked to; one query."""
    return Conversation.objects.visible_to(viewer).filter(pk=pk).first()


def conversation_page(
    viewer: Member, conversation: Conversation, before: int | None = None, after: int | None = None
) -> ConversationView:
    """The newest messages, those before a cursor, or those after one (up to MOST_AT_ONCE); four or five queries at any length."""
    where = standing(viewer, conversation)
    assert where is not None  # noqa: S101 - the caller found it by visible_to
    rows = Message.objects.visible_to(viewer).filter(conversation=conversation)
    rows = rows.select_related("author__profile", "about__profile", "image")
    if after is not None:
        # From the cursor on, so that the first one knows what stands above it.
        found = list(rows.filter(pk__gte=after).order_by("pk")[: MOST_AT_ONCE + 1])
        above = found.pop(0) if found and found[0].pk == after else None
        return _view(viewer, where, found, above, None)
    found = _newest(rows, before)
    above = found.pop(0) if len(found) > PAGE_SIZE else None
    return _view(viewer, where, found, above, found[0].pk if above else None)


def _newest(rows: "QuerySet[Message]", before: int | None) -> list[Message]:
    """In order of time, with one more at the start when there are earlier ones."""
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(reversed(rows.order_by("-pk")[: PAGE_SIZE + 1]))


def _view(
    viewer: Member, where: Standing, found: list[Message], above: Message | None, earlier: int | None
) -> ConversationView:
    items = []
    for message in found:
        items.append(_row(viewer, where, message, above))
        above = message
    return ConversationView(
        where=where,
        items=items,
        earlier=earlier,
        seen_by=_seen_by(viewer, where, found),
        may_write=policy.may_answer(viewer, where.me) and not where.closed,
    )


def _row(viewer: Member, where: Standing, message: Message, above: Message | None) -> MessageRow:
    mine = message.author_id == viewer.pk
    day = above is None or localdate(above.created_at) != localdate(message.created_at)
    near = above is not None and message.created_at - above.created_at < TOGETHER
    same = above is not None and above.author_id == message.author_id and above.kind == message.kind == Kind.TEXT
    image = message.image_or_none if message.present else None
    open_to_me = policy.may_see_picture(where.me)
    return MessageRow(
        message=message,
        mine=mine,
        joined=near and same and not day,
        day=day,
        picture=image if open_to_me else None,
        veiled=image is not None and not open_to_me,
        may_report=not mine and message.kind == Kind.TEXT and message.present,
    )


def _seen_by(viewer: Member, where: Standing, found: list[Message]) -> list[str]:
    """Who read the viewer's newest message of those found, and shows it; nobody across a block. Nobody either once somebody
    answered: the line would stand under the answer, as if it were meant."""
    last = max((one for one in found if one.kind == Kind.TEXT), key=lambda one: one.pk, default=None)
    if last is None or last.author_id != viewer.pk:
        return []
    return [name_of(one.member) for one in where.hearing if one.state == State.ACCEPTED and one.shown_up_to >= last.pk]


def picture_of(viewer: Member, pk: int, *, confirmed: bool) -> MessageImage | None:
    """A picture, if the viewer is in its conversation now and may see its message; a moderator, while it is reported.

    ``confirmed``: they gave their second factor, without which nobody is staff.
    """
    image = MessageImage.objects.filter(pk=pk).select_related("message__conversation").first()
    if image is None:
        return None
    staff = confirmed and viewer.has_role(Role.MODERATOR, Role.SENIOR, Role.ADMIN)
    if staff and is_evidence(image, image.message):
        return image
    mine = Participant.objects.accepted().filter(conversation=image.message.conversation_id, member=viewer).first()
    seen = Message.objects.visible_to(viewer).filter(pk=image.message_id, deleted_at=None)
    return image if policy.may_see_picture(mine) and seen.exists() else None


def message_of(viewer: Member, pk: int) -> Message | None:
    """A message that the viewer may see; one query."""
    rows = Message.objects.visible_to(viewer).select_related("conversation", "author__profile", "image")
    return rows.filter(pk=pk).first()
