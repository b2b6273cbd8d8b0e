"""Double entry in grains: accounts and the transfers between them."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class AccountKind(models.TextChoices):
    EMISSION = "emission", _("emission (issuing)")
    POOL = "pool", _("pool")
    TREASURY = "treasury", _("treasury")
    TRAINING = "training", _("training")
    NODES = "nodes", _("nodes")
    OWED = "owed", _("owed to a wallet")
    HELD = "held", _("held")
    PAYABLE = "payable", _("published, to be claimed")
    CLAIMED = "claimed", _("claimed on chain")


# All MET there will ever be, in grains (as the engine's limits say; a test compares).
TOTAL_SUPPLY = 10**9 * 10**9
WALLET_KINDS = ("owed", "held", "payable", "claimed")


class Account(models.Model):
    """``balance`` is a cache of the transfers, moved by F() under CHECK; only emission may be negative (what was issued)."""

    kind = models.CharField(_("kind"), max_length=10, choices=AccountKind)
    wallet = models.CharField(_("wallet"), max_length=42, blank=True)
    balance = models.BigIntegerField(_("balance in grains"), default=0)

    class Meta:
        verbose_name = _("account")
        constraints = [
            models.UniqueConstraint(fields=["kind", "wallet"], name="account_once"),
            models.CheckConstraint(condition=Q(kind__in=AccountKind.values), name="account_kind"),
            models.CheckConstraint(condition=Q(balance__gte=0) | Q(kind="emission"), name="account_not_negative"),
            # Also stops SQLite, which would turn a sum beyond 64 bits into a float.
            models.CheckConstraint(
                condition=Q(balance__gte=-TOTAL_SUPPLY, balance__lte=TOTAL_SUPPLY), name="account_within_supply"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=WALLET_KINDS) & ~Q(wallet="") | ~Q(kind__in=WALLET_KINDS) & Q(wallet=""),
                name="account_wallet_of_kind",
            ),
        ]
        indexes = [models.Index(fields=["wallet"], name="account_wallet")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.wallet}".strip()

    @property
    def code(self) -> str:
        """The same in every language, for errors and logs."""
        return f"{self.kind} {self.wallet}".strip()


class Transfer(models.Model):
    """Grains moved from ``source`` to ``target``; never changed, never deleted (triggers refuse both)."""

    source = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="outgoing")
    target = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="incoming")
    amount = models.BigIntegerField(_("amount in grains"))
    key = models.CharField(_("key"), max_length=120, unique=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("transfer")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_positive"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="transfer_between_two"),
        ]

    def __str__(self) -> str:
        return self.key


class LedgerCheck(models.Model):
    """The outcome of one rebuilding of all balances from the transfers. Differences are told, never repaired."""

    at = models.DateTimeField(_("at"), default=timezone.now)
    accounts = models.PositiveBigIntegerField(_("accounts"))
    transfers = models.PositiveBigIntegerField(_("transfers"))
    differences = models.JSONField(_("differences"), default=list)

    class Meta:
        verbose_name = _("ledger check")

    def __str__(self) -> str:
        text = ngettext("%(count)d difference", "%(count)d differences", len(self.differences))
        return f"{self.at:%Y-%m-%d %H:%M}: " + text % {"count": len(self.differences)}
