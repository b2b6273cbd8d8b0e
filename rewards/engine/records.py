"""What the seven input files of an epoch hold, as typed columns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rewards.engine.params import Params
from rewards.engine.tables import WALLET_TYPE, Wallet, is_wallet

EARNING_SOURCES = ("licence", "node", "sponsor", "training")

WalletArray = NDArray[np.bytes_]
Int64Array = NDArray[np.int64]
Int32Array = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Interactions:
    """Rows of `interactions.csv` as columns of equal length.

    `source` and `target` are places in the list of wallets (int32), `kind` is the code of the kind in the
    parameters (uint8), `epoch` and `count` are int32.
    """

    source: Int32Array
    target: Int32Array
    kind: NDArray[np.uint8]
    epoch: Int32Array
    count: Int32Array

    def __len__(self) -> int:
        return len(self.source)


@dataclass(frozen=True, slots=True)
class Balances:
    """Rows of `balances.csv` as columns: wallets (S42) and grains (int64) at the end of the epoch before.

    `cumulative` is what has been put into the tree so far, without what is held.
    """

    wallet: WalletArray
    cumulative: Int64Array
    owed: Int64Array
    held: Int64Array

    def __len__(self) -> int:
        return len(self.wallet)

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[str, int, int, int]]) -> "Balances":
        """Balances from (wallet, cumulative, owed, held) in any order."""
        wallets, *amounts = _columns(rows, 4)
        return cls(as_wallets(wallets), *(np.array(column, dtype=np.int64) for column in amounts))


@dataclass(frozen=True, slots=True)
class Earnings:
    """Rows of `earnings.csv` as columns: wallet (S42), source (place in EARNING_SOURCES, uint8), grains (int64)."""

    wallet: WalletArray
    source: NDArray[np.uint8]
    amount: Int64Array

    def __len__(self) -> int:
        return len(self.wallet)

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[str, str, int]]) -> "Earnings":
        """Earnings from (wallet, source, amount) in any order. Raises ValueError on an unknown source."""
        wallets, sources, amounts = _columns(rows, 3)
        if unknown := set(sources) - set(EARNING_SOURCES):
            raise ValueError(f"unknown source {min(unknown)!r}; known are {', '.join(EARNING_SOURCES)}")
        codes = np.array([EARNING_SOURCES.index(source) for source in sources], dtype=np.uint8)
        return cls(as_wallets(wallets), codes, np.array(amounts, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Epoch:
    """`epoch.json`: the UTC day since genesis, and in grains what the last one carried and this year released."""

    number: int
    carry: int
    released_this_year: int


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything an epoch is computed from. `root` is the inputs root in hex."""

    wallets: WalletArray
    interactions: Interactions
    seeds: Int32Array
    balances: Balances
    earnings: Earnings
    params: Params
    epoch: Epoch
    root: str = field(compare=False)


def as_wallets(wallets: Sequence[str] | WalletArray) -> WalletArray:
    """Wallets as an S42 array. Raises ValueError on one that is not 0x and 40 lower-case hex digits."""
    if isinstance(wallets, np.ndarray) and wallets.dtype == WALLET_TYPE:
        if not is_wallet(wallets).all():
            raise ValueError(Wallet().fault(wallets[~is_wallet(wallets)][0]))
        return wallets
    raw = [wallet if isinstance(wallet, bytes) else str(wallet).encode("utf-8", "replace") for wallet in wallets]
    for wallet in raw:
        if reason := Wallet().fault(wallet):
            raise ValueError(reason)
    return np.array(raw, dtype=WALLET_TYPE)


def _columns(rows: Iterable[tuple[Any, ...]], count: int) -> list[tuple[Any, ...]]:
    columns = list(zip(*rows, strict=True))
    return columns or [()] * count
