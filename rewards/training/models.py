"""What members are paid for examples that made the community's model better, and for styles that drafts were preferred in."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from rewards.epochs.models import EpochState
from social.training.models import Round, RoundState


class PayState(models.TextChoices):
    HELD = "held", _("on hold")
    RELEASED = "released", _("released")
    PAID = "paid", _("paid")
    FORFEITED = "forfeited", _("forfeited")


class PayKind(models.TextChoices):
    """What an amount is for."""

    EXAMPLES = "examples", _("examples")
    STYLES = "styles", _("styles")


class TrainingPayQuerySet(models.QuerySet["TrainingPay"]):
    def of(self, member: Member) -> "TrainingPayQuerySet":
        return self.filter(member=member)

    def waiting(self) -> "TrainingPayQuerySet":
        """Held by the rule alone: nobody stopped it."""
        return self.filter(state=PayState.HELD, placed_by=None)

    def stopped(self) -> "TrainingPayQuerySet":
        """Held by a reviewer, who gave a reason."""
        return self.filter(state=PayState.HELD, placed_by__isnull=False)

    def due(self, now: datetime) -> "TrainingPayQuerySet":
        """Held by the rule for long enough: a later round has finished, or a week is over."""
        later = Round.objects.filter(state=RoundState.DONE, number__gte=OuterRef("held_until_round"))
        return self.waiting().filter(Q(held_until__lte=now) | Exists(later))

    def payable(self, before: datetime) -> "TrainingPayQuerySet":
        """Released before a moment, to members who are not suspended; in the order in which they are paid."""
        released = self.filter(state=PayState.RELEASED, released_at__lt=before)
        able = released.exclude(member__suspended_until__gt=timezone.now())
        return able.order_by("round__number", "kind", "number")

    def of_kind(self, kind: str) -> "TrainingPayQuerySet":
        return self.filter(kind=kind)

    def paid_in(self, epoch: int) -> "TrainingPayQuerySet":
        return self.filter(state=PayState.PAID, epoch=epoch)

    def settled(self) -> "TrainingPayQuerySet":
        """No longer part of the training account's balance: booked with an epoch, or forfeited."""
        computed = ~Q(epoch__state__in=[EpochState.OPEN, EpochState.CLOSED])
        return self.filter(Q(state=PayState.FORFEITED) | Q(state=PayState.PAID) & computed)


class TrainingPay(models.Model):
    """What a round allots to one member for examples or for styles, and how far it is on its way. Grains.

    ``equal`` is the part for accepted examples, the rest goes by their value; of styles it is nothing. ``number`` is the
    member's in the round's record, or among those whom the record pays for styles. Held until a round of
    ``held_until_round`` or later has finished, or ``held_until``; ``placed_by`` stopped it beyond that. It is paid with
    the earnings.csv of ``epoch`` to ``wallet``.
    """

    round = models.ForeignKey("social.Round", on_delete=models.PROTECT, related_name="pay")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("for"), max_length=8, choices=PayKind, default=PayKind.EXAMPLES)
    number = models.PositiveIntegerField()
    grains = models.BigIntegerField()
    equal = models.BigIntegerField(default=0)
    state = models.CharField(_("state"), max_length=9, choices=PayState, default=PayState.HELD)
    held_until_round = models.PositiveIntegerField()
    held_until = models.DateTimeField()
    made_at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    wallet = models.CharField(max_length=42, blank=True)
    epoch = models.ForeignKey("rewards.Epoch", on_delete=models.PROTECT, null=True, related_name="training_pay")
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    placed_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=500, blank=True)

    objects = TrainingPayQuerySet.as_manager()

    class Meta:
        verbose_name = _("pay for training")
        verbose_name_plural = _("pay for training")
        constraints = [
            models.UniqueConstraint(fields=["round", "member", "kind"], name="training_pay_once"),
            models.CheckConstraint(condition=Q(state__in=PayState.values), name="training_pay_state"),
            models.CheckConstraint(condition=Q(kind__in=PayKind.values), name="training_pay_kind"),
            models.CheckConstraint(
                condition=Q(grains__gt=0, equal__gte=0, equal__lte=F("grains")), name="training_pay_grains"
            ),
            models.CheckConstraint(
                condition=Q(state="paid", epoch__isnull=False, wallet__gt="", paid_at__isnull=False)
                | ~Q(state="paid") & Q(epoch=None, wallet="", paid_at=None),
                name="training_pay_paid",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["released", "paid"]) | Q(released_at__isnull=False),
                name="training_pay_released",
            ),
            models.CheckConstraint(condition=Q(placed_by=None) | ~Q(reason=""), name="training_pay_reason"),
            models.CheckConstraint(
                condition=~Q(state="forfeited")
                | Q(placed_by__isnull=False, decided_by__isnull=False) & ~Q(decided_by=F("placed_by")),
                name="training_pay_two_people",
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-id"], name="training_pay_member"),
            models.Index(fields=["state", "id"], name="training_pay_by_state"),
            models.Index(fields=["epoch", "wallet"], name="training_pay_epoch"),
        ]

    def __str__(self) -> str:
        return str(_("pay of round %(number)d") % {"number": self.round.number})
