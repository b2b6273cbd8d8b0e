"""Looks of the staff: who saw the site as a member sees it, when, why, and which pages. The database itself keeps them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# The key of the session under which the number of its look stands.
HELD = "looking"


class Ending(models.TextChoices):
    """Why a look was over."""

    ENDED = "ended", _("ended by whoever looked")
    TIME = "time", _("the time was over")
    SIGNED_OUT = "out", _("signed out")
    ROLE = "role", _("the role was gone")
    REPLACED = "replaced", _("another look began")
    GONE = "gone", _("the account could not be looked at any more")


class LookQuerySet(models.QuerySet["Look"]):
    def standing(self) -> "LookQuerySet":
        """Those that nobody ended; their time may be over."""
        return self.filter(ended_at__isnull=True)


class Look(models.Model):
    """``session`` is a mark of the one session it holds in, not its key. A row changes once, when it ends; no row is deleted."""

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="looks")
    reason = models.CharField(max_length=300)
    session = models.CharField(max_length=64)
    began_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=8, choices=Ending, blank=True)

    objects = LookQuerySet.as_manager()

    class Meta:
        verbose_name = _("look as a member")
        verbose_name_plural = _("looks as a member")
        constraints = [
            models.UniqueConstraint(fields=["actor"], condition=Q(ended_at__isnull=True), name="look_one_at_a_time"),
            models.CheckConstraint(condition=~Q(actor=F("member")), name="look_at_others"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("began_at")), name="look_ends"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ending="") | Q(ended_at__isnull=False, ending__in=Ending.values),
                name="look_ending",
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-id"], name="look_member"),
            models.Index(fields=["ends_at"], condition=Q(ended_at__isnull=True), name="look_standing"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_id} as {self.member_id}"


class LookPage(models.Model):
    """One page that was asked for: its path, without what stood behind the question mark; ``shown``: not refused."""

    look = models.ForeignKey(Look, on_delete=models.PROTECT, related_name="pages")
    path = models.CharField(max_length=300)
    shown = models.BooleanField(default=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("page of a look")
        verbose_name_plural = _("pages of looks")

    def __str__(self) -> str:
        return self.path
