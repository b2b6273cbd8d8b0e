"""What decisions have to do with money, told by the part of the site that knows of it (see ``metya.ops.waiting``)."""

from dataclasses import dataclass
from typing import Protocol

from metya.wallets.models import Member
from social.moderation.models import Decision


@dataclass(frozen=True)
class Stake:
    """What of a member's is not paid out yet, in the state that ``words`` name. Grains."""

    words: str
    amount: int


@dataclass(frozen=True)
class Returned:
    """What became of what a decision had stopped: how many payouts were given back, how many somebody had forfeited, how many
    another decision still stops; and of how many epochs the facts were taken while the decision stood."""

    released: int = 0
    lost: int = 0
    kept: int = 0
    epochs: int = 0


class Source(Protocol):
    """Each inside the caller's transaction; none of them stops a decision or an appeal because something moved on meanwhile."""

    def at_stake(self, member: Member) -> list[Stake]:
        """For moderators, before they decide."""

    def hold(self, made: Decision) -> None:
        """Stop what is not approved yet and in which counted what the decision is about. Safe to repeat."""

    def give_back(self, made: Decision, by: Member, note: str) -> Returned:
        """The decision was overturned ``by`` a moderator."""


_sources: list[Source] = []


def register(source: Source) -> None:
    """Let another part of the site tell, hold and give back."""
    _sources.append(source)


def at_stake(member: Member) -> list[Stake]:
    return [stake for source in _sources for stake in source.at_stake(member)]


def hold(made: Decision) -> None:
    for source in _sources:
        source.hold(made)


def give_back(made: Decision, *, by: Member, note: str) -> Returned:
    found = [source.give_back(made, by, note) for source in _sources]
    return Returned(
        released=sum(one.released for one in found),
        lost=sum(one.lost for one in found),
        kept=sum(one.kept for one in found),
        epochs=max((one.epochs for one in found), default=0),
    )
