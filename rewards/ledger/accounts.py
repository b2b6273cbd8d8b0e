"""Names of accounts, so that code says `owed(wallet)` and never builds a key by hand."""

from typing import NamedTuple

from rewards.ledger.models import WALLET_KINDS, AccountKind


class Ref(NamedTuple):
    """An account by its kind and, for the four kinds that belong to a wallet, the wallet (0x, lower case)."""

    kind: str
    wallet: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.wallet}".strip()

    @property
    def well_formed(self) -> bool:
        """Whether the kind exists and has a wallet exactly when it needs one."""
        return self.kind in AccountKind.values and bool(self.wallet) == (self.kind in WALLET_KINDS)


EMISSION = Ref("emission")
POOL = Ref("pool")
TREASURY = Ref("treasury")
TRAINING = Ref("training")
NODES = Ref("nodes")


def owed(wallet: str) -> Ref:
    """Earned and not published yet."""
    return Ref("owed", wallet)


def held(wallet: str) -> Ref:
    """Stopped by a reviewer."""
    return Ref("held", wallet)


def payable(wallet: str) -> Ref:
    """In the published tree, to be claimed."""
    return Ref("payable", wallet)


def claimed(wallet: str) -> Ref:
    """Taken out of the distributor, final on the chain."""
    return Ref("claimed", wallet)
