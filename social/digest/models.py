"""Where and how often a member gets a mail with what they missed. Off until they give an address and prove that it is theirs."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

PROOF_FOR = timedelta(hours=24)
MOST_FAILURES = 3


class Frequency(models.TextChoices):
    OFF = "off", _("Never")
    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every Monday")


def fresh_key() -> str:
    return secrets.token_urlsafe(18)


class MailDigestQuerySet(models.QuerySet["MailDigest"]):
    def due(self, now: datetime) -> "MailDigestQuerySet":
        """To whom a mail goes now, or may: not suspended, with a proven address that takes mails, on, and its time come."""
        ready = self.exclude(address="").exclude(frequency=Frequency.OFF).exclude(member__suspended_until__gt=now)
        return ready.filter(due_at__lte=now, failures__lt=MOST_FAILURES, member__is_active=True)


class MailDigest(models.Model):
    """A member's address, which nobody else is shown.

    ``address`` is proven; ``asked`` waits for its proof, of which ``proof`` is the SHA-256, good until ``proof_until``;
    ``former`` is to be told that another one took its place. ``key`` stands in the links by which mails to ``address`` are
    ended, and changes with it. ``seen_up_to`` is the newest notification that a mail told of; ``failures``: refused in a row.
    """

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    frequency = models.CharField(max_length=8, choices=Frequency, default=Frequency.OFF)
    address = models.CharField(max_length=254, blank=True)
    asked = models.CharField(max_length=254, blank=True)
    former = models.CharField(max_length=254, blank=True)
    proof = models.CharField(max_length=64, blank=True, db_index=True)
    proof_until = models.DateTimeField(null=True)
    key = models.CharField(max_length=32, default=fresh_key)
    due_at = models.DateTimeField(null=True, db_index=True)
    seen_up_to = models.BigIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    objects = MailDigestQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(frequency__in=Frequency.values), name="digest_frequency")]

    def __str__(self) -> str:
        return f"mail to {self.member_id}: {self.frequency}"

    @staticmethod
    def digest_of(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    @property
    def failing(self) -> bool:
        """The mails came back too often: no more are sent until the address is proven again."""
        return self.failures >= MOST_FAILURES
