"""Batches of payouts, their review, and holds."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member


class BatchState(models.TextChoices):
    DRAFT = "draft", _("to be submitted")
    SUBMITTED = "submitted", _("waiting for a second reviewer")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")
    PUBLISHED = "published", _("published")
    CLAIMABLE = "claimable", _("claimable")


APPROVED_STATES = (BatchState.APPROVED, BatchState.PUBLISHED, BatchState.CLAIMABLE)


class BatchQuerySet(models.QuerySet["Batch"]):
    def live(self) -> "BatchQuerySet":
        """Not rejected: at most one per epoch."""
        return self.exclude(state=BatchState.REJECTED)

    def approved(self) -> "BatchQuerySet":
        """Approved by two people, whether published yet or not."""
        return self.filter(state__in=APPROVED_STATES)

    def reviewable(self) -> "BatchQuerySet":
        """Waiting for a reviewer."""
        return self.filter(state__in=[BatchState.DRAFT, BatchState.SUBMITTED])


class Batch(models.Model):
    """All payouts of an epoch. Approval is over ``content_hash``; any change of content voids it."""

    epoch = models.ForeignKey("rewards.Epoch", on_delete=models.PROTECT, related_name="batches")
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(_("state"), max_length=10, choices=BatchState, default=BatchState.DRAFT)
    count = models.PositiveIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    tree_root = models.CharField(max_length=66, blank=True)
    tree_total = models.BigIntegerField(default=0)
    content_hash = models.CharField(max_length=64, blank=True)
    checks = models.JSONField(default=list)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    rejected_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    rejected_at = models.DateTimeField(null=True)
    reject_reason = models.CharField(max_length=500, blank=True)
    # Codes of `checklist.POINTS` that each of the two reviewers confirmed.
    submitted_points = models.JSONField(default=list)
    approved_points = models.JSONField(default=list)
    published_at = models.DateTimeField(null=True)
    claimable_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        constraints = [
            models.UniqueConstraint(fields=["epoch", "version"], name="batch_version"),
            models.UniqueConstraint(fields=["epoch"], condition=~Q(state="rejected"), name="batch_one_live"),
            models.CheckConstraint(condition=Q(state__in=BatchState.values), name="batch_state"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(submitted_by__isnull=False) & ~Q(approved_by=F("submitted_by")),
                name="batch_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state="submitted") | Q(submitted_by__isnull=False, content_hash__gt=""),
                name="batch_submitted_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["approved", "published", "claimable"], approved_by__isnull=False)
                | ~Q(state__in=["approved", "published", "claimable"]),
                name="batch_approved_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return str(_("batch of epoch %(number)d") % {"number": self.epoch_id})


class PayoutState(models.TextChoices):
    OWED = "owed", _("owed (below the minimum)")
    IN_REVIEW = "in review", _("in review")
    HELD = "held", _("on hold")
    APPROVED = "approved", _("approved")
    CLAIMABLE = "claimable", _("claimable")
    CLAIMED = "claimed", _("claimed")
    RELEASED = "released", _("released to the next epoch")
    FORFEITED = "forfeited", _("forfeited")


# What never reaches a tree under its own epoch.
OUT_OF_TREE = (PayoutState.HELD, PayoutState.RELEASED, PayoutState.FORFEITED)


class PayoutQuerySet(models.QuerySet["Payout"]):
    def influential(self, epoch: int) -> "models.QuerySet[Payout, int]":
        """Ids of the members with influence in one epoch."""
        rows = self.filter(epoch=epoch, influence__gt=0, member__isnull=False)
        return rows.values_list("member_id", flat=True)

    def of(self, member: Member) -> "PayoutQuerySet":
        """The member's own."""
        return self.filter(member=member)

    def paid(self) -> "PayoutQuerySet":
        """With an amount, whatever became of it."""
        return self.filter(amount__gt=0)

    def new(self) -> "PayoutQuerySet":
        """Those paid who were not in the epoch before."""
        return self.paid().filter(before=0)

    def risen(self) -> "PayoutQuerySet":
        """Those paid in the epoch before too, who gained the most first."""
        return self.paid().filter(before__gt=0, amount__gt=F("before")).order_by(F("before") - F("amount"), "pk")

    def in_tree(self) -> "PayoutQuerySet":
        """Those that count in a tree: an amount, neither held nor released nor forfeited."""
        return self.paid().exclude(state__in=OUT_OF_TREE)


class Payout(models.Model):
    """One wallet's row of payouts.csv, with its state. Grains.

    ``earned`` is this epoch's part; ``amount`` goes into the tree, ``owed`` is what waits for the minimum. Wallets to whom
    nothing happened in the epoch have a line in the file but no row here.
    """

    epoch = models.ForeignKey("rewards.Epoch", on_delete=models.PROTECT, related_name="payouts")
    wallet = models.CharField(max_length=42)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="payouts")
    influence = models.BigIntegerField(default=0)
    earned = models.BigIntegerField(default=0)
    amount = models.BigIntegerField(default=0)
    owed = models.BigIntegerField(default=0)
    cumulative = models.BigIntegerField(default=0)
    # The wallet's amount of the epoch before: for the reviewers' lists, which sort and filter by it. Part of no hash.
    before = models.BigIntegerField(default=0)
    state = models.CharField(_("state"), max_length=10, choices=PayoutState, default=PayoutState.IN_REVIEW)
    state_at = models.DateTimeField(default=timezone.now)

    objects = PayoutQuerySet.as_manager()

    class Meta:
        verbose_name = _("payout")
        constraints = [
            models.UniqueConstraint(fields=["epoch", "wallet"], name="payout_once"),
            models.CheckConstraint(condition=Q(state__in=PayoutState.values), name="payout_state"),
            models.CheckConstraint(
                condition=Q(amount__gte=0, owed__gte=0, cumulative__gte=0), name="payout_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["wallet", "-epoch"], name="payout_wallet"),
            models.Index(fields=["member", "-epoch"], name="payout_member"),
            models.Index(fields=["epoch", "-amount"], name="payout_top"),
        ]

    def __str__(self) -> str:
        return str(_("payout of epoch %(number)d to %(wallet)s") % {"number": self.epoch_id, "wallet": self.wallet})


class HoldQuerySet(models.QuerySet["Hold"]):
    def active(self) -> "HoldQuerySet":
        """Still stopping their amounts."""
        return self.filter(state="active")

    def effective(self) -> "HoldQuerySet":
        """Those that keep, or kept, their amount out of a tree: all but the cancelled."""
        return self.exclude(state="cancelled")

    def listed_in(self, epoch: int) -> "HoldQuerySet":
        """Rows of that epoch's holds.csv: taken out of its tree and not yet out of its balances.csv."""
        unfolded = Q(folded_epoch=None) | Q(folded_epoch__gt=epoch)
        return self.effective().filter(unfolded, payout__epoch__lte=epoch)

    def with_origin(self) -> "HoldQuerySet":
        """With ``by_decision``: whether a decision of moderators placed it, not a reviewer."""
        placed = Touched.objects.filter(hold=OuterRef("pk"), became=Touched.Became.HELD)
        return self.annotate(by_decision=Exists(placed))

    def unfolded(self) -> "HoldQuerySet":
        """Those that the next balances.csv has to leave out."""
        return self.effective().filter(folded_epoch=None)

    def to_return(self) -> "HoldQuerySet":
        """Released, and not owed again in a balances.csv yet."""
        return self.filter(state="released", returned_epoch=None)


class Hold(models.Model):
    """A payout stopped, with a reason and a person. ``folded_epoch`` is the first epoch whose balances.csv knows of it."""

    class State(models.TextChoices):
        ACTIVE = "active", _("active")
        CANCELLED = "cancelled", _("cancelled before publication")
        RELEASED = "released", _("released")
        FORFEITED = "forfeited", _("forfeited")

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="holds")
    amount = models.BigIntegerField()
    reason = models.CharField(_("reason"), max_length=500)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ACTIVE)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=500, blank=True)
    folded_epoch = models.PositiveIntegerField(null=True)
    returned_epoch = models.PositiveIntegerField(null=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("hold")
        constraints = [
            models.UniqueConstraint(fields=["payout"], condition=Q(state="active"), name="hold_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="hold_positive"),
            models.CheckConstraint(condition=~Q(reason=""), name="hold_reason"),
            models.CheckConstraint(
                condition=Q(state__in=["active", "cancelled", "released", "forfeited"]), name="hold_state"
            ),
            models.CheckConstraint(
                condition=Q(state="active") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="hold_decided_by_someone",
            ),
            # What a balances.csv already left out comes back by a release, never by a cancellation.
            models.CheckConstraint(
                condition=~Q(state="cancelled") | Q(folded_epoch__isnull=True), name="hold_cancelled_unfolded"
            ),
        ]

    def __str__(self) -> str:
        return str(_("hold on the %(payout)s") % {"payout": self.payout})


class TouchedQuerySet(models.QuerySet["Touched"]):
    def held(self) -> "TouchedQuerySet":
        """Those whose payout the decision stopped itself, or found stopped by another decision."""
        return self.filter(became__in=[Touched.Became.HELD, Touched.Became.JOINED])

    def standing(self) -> "TouchedQuerySet":
        """Of decisions that were not overturned."""
        return self.filter(decision__overturned_at=None)


class Touched(models.Model):
    """What a decision of moderators did to a payout in which something counted that it is about; once for each of them.

    ``hold`` is the one that it placed, or in which it joined another decision. ``stopped`` payouts were held by a reviewer
    before, who decides; for ``late`` ones the batch was approved.
    """

    class Became(models.TextChoices):
        HELD = "held", _("put on hold")
        JOINED = "joined", _("on hold for another decision")
        STOPPED = "stopped", _("on hold before")
        LATE = "late", _("too late: approved")

    decision = models.ForeignKey("social.Decision", on_delete=models.PROTECT, related_name="+")
    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="touched")
    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, null=True, related_name="touched")
    became = models.CharField(_("became"), max_length=8, choices=Became)
    at = models.DateTimeField(default=timezone.now)

    objects = TouchedQuerySet.as_manager()

    class Meta:
        verbose_name = _("touched payout")
        constraints = [
            models.UniqueConstraint(fields=["decision", "payout"], name="touched_once"),
            models.UniqueConstraint(fields=["hold"], condition=Q(became="held"), name="touched_hold_placed_once"),
            models.CheckConstraint(
                condition=Q(became__in=["held", "joined"], hold__isnull=False)
                | Q(became__in=["stopped", "late"], hold__isnull=True),
                name="touched_became",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payout_id} {self.became}"


class Simulation(models.Model):
    """What everybody would have got without the ties of a ring: asked by a reviewer, computed by a job, booked nowhere.

    ``key`` is the SHA-256 of the sorted ``wallets``; ``figures`` are what the page shows above the table of all amounts,
    which is kept in a file of its own.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("being computed")
        DONE = "done", _("computed")
        FAILED = "failed", _("failed")

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="simulations")
    wallets = models.JSONField()
    key = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=500, blank=True)
    figures = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("simulation")
        constraints = [
            models.UniqueConstraint(fields=["batch", "key"], name="simulation_once"),
            models.CheckConstraint(condition=Q(state__in=["waiting", "done", "failed"]), name="simulation_state"),
        ]

    def __str__(self) -> str:
        return str(_("simulation of epoch %(number)d") % {"number": self.batch.epoch_id})
