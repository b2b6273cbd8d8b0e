"""Where other parts of the site add what members earn besides influence: training, running a node, licences, sponsors.

A provider is asked when an epoch is frozen, and again when freezing is; what it answers goes into earnings.csv and is
paid at scoring out of the account that belongs to its source. One that gives what it has no more than once also registers
``noted``: it is called in the transaction that closes the epoch with what its provider had answered for the files that
count, writes that down, and raises Overtaken when it would answer otherwise by now, so that the epoch is frozen anew.
A provider without it must answer the same until the epoch is closed. Today's epoch is frozen for an estimate all day long.
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
Noted = Callable[[int, list[Earning]], None]
Answers = list[tuple[Noted | None, list[Earning]]]
_providers: dict[Provider, Noted | None] = {}


def register(provider: Provider, noted: Noted | None = None) -> None:
    """Ask ``provider(epoch)`` at every freezing; registering it again changes nothing."""
    _providers.setdefault(provider, noted)


def ask(epoch: int) -> Answers:
    """What every provider has for an epoch."""
    return [(noted, list(provider(epoch))) for provider, noted in _providers.items()]


def note(epoch: int, answers: Answers) -> None:
    """The epoch is being closed with these answers; in the caller's transaction. Raises Overtaken."""
    for noted, given in answers:
        if noted is not None:
            noted(epoch, given)


def collect(answers: Answers) -> Earnings:
    """All earnings of an epoch, one row per wallet and source. Raises ValueError on an unknown source."""
    totals: dict[tuple[str, str], int] = defaultdict(int)
    for _noted, given in answers:
        for wallet, source, amount in given:
            totals[wallet, source] += amount
    return Earnings.from_rows((wallet, source, amount) for (wallet, source), amount in sorted(totals.items()))


def source_name(code: int) -> str:
    """The source behind a code in Earnings.source."""
    return EARNING_SOURCES[code]
