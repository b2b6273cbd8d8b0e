"""Devices on which a member wants to hear of things, of which things, and what waits to be told there."""

import hashlib
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

MOST_DEVICES = 10


class PushDeviceQuerySet(models.QuerySet["PushDevice"]):
    def live(self) -> "PushDeviceQuerySet":
        """Those whose session is open."""
        sessions = Session.objects.filter(pk=OuterRef("session__session_key"), expire_date__gt=timezone.now())
        return self.filter(Exists(sessions))

    def over(self) -> "PushDeviceQuerySet":
        """Those whose session ran out."""
        return self.exclude(pk__in=PushDevice.objects.live().values("pk"))


class PushDevice(models.Model):
    """One browser's subscription, as its push service gave it. It belongs to the session in which it was made and goes with it,
    however that ends: signed out, ended elsewhere, with its wallet, suspended, left.

    ``endpoint`` is a secret between this site and the push service: who knows it can be noticed by the device. ``digest``
    (SHA-256) is what it is found by. ``failures`` in a row; until ``silent_until`` nothing is asked of it.
    """

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    session = models.OneToOneField(UserSession, on_delete=models.CASCADE, related_name="+")
    endpoint = models.TextField()
    digest = models.CharField(max_length=64, unique=True)
    p256dh = models.CharField(max_length=88)
    auth = models.CharField(max_length=24)
    label = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    silent_until = models.DateTimeField(null=True)

    objects = PushDeviceQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.label} of {self.member_id}"

    @staticmethod
    def digest_of(endpoint: str) -> str:
        return hashlib.sha256(endpoint.encode()).hexdigest()

    @property
    def subscription(self) -> dict[str, object]:
        """As browsers write it."""
        return {"endpoint": self.endpoint, "keys": {"p256dh": self.p256dh, "auth": self.auth}}


class PushLineQuerySet(models.QuerySet["PushLine"]):
    def waiting(self) -> "PushLineQuerySet":
        return self.filter(waiting=True)

    def due(self, now: datetime) -> "PushLineQuerySet":
        return self.filter(waiting=True, due_at__lte=now)

    def forgettable(self, before: datetime) -> "PushLineQuerySet":
        """Nothing waits, and what was told is so old that it is not told again anyway."""
        return self.filter(waiting=False, due_at__lt=before)


class PushLine(models.Model):
    """What one device is told under one ``tag``: a newer one takes the place of an older one there.

    ``kind`` names who can put it into words, ``about`` the newest thing of it, ``told`` the newest that was told. While
    ``waiting``, it is told at ``due_at`` at the earliest; whoever is sending it moves that on first, so that two never do.
    """

    device = models.ForeignKey(PushDevice, on_delete=models.CASCADE, related_name="lines")
    tag = models.CharField(max_length=100)
    kind = models.CharField(max_length=16)
    about = models.BigIntegerField()
    told = models.BigIntegerField(default=0)
    waiting = models.BooleanField(default=True)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = PushLineQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "tag"], name="push_line_once")]
        indexes = [models.Index(fields=["waiting", "due_at"], name="push_line_due")]

    def __str__(self) -> str:
        return f"{self.tag} for device {self.device_id}"


class PushChoice(models.Model):
    """Whether a member wants one kind of thing pushed; without a row, as whoever tells of it thinks best."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16)
    wanted = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "kind"], name="push_choice_once")]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.kind} {'pushed' if self.wanted else 'not pushed'}"
