"""What a member allowed, in which words, and until when. Rows are added and ended, never changed otherwise."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from social.consent import texts


class Purpose(models.TextChoices):
    """What for; each is asked for by itself, and none is given at first."""

    TRAIN = "train", _("Train the community's model")
    EVALUATE = "evaluate", _("Measure the community's model")
    FEATURES = "features", _("Use what I like, reply to and follow")


class Ending(models.TextChoices):
    """Why a grant is over."""

    WITHDRAWN = "withdrawn", _("taken back")
    REPLACED = "replaced", _("given anew under a newer text")


class GrantQuerySet(models.QuerySet["Grant"]):
    def open(self) -> "GrantQuerySet":
        """Neither taken back nor replaced; perhaps under a text that is not the newest."""
        return self.filter(ended_at=None)

    def active(self, purpose: str) -> "GrantQuerySet":
        """What counts for ``purpose`` now: open, and of the newest text, since a new one asks again."""
        return self.open().filter(purpose=purpose, version=texts.current(purpose))

    def of(self, member: Member) -> "GrantQuerySet":
        return self.filter(member=member)


class Grant(models.Model):
    """``member`` allowed ``purpose`` in the words ``words`` (of ``language``) of the version ``version``: the receipt itself.

    ``digest`` is the SHA-256 of the English text of that version, of 64 hexadecimal digits.
    """

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="grants")
    purpose = models.CharField(max_length=8, choices=Purpose)
    version = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=10)
    words = models.TextField()
    digest = models.CharField(max_length=64)
    given_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=9, choices=Ending, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "purpose"], condition=Q(ended_at=None), name="grant_open_once"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="grant_purpose"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ending="") | Q(ended_at__isnull=False, ending__in=Ending.values),
                name="grant_ended",
            ),
        ]
        indexes = [models.Index(fields=["member", "-id"], name="grant_member")]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.purpose} {self.version}"

    @property
    def current(self) -> bool:
        """Whether it counts now."""
        return self.ended_at is None and self.version == texts.current(self.purpose)
