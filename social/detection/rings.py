"""Rings that the rewards flagged, told by the part of the site that knows of them (as in ``social.moderation.stakes``)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Ring:
    """Members (by number) who support each other strongly and are supported by few others: ``inside`` is the share of their
    support that stays within, in percent."""

    epoch: int
    members: tuple[int, ...]
    inside: int


class Source(Protocol):
    def of_epoch(self, epoch: int) -> list[Ring]:
        """What is flagged in the newest look at an epoch."""

    def since(self, moment: datetime) -> list[Ring]:
        """Of every epoch that was looked at since then."""


_sources: list[Source] = []


def register(source: Source) -> None:
    """Let another part of the site flag rings; it enqueues ``jobs.look_at_rings`` when there are new ones."""
    _sources.append(source)


def of_epoch(epoch: int) -> list[Ring]:
    return [one for source in _sources for one in source.of_epoch(epoch)]


def since(moment: datetime) -> list[Ring]:
    return [one for source in _sources for one in source.since(moment)]
