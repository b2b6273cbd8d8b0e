"""Where other parts of the site add what members earn besides influence: training, running a node, licences, sponsors.

A provider is asked once, when an epoch is frozen; what it answers goes into earnings.csv and is paid at scoring out of
the account that belongs to its source. It must answer the same until the epoch is closed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from rewards.engine import EARNING_SOURCES, Earnings
from rewards.ledger.accounts import NODES, TRAINING, TREASURY, Ref

# Licences and sponsors pay into the treasury until they have accounts of their own.
PAID_FROM: dict[str, Ref] = {"training": TRAINING, "node": NODES, "licence": TREASURY, "sponsor": TREASURY}


class Earning(NamedTuple):
    """``amount`` grains for a wallet (0x, lower case) from a source of EARNING_SOURCES."""

    wallet: str
    source: str
    amount: int


Provider = Callable[[int], Iterable[Earning]]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Ask ``provider(epoch)`` at every freezing; registering it again changes nothing."""
    if provider not in _providers:
        _providers.append(provider)


def collect(epoch: int) -> Earnings:
    """All earnings of an epoch, one row per wallet and source. Raises ValueError on an unknown source."""
    totals: dict[tuple[str, str], int] = defaultdict(int)
    for provider in _providers:
        for wallet, source, amount in provider(epoch):
            totals[wallet, source] += amount
    return Earnings.from_rows((wallet, source, amount) for (wallet, source), amount in sorted(totals.items()))


def source_name(code: int) -> str:
    """The source behind a code in Earnings.source."""
    return EARNING_SOURCES[code]
