"""Members, their wallets, and the sign-in challenges that prove them."""

import secrets
from functools import cached_property
from typing import ClassVar, overload

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Staff roles; each is a Django group of the same name."""

    MODERATOR = "moderator", _("moderator")
    SENIOR = "senior", _("senior moderator")
    REVIEWER = "reviewer", _("payout reviewer")
    MANAGER = "manager", _("community manager")
    AUDITOR = "auditor", _("auditor")
    LABELLER = "labeller", _("labeller")
    ADMIN = "admin", _("administrator")


class MemberQuerySet(models.QuerySet["Member"]):
    def active(self) -> "MemberQuerySet":
        """Neither ended nor suspended now."""
        return self.filter(is_active=True).exclude(suspended_until__gt=timezone.now())

    def onboarded(self) -> "MemberQuerySet":
        """Those who chose their handle."""
        return self.filter(onboarded_at__isnull=False)


class MemberManager(BaseUserManager["Member"]):
    def get_queryset(self) -> MemberQuerySet:
        return MemberQuerySet(self.model, using=self._db)

    def active(self) -> MemberQuerySet:
        return self.get_queryset().active()

    def get_by_natural_key(self, username: str | None) -> "Member":
        return self.get(handle=username)


class Member(AbstractBaseUser, PermissionsMixin):
    """A person's account. ``handle`` is provisional until onboarding; there is no password to sign in with."""

    handle = models.CharField(_("handle"), max_length=30, unique=True)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)
    onboarded_at = models.DateTimeField(_("handle chosen"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    is_demo = models.BooleanField(_("demo cast"), default=False)
    suspended_until = models.DateTimeField(_("suspended until"), null=True, blank=True)
    suspension_reason = models.CharField(_("reason of the suspension"), max_length=500, blank=True)
    opted_out = models.BooleanField(_("opted out of rewards"), default=False)
    payout_wallet = models.ForeignKey(
        "wallets.Wallet",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("payout wallet"),
    )

    # Whether staff look at the site as this member now: what is between them and the site alone is left out.
    looked_at = False

    USERNAME_FIELD = "handle"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[MemberManager] = MemberManager()

    class Meta:
        verbose_name = _("member")

    def __str__(self) -> str:
        return f"@{self.handle}"

    @overload
    @classmethod
    def only_id(cls, pk: int) -> "Member": ...
    @overload
    @classmethod
    def only_id(cls, pk: None) -> None: ...
    @classmethod
    def only_id(cls, pk: int | None) -> "Member | None":
        """Somebody of whom the id is known, for conditions of queries; whatever else is asked of them is read then."""
        return None if pk is None else cls.from_db("default", ["id"], [pk])

    def get_absolute_url(self) -> str:
        return f"/@{self.handle}/"

    def has_usable_password(self) -> bool:
        """Never: nobody signs in with a password, whatever stands in its column."""
        return False

    def check_password(self, raw_password: str | None) -> bool:
        """Never right."""
        return False

    @property
    def suspended(self) -> bool:
        """Whether a suspension is in force now."""
        return self.suspended_until is not None and self.suspended_until > timezone.now()

    @property
    def in_good_standing(self) -> bool:
        """Whether they are here, chose a handle and are not suspended."""
        return self.is_active and self.onboarded_at is not None and not self.suspended

    @cached_property
    def roles(self) -> frozenset[str]:
        """Names of the member's staff roles; one query, kept for the life of the object."""
        return frozenset(self.groups.values_list("name", flat=True)) if self.is_staff else frozenset()

    def has_role(self, *roles: str) -> bool:
        """Whether the member holds any of ``roles`` (an administrator does not hold the others by that)."""
        return not self.roles.isdisjoint(roles)


class WalletQuerySet(models.QuerySet["Wallet"]):
    def linked(self) -> "WalletQuerySet":
        """Those in use; unlinked wallets stay as history."""
        return self.filter(unlinked_at__isnull=True)

    def with_uid(self, uid: str) -> "WalletQuerySet":
        """The wallets behind the provider's key: an address, or chain:address for contract wallets."""
        chain, colon, address = uid.rpartition(":")
        if not colon:
            return self.filter(address=uid, kind=Wallet.Kind.EOA)
        return self.filter(address=address, kind=Wallet.Kind.CONTRACT, chain_id=int(chain) if chain.isdigit() else -1)


class Wallet(models.Model):
    """An EVM address that a member proved by a signature; kept after unlinking, as history."""

    class Kind(models.TextChoices):
        EOA = "eoa", _("externally owned")
        CONTRACT = "contract", _("contract wallet")

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="wallets")
    address = models.CharField(_("address"), max_length=42, db_index=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.EOA)
    chain_id = models.PositiveBigIntegerField(_("chain"), null=True, blank=True)
    linked_at = models.DateTimeField(_("linked"), default=timezone.now)
    unlinked_at = models.DateTimeField(_("unlinked"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    objects = WalletQuerySet.as_manager()

    class Meta:
        verbose_name = _("wallet")
        constraints = [
            models.UniqueConstraint(
                fields=["address"], condition=Q(unlinked_at__isnull=True), name="wallet_linked_once"
            ),
            models.CheckConstraint(
                condition=Q(address=Lower(F("address"))) & Q(address__startswith="0x"),
                name="wallet_address_lower",
            ),
            models.CheckConstraint(condition=Q(kind__in=["eoa", "contract"]), name="wallet_kind"),
            models.CheckConstraint(
                condition=Q(kind="eoa", chain_id__isnull=True) | Q(kind="contract", chain_id__isnull=False),
                name="wallet_chain_of_contract",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address[:6]}…{self.address[-4:]}"

    @property
    def uid(self) -> str:
        """The provider's key: the lower-case address, chain-prefixed for contract wallets."""
        return self.address if self.kind == self.Kind.EOA else f"{self.chain_id}:{self.address}"


class Purpose(models.TextChoices):
    """What a signature is asked for; each has its own statement in the signed text."""

    SIGN_IN = "sign-in", _("sign in")
    LINK = "link", _("link a wallet")
    UNLINK = "unlink", _("unlink a wallet")
    CONFIRM = "confirm", _("confirm a change with a linked wallet")


class Challenge(models.Model):
    """One sign-in text that waits for its signature; consumed by a single filtered UPDATE."""

    nonce = models.CharField(max_length=32, unique=True)
    session_key = models.CharField(max_length=64, db_index=True)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, null=True, related_name="+")
    address = models.CharField(max_length=42, blank=True)
    chain_id = models.PositiveBigIntegerField(null=True)
    purpose = models.CharField(max_length=16, choices=Purpose, default=Purpose.SIGN_IN)
    subject = models.CharField(max_length=80, blank=True)
    message = models.TextField(blank=True)
    next = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    consumed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="challenge_purpose")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.nonce[:8]}…"


def provisional_handle() -> str:
    """A unique stand-in until the member chooses a handle."""
    return f"new_{secrets.token_hex(6)}"
