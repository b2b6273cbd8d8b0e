"""How many payouts were held: a figure of the transparency page that another part of the site knows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Held:
    """Holds that were placed in a time, and what became of them until now. No amounts: one held payout would be known by it."""

    placed: int
    standing: int
    released: int
    forfeited: int


# From the first day to the last, both in it, by UTC.
Source = Callable[[date, date], Held]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Let another part of the site say it."""
    _sources.append(source)


def between(first: date, last: date) -> Held | None:
    """Of all sources together; None where there is none."""
    found = [source(first, last) for source in _sources]
    if not found:
        return None
    return Held(
        sum(one.placed for one in found),
        sum(one.standing for one in found),
        sum(one.released for one in found),
        sum(one.forfeited for one in found),
    )
