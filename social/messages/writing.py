"""How a message comes to be: cleaned first, then written with its picture, and told to those who are to see it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.errors import Conflict, Invalid, NotAllowed
from social.live import publish as live
from social.messages import pushing
from social.messages import standing as standings
from social.messages.models import Conversation, Kind, Message, MessageImage, Participant, State
from social.messages.standing import Standing
from social.posts.images import Picture, clean_picture
from social.posts.pictures import MAX_ALT
from social.posts.render import render
from social.posts.text import clean_text
from social.posts.writing import known_handles
from social.push import queue

MAX_CHARACTERS = 2000


@dataclass(frozen=True)
class Draft:
    """A message as it will be stored, before anything is written."""

    text: str
    picture: Picture | None
    alt: str
    alt_declined: bool
    client_key: str | None

    @classmethod
    def clean(
        cls,
        text: str,
        image: "UploadedFile[Any] | None" = None,
        alt: str = "",
        alt_declined: bool = False,
        client_key: str | None = None,
    ) -> "Draft":
        """Judge and tidy every part; a picture may stand alone. Raises Invalid with ``data['field']``."""
        clean = clean_text(text, most=MAX_CHARACTERS, required=image is None)
        picture, description = None, ""
        if image is not None:
            description = clean_text(alt, most=MAX_ALT, field="alt", required=False)
            if not description and not alt_declined:
                message = _("Describe the picture for people who cannot see it, or say that you will not.")
                raise Invalid(message, data={"field": "alt"})
            picture = clean_picture(image)
        key = (client_key or "").strip()[:40] or None
        return cls(clean, picture, description, alt_declined and not description, key)


@contextmanager
def files_of_a_failure_removed() -> Iterator[list[MessageImage]]:
    """A list for what is stored within; when it fails, the files go with the rows."""
    stored: list[MessageImage] = []
    try:
        yield stored
    except BaseException:
        for image in stored:
            with suppress(OSError):
                image.file.storage.delete(image.file.name)
        raise


def sent_before(actor: Member, conversation: Conversation, draft: Draft) -> Message | None:
    """The message that the same form made. Raises Conflict "sent" when it was deleted since."""
    if draft.client_key is None:
        return None
    found = Message.objects.filter(conversation=conversation, author=actor, client_key=draft.client_key).first()
    if found is not None and not found.present:
        raise Conflict(_("You sent this already and deleted it since. Reload the page to write anew."), code="sent")
    return found


def write(where: Standing, draft: Draft, stored: list[MessageImage]) -> Message:
    """Write it as ``where.me``; in a transaction that holds the conversation. Raises NotAllowed, saying why."""
    if where.closed:
        raise NotAllowed(why_closed(where), code=f"closed-{where.closed}")
    me, conversation = where.me, where.conversation
    message = Message.objects.create(
        conversation=conversation,
        author_id=me.member_id,
        text=draft.text,
        html=render(draft.text, known_handles).html if draft.text else "",
        client_key=draft.client_key,
    )
    if draft.picture is not None:
        shape = {"width": draft.picture.width, "height": draft.picture.height}
        image = MessageImage(message=message, alt=draft.alt, alt_declined=draft.alt_declined, **shape)
        stored.append(image)
        image.file.save("picture.webp", draft.picture.as_file(), save=True)
    Participant.objects.filter(pk__in=[one.pk for one in where.hearing]).update(latest=message.pk)
    Participant.objects.filter(pk=me.pk).update(latest=message.pk, read_up_to=message.pk)
    me.latest = me.read_up_to = message.pk
    tell(where, message.pk)
    # Requests, and conversations that are muted, wait in silence.
    heard = [one.member_id for one in where.hearing if one.state == State.ACCEPTED and not one.muted]
    queue.add(pushing.KIND, [queue.Item(member, f"talk:{conversation.pk}", message.pk) for member in heard])
    return message


def note(where: Standing, kind: Kind, *, about: Member | None = None, text: str = "") -> Message:
    """A line about a coming, a going or a name; it makes nothing unread."""
    actor = where.me.member_id
    line = Message.objects.create(conversation=where.conversation, author_id=actor, kind=kind, about=about, text=text)
    tell(where, line.pk)
    return line


def tell(where: Standing, newest: int) -> None:
    """A live hint to everyone who gets what I do here, and to my own other pages."""
    live.messages(newest, where.me.member_id, *(one.member_id for one in where.hearing))


def why_closed(where: Standing) -> str:
    """The reason in words; a block is not named to the one who is blocked."""
    name = where.others[0].member.handle if where.others else ""
    if where.closed == standings.BLOCKED and where.blocking:
        return _("You blocked @%(handle)s. Unblock to write here again.") % {"handle": name}
    return {
        standings.ASKED: _("Accept the request first, then you can answer."),
        standings.BLOCKED: _("No more messages can be sent here. What was written stays yours to read."),
        standings.AWAY: _("@%(handle)s cannot receive messages now. What was written stays yours to read."),
        standings.LEFT: _("@%(handle)s left this conversation."),
        standings.ALONE: _("Nobody else is here any more."),
        standings.WAITING: _("Wait until your request is accepted: up to three messages can be sent before."),
    }[where.closed] % {"handle": name}
