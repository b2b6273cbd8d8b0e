"""What the settings pages show."""

from dataclasses import dataclass

from metya.wallets import policy
from metya.wallets.models import Member, Wallet


@dataclass(frozen=True)
class WalletRow:
    """A linked wallet and what may be done with it."""

    wallet: Wallet
    paid: bool
    may_unlink: bool
    may_be_paid: bool
    reaches_payouts: bool


@dataclass(frozen=True)
class WalletsPage:
    """``linked`` in the order of linking; ``former`` newest first."""

    linked: list[WalletRow]
    former: list[Wallet]

    @property
    def addresses(self) -> str:
        """The linked addresses, separated by spaces, for the script that picks an account."""
        return " ".join(row.wallet.address for row in self.linked)


def linked_addresses(member: Member) -> str:
    """The member's linked addresses, separated by spaces."""
    return " ".join(Wallet.objects.linked().filter(member=member).order_by("pk").values_list("address", flat=True))


def wallets_page(member: Member) -> WalletsPage:
    """All wallets of the member; one query."""
    wallets = list(Wallet.objects.filter(member=member).order_by("pk"))
    linked = [wallet for wallet in wallets if wallet.unlinked_at is None]
    rows = [
        WalletRow(
            wallet=wallet,
            paid=wallet.pk == member.payout_wallet_id,
            may_unlink=policy.may_unlink(member, wallet, linked=len(linked)),
            may_be_paid=policy.may_be_paid(member, wallet) and wallet.pk != member.payout_wallet_id,
            reaches_payouts=policy.reaches_payouts(wallet),
        )
        for wallet in linked
    ]
    return WalletsPage(rows, [wallet for wallet in reversed(wallets) if wallet.unlinked_at is not None])
