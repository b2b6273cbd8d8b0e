"""Conversations of two to eight members. Nothing outside this package reads these tables (a test holds it to that)."""

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from metya.web.private import private_storage
from social.follows.models import Block
from social.profiles.models import Profile

_MEMBER = settings.AUTH_USER_MODEL
MOST_PEOPLE = 8


class WhoMayWrite(models.TextChoices):
    """From whom a member takes a first message."""

    EVERYONE = "everyone", _("Everyone: people I do not follow as a request")
    FOLLOWED = "followed", _("Only people I follow")
    NOBODY = "nobody", _("Nobody")


class MessageSettings(models.Model):
    """A member's choices; without a row the defaults stand."""

    member = models.OneToOneField(_MEMBER, on_delete=models.CASCADE, primary_key=True, related_name="+")
    who = models.CharField(max_length=10, choices=WhoMayWrite, default=WhoMayWrite.EVERYONE)
    show_read = models.BooleanField(default=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(who__in=WhoMayWrite.values), name="messages_who")]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.who}"


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, member: Member) -> "ConversationQuerySet":
        """Those that the member takes part in, or is asked to."""
        return self.filter(Exists(Participant.objects.present().filter(conversation=OuterRef("pk"), member=member)))


class Conversation(models.Model):
    """``pair`` names the two members of a direct conversation, of which there is one for ever; None for a group."""

    pair = models.CharField(max_length=41, unique=True, null=True)
    name = models.CharField(max_length=240, blank=True)
    created_by = models.ForeignKey(_MEMBER, on_delete=models.PROTECT, related_name="+")
    # What the form sent along, so that the same form sent twice makes one group.
    client_key = models.CharField(max_length=40, null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["created_by", "client_key"], name="conversation_made_once")]

    def __str__(self) -> str:
        return f"conversation {self.pk}"

    def get_absolute_url(self) -> str:
        return f"/messages/{self.pk}/"

    @property
    def subject(self) -> str:
        """By which a report names it."""
        return f"conversation:{self.pk}"

    @property
    def group(self) -> bool:
        """More than two can take part."""
        return self.pair is None


class State(models.TextChoices):
    """How a member stands to a conversation: asked by a stranger, in it, said no (the others are not told), gone from it."""

    REQUEST = "request", _("asked")
    ACCEPTED = "accepted", _("in it")
    DECLINED = "declined", _("declined")
    LEFT = "left", _("left")


PRESENT = (State.REQUEST, State.ACCEPTED)


class ParticipantQuerySet(models.QuerySet["Participant"]):
    def present(self) -> "ParticipantQuerySet":
        """Who may read: in it, or asked."""
        return self.filter(state__in=PRESENT)

    def accepted(self) -> "ParticipantQuerySet":
        return self.filter(state=State.ACCEPTED)

    def asked(self, member: Member) -> "ParticipantQuerySet":
        """The member's requests, without those of people who are blocked, suspended or gone meanwhile."""
        seen = Profile.objects.visible_to(member).filter(pk=OuterRef("invited_by"))
        return self.filter(Exists(seen), member=member, state=State.REQUEST)

    def counted(self) -> "ParticipantQuerySet":
        """What the number beside the envelope counts: unread, in it, not muted."""
        return self.accepted().filter(latest__gt=F("read_up_to"), muted=False)


class Participant(models.Model):
    """One member in one conversation. The four ids are of messages, 0 for none:

    what came before ``since`` was never for them; ``latest`` is the newest that they may see; ``read_up_to`` is what they
    have read, ``shown_up_to`` what the others may know of that.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="participants")
    member = models.ForeignKey(_MEMBER, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.ACCEPTED)
    invited_by = models.ForeignKey(_MEMBER, on_delete=models.PROTECT, null=True, related_name="+")
    # When a stranger brought them in; None when they came by themselves or were asked by somebody they follow.
    asked_at = models.DateTimeField(null=True)
    muted = models.BooleanField(default=False)
    since = models.BigIntegerField(default=0)
    latest = models.BigIntegerField(default=0)
    read_up_to = models.BigIntegerField(default=0)
    shown_up_to = models.BigIntegerField(default=0)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "member"], name="participant_once"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="participant_state"),
        ]
        indexes = [
            models.Index(fields=["member", "state", "-latest"], name="participant_list"),
            models.Index(fields=["invited_by", "asked_at"], name="participant_asked"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} in {self.conversation_id}"


class Kind(models.TextChoices):
    """What was written, or what happened: somebody added ``about``, somebody left, the group was named ``text``."""

    TEXT = "text", _("message")
    ADDED = "added", _("added somebody")
    LEFT = "left", _("left")
    NAMED = "named", _("named the group")


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, member: Member) -> "MessageQuerySet":
        """Messages of conversations that the member is in or asked to, from their own beginning on.

        In a group those who block each other do not see what the other wrote; two alone keep their history.
        """
        mine = Participant.objects.present().filter(conversation=OuterRef("conversation"), member=member)
        blocks = Block.objects.filter(
            Q(source=member, target=OuterRef("author")) | Q(source=OuterRef("author"), target=member)
        )
        rows = self.filter(Exists(mine.filter(since__lt=OuterRef("pk"))))
        return rows.filter(Q(conversation__pair__isnull=False) | ~Exists(blocks))

    def written(self) -> "MessageQuerySet":
        """Without what only tells of comings and goings."""
        return self.filter(kind=Kind.TEXT)


class Message(models.Model):
    """A deleted one keeps its place as a tombstone, without text and picture."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(_MEMBER, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.TEXT)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    about = models.ForeignKey(_MEMBER, on_delete=models.PROTECT, null=True, related_name="+")
    client_key = models.CharField(max_length=40, null=True)
    created_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "author", "client_key"], name="message_sent_once"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="message_kind"),
        ]
        indexes = [models.Index(fields=["conversation", "-id"], name="message_place")]

    def __str__(self) -> str:
        return f"message {self.pk}"

    @property
    def present(self) -> bool:
        """Not deleted."""
        return self.deleted_at is None

    @property
    def image_or_none(self) -> "MessageImage | None":
        """The picture, if there is one; no query where the image was selected along."""
        return getattr(self, "image", None)


def picture_name(_image: "MessageImage", _name: str) -> str:
    """A folder by month and a name that nobody can guess."""
    return f"messages/{timezone.now():%Y/%m}/{secrets.token_hex(16)}.webp"


class MessageImage(models.Model):
    """A re-encoded picture in the private store: it has no address but the view that judges who asks."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="image")
    file: Any = models.FileField(upload_to=picture_name, storage=private_storage)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    alt = models.CharField(max_length=1000, blank=True)
    alt_declined = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(alt_declined=True) | ~Q(alt=""), name="message_image_alt_or_declined")
        ]

    def __str__(self) -> str:
        return f"picture of message {self.message_id}"
