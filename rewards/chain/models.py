"""What the site knows of the chain: contracts, its own transactions, and what it read back."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class DeploymentQuerySet(models.QuerySet["Deployment"]):
    def in_use(self, chain_id: int) -> "DeploymentQuerySet":
        """The contracts of a chain that have not been replaced."""
        return self.filter(chain_id=chain_id, replaced_at=None)


class Deployment(models.Model):
    """A contract in use on a chain. On the distributor's row the indexer keeps its place and the health of the chain."""

    class Kind(models.TextChoices):
        TOKEN = "token", _("token")
        DISTRIBUTOR = "distributor", _("distributor")

    chain_id = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=12, choices=Kind)
    address = models.CharField(max_length=42)
    block = models.PositiveBigIntegerField(default=0)
    first_epoch = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    replaced_at = models.DateTimeField(null=True)
    # Every final block up to here has been read.
    indexed_block = models.PositiveBigIntegerField(null=True)
    head_block = models.PositiveBigIntegerField(null=True)
    # A pass over the chain takes a lease by moving this on; after failures it is the moment of the next try.
    next_pass_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    objects = DeploymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("contract")
        constraints = [
            models.UniqueConstraint(
                fields=["chain_id", "kind"], condition=Q(replaced_at__isnull=True), name="deployment_once"
            ),
            models.UniqueConstraint(fields=["chain_id", "address", "kind"], name="deployment_address"),
            models.CheckConstraint(condition=Q(kind__in=["token", "distributor"]), name="deployment_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.chain_id}"


class TransactionState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    INCLUDED = "included", _("included")
    FINAL = "final", _("final")
    FAILED = "failed", _("failed on chain")
    REVOKED = "revoked", _("revoked by the guardian")
    NEEDS_PERSON = "needs person", _("needs a person")


IN_FLIGHT = (TransactionState.SENT, TransactionState.INCLUDED, TransactionState.NEEDS_PERSON)


class ChainTransactionQuerySet(models.QuerySet["ChainTransaction"]):
    def waiting(self) -> "ChainTransactionQuerySet":
        """Intents that nothing was signed for yet and whose time has come, oldest epoch first."""
        due = self.filter(Q(due_at=None) | Q(due_at__lte=timezone.now()), state=TransactionState.WAITING)
        return due.order_by("epoch", "-kind")

    def in_flight(self) -> "ChainTransactionQuerySet":
        """Signed, holding a nonce of the key, and not final."""
        return self.filter(state__in=IN_FLIGHT, nonce__isnull=False)


class ChainTransaction(models.Model):
    """The outbox: an intent of the site, unique per chain, contract, epoch and kind."""

    class Kind(models.TextChoices):
        SUBMIT_ROOT = "submit", _("submit root")
        ACCEPT_ROOT = "accept", _("accept root")

    chain_id = models.PositiveBigIntegerField()
    contract = models.CharField(max_length=42)
    epoch = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    root = models.CharField(max_length=66)
    call_data = models.TextField()
    state = models.CharField(max_length=14, choices=TransactionState, default=TransactionState.WAITING)
    due_at = models.DateTimeField(null=True)
    sender = models.CharField(max_length=42, blank=True)
    nonce = models.PositiveBigIntegerField(null=True)
    block = models.PositiveBigIntegerField(null=True)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    state_at = models.DateTimeField(default=timezone.now)

    objects = ChainTransactionQuerySet.as_manager()

    class Meta:
        verbose_name = _("chain transaction")
        constraints = [
            models.UniqueConstraint(fields=["chain_id", "contract", "epoch", "kind"], name="chain_intent_once"),
            # One in flight per key, whatever number of workers try.
            models.UniqueConstraint(
                fields=["chain_id", "sender"],
                condition=Q(state__in=["sent", "included", "needs person"], nonce__isnull=False),
                name="chain_one_in_flight",
            ),
            models.CheckConstraint(condition=Q(state__in=TransactionState.values), name="chain_transaction_state"),
            models.CheckConstraint(condition=Q(kind__in=["submit", "accept"]), name="chain_transaction_kind"),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "included"]) | Q(nonce__isnull=False) & ~Q(sender=""),
                name="chain_sent_has_nonce",
            ),
        ]

    def __str__(self) -> str:
        return str(_("epoch %(number)d") % {"number": self.epoch}) + f": {self.get_kind_display()}"


class Attempt(models.Model):
    """One signed form of a transaction, stored before it is sent. Fees in wei per gas."""

    transaction = models.ForeignKey(ChainTransaction, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveIntegerField()
    nonce = models.PositiveBigIntegerField()
    tx_hash = models.CharField(max_length=66, unique=True)
    raw = models.TextField()
    gas = models.PositiveBigIntegerField()
    max_fee = models.PositiveBigIntegerField()
    priority_fee = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["transaction", "number"], name="chain_attempt_once")]

    def __str__(self) -> str:
        return self.tx_hash


class ChainBlock(models.Model):
    """Hashes of indexed blocks, to notice a reorganisation."""

    chain_id = models.PositiveBigIntegerField()
    number = models.PositiveBigIntegerField()
    block_hash = models.CharField(max_length=66)
    parent_hash = models.CharField(max_length=66)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain_id", "number"], name="chain_block_once")]

    def __str__(self) -> str:
        return f"{self.chain_id}:{self.number}"


class ChainLogQuerySet(models.QuerySet["ChainLog"]):
    def unbooked(self) -> "ChainLogQuerySet":
        """Not yet final and booked, in the order of the chain."""
        return self.filter(final_at=None).order_by("block_number", "log_index")

    def final(self) -> "ChainLogQuerySet":
        return self.filter(final_at__isnull=False)

    def claims_of(self, wallet: str) -> "ChainLogQuerySet":
        """Claims of a wallet (lower case), newest first."""
        return self.filter(event="Claimed", wallet=wallet).order_by("-block_number", "-log_index")


class ChainLog(models.Model):
    """One event of the distributor; ``final_at`` set when its block has enough confirmations and it was booked.

    ``amount`` is in grains: what a claim paid, or the total of a root. ``data`` holds every argument as text.
    """

    chain_id = models.PositiveBigIntegerField()
    contract = models.CharField(max_length=42)
    block_number = models.PositiveBigIntegerField(db_index=True)
    block_hash = models.CharField(max_length=66)
    log_index = models.PositiveIntegerField()
    tx_hash = models.CharField(max_length=66, db_index=True)
    event = models.CharField(max_length=24)
    epoch = models.PositiveBigIntegerField(null=True)
    wallet = models.CharField(max_length=42, blank=True, db_index=True)
    amount = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    seen_at = models.DateTimeField(default=timezone.now)
    final_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    objects = ChainLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("chain event")
        constraints = [models.UniqueConstraint(fields=["chain_id", "block_hash", "log_index"], name="chain_log_once")]
        indexes = [models.Index(fields=["block_number", "log_index"], condition=Q(final_at=None), name="chain_log_new")]

    def __str__(self) -> str:
        return f"{self.event} {self.tx_hash}"
