"""What a report takes along of messages, and what stays for the moderators while it is open."""

from contextlib import suppress

from django.db.models import Q, QuerySet

from social.messages.models import Message, MessageImage
from social.moderation.models import Kind, Report

_PICTURES = "/messages/pictures/"


def line_of(message: Message) -> str:
    """One message as it stood: when, who, what, and where its picture is."""
    image = message.image_or_none
    picture = f" [{_address(image)} {_words(image.alt)}]" if image else ""
    return f"{message.created_at:%Y-%m-%d %H:%M} @{message.author.handle}: {_words(message.text)}{picture}"


def pictures_of(message: int) -> list[str]:
    """The addresses of a message's pictures, which open to moderators while it is reported."""
    return [_address(image) for image in MessageImage.objects.filter(message=message)]


def is_evidence(image: MessageImage, message: Message) -> bool:
    """Whether an open report is about the picture: about its message, or about the conversation, as far as it was taken along.
    One query."""
    return Report.objects.open().filter(_about(image, message)).exists()


def forget() -> int:
    """Delete the pictures that stayed for a case when their message went, once the case's own evidence has gone; how many. Safe
    to repeat."""
    done = 0
    rows = MessageImage.objects.filter(message__deleted_at__isnull=False).select_related("message__conversation")
    for image in rows.order_by("pk"):
        if is_evidence(image, image.message) or _told(image, image.message).exists():
            continue
        name, storage = image.file.name, image.file.storage
        image.delete()
        with suppress(OSError):  # a file without a row is litter, a row without its file is a hole
            storage.delete(name)
        done += 1
    return done


def _about(image: MessageImage, message: Message) -> Q:
    along = Q(case__kind=Kind.TALK, case__subject_id=message.conversation_id, evidence__contains=f"[{_address(image)} ")
    return along | Q(case__kind=Kind.MESSAGE, case__subject_id=message.pk)


def _told(image: MessageImage, message: Message) -> "QuerySet[Report]":
    """Reports, also decided ones, whose evidence still names the picture."""
    return Report.objects.filter(_about(image, message)).exclude(evidence="")


def _address(image: MessageImage) -> str:
    return f"{_PICTURES}{image.pk}/"


def _words(written: str) -> str:
    """What somebody wrote, which is never taken for the place of a picture: anybody may write an address into a message."""
    return written.replace(f"[{_PICTURES}", f"[ {_PICTURES}")
