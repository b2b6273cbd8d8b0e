"""Epochs, one per UTC day since genesis, and the governed parameters in force."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class EpochState(models.TextChoices):
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")
    SCORED = "scored", _("scored")
    ATTESTED = "attested", _("attested")
    IN_REVIEW = "in review", _("in review")
    APPROVED = "approved", _("approved")
    PUBLISHED = "published", _("published")
    FINAL = "final", _("final")


class Parameters(models.Model):
    """The governed parameters of params.json, valid from an epoch on; the newest row at or before an epoch counts."""

    from_epoch = models.PositiveIntegerField(unique=True)
    values = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("parameters")
        verbose_name_plural = _("parameters")

    def __str__(self) -> str:
        return str(_("from epoch %(number)d") % {"number": self.from_epoch})


class SeedQuerySet(models.QuerySet["Seed"]):
    def in_force(self, epoch: int) -> "SeedQuerySet":
        """Those from whom trust starts in that epoch."""
        return self.filter(Q(until_epoch=None) | Q(until_epoch__gt=epoch), from_epoch__lte=epoch)


class Seed(models.Model):
    """A member from whom trust starts, from an epoch on and up to another. Without any in force the founders are."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    from_epoch = models.PositiveIntegerField()
    until_epoch = models.PositiveIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = SeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("seed")
        constraints = [
            models.UniqueConstraint(fields=["member", "from_epoch"], name="seed_once"),
            models.CheckConstraint(
                condition=Q(until_epoch=None) | Q(until_epoch__gt=F("from_epoch")), name="seed_until_after_from"
            ),
        ]

    def __str__(self) -> str:
        return str(_("%(member)s from epoch %(number)d") % {"member": self.member, "number": self.from_epoch})


class EpochQuerySet(models.QuerySet["Epoch"]):
    def closed(self) -> "EpochQuerySet":
        """Those whose input files are frozen."""
        return self.exclude(state=EpochState.OPEN)

    def scored(self) -> "EpochQuerySet":
        """Those whose result is computed and booked."""
        return self.exclude(state__in=[EpochState.OPEN, EpochState.CLOSED])

    def unfinished(self) -> "EpochQuerySet":
        """Those that the pipeline has still to bring before reviewers, oldest first."""
        early = [EpochState.OPEN, EpochState.CLOSED, EpochState.SCORED, EpochState.ATTESTED]
        return self.filter(state__in=early).order_by("number")


class Epoch(models.Model):
    """One UTC day. Amounts in grains; ``splits`` are the parts of the pool; ``files`` are name → size and sha256."""

    number = models.PositiveIntegerField(primary_key=True)
    state = models.CharField(_("state"), max_length=10, choices=EpochState, default=EpochState.OPEN)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    scored_at = models.DateTimeField(null=True)
    inputs_root = models.CharField(max_length=64, blank=True)
    result_root = models.CharField(max_length=64, blank=True)
    release = models.BigIntegerField(default=0)
    carry_in = models.BigIntegerField(default=0)
    pool = models.BigIntegerField(default=0)
    carry_out = models.BigIntegerField(default=0)
    splits = models.JSONField(default=dict)
    active = models.PositiveIntegerField(default=0)
    members_paid = models.PositiveIntegerField(default=0)
    reach_bp = models.PositiveIntegerField(default=0)
    files = models.JSONField(default=dict)
    # What the public page draws: spread of the payouts, base, multiplier, reach. Derived from the files alone.
    figures = models.JSONField(default=dict)
    published_at = models.DateTimeField(null=True)
    final_at = models.DateTimeField(null=True)

    objects = EpochQuerySet.as_manager()

    class Meta:
        verbose_name = _("epoch")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=EpochState.values), name="epoch_state"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="epoch_ends_after_start"),
            models.CheckConstraint(condition=Q(state="open") | ~Q(inputs_root=""), name="epoch_closed_has_inputs"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "closed"]) | ~Q(result_root=""), name="epoch_scored_has_result"
            ),
        ]

    def __str__(self) -> str:
        return str(_("epoch %(number)d") % {"number": self.number})
