"""Where others hear of what became final on the chain.

A handler runs inside the transaction that books the event, at most once per event; when it raises, nothing of the event
is booked, a person is told, and it is tried again at the next pass. Handlers are registered at start (AppConfig.ready).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class RootAccepted:
    """The root of `epoch` is in force: it stands for every approved batch up to and with `epoch`."""

    epoch: int
    root: str
    at: datetime
    log_id: int


@dataclass(frozen=True)
class RootRevoked:
    """The guardian threw the waiting root of `epoch` away; the epoch can be enqueued again."""

    epoch: int
    root: str
    log_id: int


@dataclass(frozen=True)
class Claimed:
    """`wallet` (lower case) was paid `amount` grains and has now taken `cumulative` grains in all."""

    wallet: str
    epoch: int
    amount: int
    cumulative: int
    at: datetime
    log_id: int


@dataclass(frozen=True)
class ChainLost:
    """The development chain began anew: the final claims it had told of are gone with it."""

    claims: list[Claimed]


Objection = Callable[[int, str], str]
Final = RootAccepted | RootRevoked | Claimed | ChainLost
_handlers: list[Callable[[Final], None]] = []
_guards: list[Objection] = []


def register(handler: Callable[[Final], None]) -> None:
    """Call `handler` for every event that becomes final; registering it again changes nothing."""
    if handler not in _handlers:
        _handlers.append(handler)


def announce(event: Final) -> None:
    """Tell every handler."""
    for handler in _handlers:
        handler(event)


def guard(objection: Objection) -> None:
    """Ask `objection(epoch, root)` before anything is signed: what it returns, if anything, is why it must not be sent."""
    if objection not in _guards:
        _guards.append(objection)


def objection(epoch: int, root: str) -> str:
    """The first reason against sending the root of an epoch, or an empty text."""
    return next((reason for asked in _guards if (reason := asked(epoch, root))), "")
