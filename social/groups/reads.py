"""The groups that a member can choose among, with what may be told of them."""

from dataclasses import dataclass
from typing import Any

from social.groups import words
from social.groups.models import RankingGroup, State
from social.ranking import champions
from social.ranking.models import Steering

# Of fewer members than this it is not said how many they are: whoever sees one more would know who it is.
LEAST_TOLD = 10


@dataclass(frozen=True)
class Offered:
    """One group; ``members`` is None where they are too few to be counted aloud; ``corrected``: the model in use has a
    correction for it, of which ``leanings`` are the strongest parts as (factor, what it does)."""

    group: RankingGroup
    members: int | None
    mine: bool
    corrected: bool
    leanings: list[tuple[str, str]]

    @property
    def closed(self) -> bool:
        return self.group.state == State.CLOSED


def told(members: int) -> int | None:
    """How many a group has, or None where that is not told."""
    return members if members >= LEAST_TOLD else None


def offered(steering: Steering) -> list[Offered]:
    """By name; one's own also when it is closed. Two queries, one where there are none."""
    rows: list[Any] = list(RankingGroup.objects.offered(steering.group).counted())
    if not rows:
        return []
    weights = champions.in_use().weights
    return [
        Offered(
            one,
            told(one.members),
            one.key == steering.group,
            one.key in weights.offsets,
            words.leanings(weights, one.key),
        )
        for one in rows
    ]
