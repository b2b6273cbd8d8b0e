"""Messages in a member's download, and what becomes of them when the member is erased."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.members.parts import ERASED, Row, Section, delete_some
from metya.wallets.models import Member
from social.messages import writing
from social.messages.evidence import is_evidence
from social.messages.models import (
    PRESENT,
    Conversation,
    Kind,
    Message,
    MessageImage,
    MessageSettings,
    Participant,
    State,
)
from social.messages.standing import standing

CHUNK = 500
RULES = {
    "social.MessageSettings.member": ERASED,
    "social.Participant.member": "kept: as one who left, so that the others see why nobody answers",
    "social.Participant.invited_by": "kept: who brought somebody in, by number",
    "social.Conversation.created_by": "kept: the conversation belongs to those who are in it",
    "social.Message.author": "kept: emptied, as places in the conversation of others",
    "social.Message.about": "kept: that somebody was brought in, by number",
}


def sections(member: Member) -> list[Section]:
    return [
        Section("conversations", _("Conversations"), lambda: _conversations(member)),
        Section("messages", _("Messages"), lambda: _messages(member), lambda: _pictures(member)),
    ]


def _conversations(member: Member) -> Iterator[Row]:
    for one in Conversation.objects.visible_to(member).order_by("pk").iterator(chunk_size=CHUNK):
        people = Participant.objects.present().filter(conversation=one).exclude(member=member)
        with_whom = list(people.order_by("pk").values_list("member__handle", flat=True))
        yield {"id": one.pk, "name": one.name, "with": with_whom, "since": one.created_at}


def _seen(member: Member) -> Any:
    """What the member may read, without what was taken back."""
    return Message.objects.visible_to(member).written().filter(deleted_at=None)


def _messages(member: Member) -> Iterator[Row]:
    rows = (
        _seen(member)
        .order_by("pk")
        .values("conversation", "author__handle", "text", "created_at", "image__file", "image__alt")
    )
    accepted = set(_accepted(member).values_list("conversation", flat=True))
    for row in rows.iterator(chunk_size=CHUNK):
        # A picture of somebody whose request waits is not shown on the page either.
        picture = row["image__file"] if row["conversation"] in accepted else None
        yield {
            "conversation": row["conversation"],
            "by": row["author__handle"],
            "at": row["created_at"],
            "text": row["text"],
            "picture": f"files/{picture}" if picture else "",
            "description": row["image__alt"] if picture else "",
        }


def _pictures(member: Member) -> Iterator[tuple[str, Any]]:
    mine = _accepted(member).filter(conversation=OuterRef("message__conversation"))
    rows = MessageImage.objects.filter(Exists(mine), message__in=_seen(member)).order_by("pk")
    for image in rows.iterator(chunk_size=CHUNK):
        yield str(image.file.name), image.file


def _accepted(member: Member) -> Any:
    return Participant.objects.accepted().filter(member=member)


def erase(member: Member, most: int) -> int:
    """Out of every conversation, then the words; 0 when nothing is left."""
    return _leave(member, most) or _words(member, most) or _lines(member, most) or _choices(member, most)


def _leave(member: Member, most: int) -> int:
    """The others see the line that says so."""
    rows = list(Participant.objects.filter(member=member).exclude(state=State.LEFT).order_by("pk")[:most])
    for row in rows:
        with transaction.atomic():
            conversation = Conversation.objects.select_for_update(no_key=True).get(pk=row.conversation_id)
            where = standing(member, conversation)
            if where is None or not Participant.objects.filter(pk=row.pk).exclude(state=State.LEFT).update(
                state=State.LEFT
            ):
                continue
            if where.me.state in PRESENT:
                writing.note(where, Kind.LEFT)
    return len(rows)


def _words(member: Member, most: int) -> int:
    """Text and picture; a picture that an open report is about stays with the case, as when its author deletes it."""
    written = Message.objects.written().filter(author=member, deleted_at=None)
    rows = list(written.select_related("image", "conversation").order_by("pk")[:most])
    for message in rows:
        image = message.image_or_none
        kept = image is not None and is_evidence(image, message)
        if image is not None and not kept:
            image.file.storage.delete(image.file.name)
        with transaction.atomic():
            if image is not None and not kept:
                image.delete()
            Message.objects.filter(pk=message.pk).update(text="", html="", client_key=None, deleted_at=timezone.now())
    return len(rows)


def _lines(member: Member, most: int) -> int:
    """Names that the member gave to groups, in the lines that told of it; and keys of what was sent."""
    told = Q(kind=Kind.NAMED) & ~Q(text="") | Q(client_key__isnull=False)
    ids = list(Message.objects.filter(told, author=member).order_by("pk").values_list("pk", flat=True)[:most])
    return Message.objects.filter(pk__in=ids).update(text="", html="", client_key=None)


def _choices(member: Member, most: int) -> int:
    return delete_some(MessageSettings, most, member=member)
