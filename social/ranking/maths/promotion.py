"""The rule of promotion, and the replay of explored impressions that it looks at."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from social.ranking.maths.arrays import Floats, Ints, floats
from social.ranking.maths.errors import RankingError
from social.ranking.maths.heldout import Gain, Score


@dataclass(frozen=True, slots=True)
class Replay:
    """What readers would have liked of a slate under either model; how far the difference may be off (one standard error)."""

    before: float
    after: float
    error: float
    impressions: int


_LARGEST_RATIO = 20.0


def replay(
    slates: ArrayLike, before: ArrayLike, after: ArrayLike, shown: ArrayLike, reward: ArrayLike, propensity: ArrayLike
) -> Replay:
    """Explored impressions played again: self-normalised inverse propensity.

    A row is one candidate of a slate, with its score under either model; one or more of a slate were shown, each drawn
    with a known propensity, and rewarded or not. A model takes a candidate with softmax probability of its scores, which
    is what its pairs were learned as. Ratios above 20 count as 20.
    """
    names = np.asarray(slates)
    wide = (len(names),)
    was_shown = np.asarray(shown, dtype=np.bool_)
    chance, liked = floats("propensities", propensity, wide)[was_shown], floats("rewards", reward, wide)[was_shown]
    if not ((chance > 0) & (chance <= 1)).all():
        raise RankingError("A propensity must be above 0 and at most 1.", code="bad-propensity")
    if not len(chance):
        return Replay(0.0, 0.0, 0.0, 0)
    _, place = np.unique(names, return_inverse=True)
    means, offs = [], []
    for scores in (floats("scores", before, wide), floats("scores", after, wide)):
        ratio = np.minimum(_softmax(scores, place)[was_shown] / chance, _LARGEST_RATIO)
        mean = float(ratio @ liked / ratio.sum())
        means.append(mean)
        offs.append(ratio * (liked - mean) / ratio.mean())
    error = float(np.sqrt(((offs[1] - offs[0]) ** 2).sum())) / len(chance)
    return Replay(means[0], means[1], error, len(chance))


def _softmax(scores: Floats, place: Ints) -> Floats:
    """Probabilities within each slate."""
    top = np.full(int(place.max()) + 1, -np.inf)
    np.maximum.at(top, place, scores)
    power = np.exp(scores - top[place])
    found: Floats = power / np.bincount(place, weights=power)[place]
    return found


MIN_MEMBERS = 10
MIN_GROUP = 50
MAX_WORSENING = 0.01
MIN_IMPRESSIONS = 100


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the challenger becomes champion; if not, why: `too-few-members`, `gain-unsure`, `group-worse`, `replay-worse`."""

    promote: bool
    reasons: tuple[str, ...]
    worse: tuple[int, ...] = ()
    """The groups behind `group-worse`."""


def judge(
    gain: Gain,
    groups: dict[int, Score],
    played: Replay | None = None,
    *,
    min_members: int = MIN_MEMBERS,
    min_group: int = MIN_GROUP,
    max_worsening: float = MAX_WORSENING,
    min_impressions: int = MIN_IMPRESSIONS,
) -> Verdict:
    """The rule of promotion: surely a gain, nobody's group left behind, and no worse where chance decided what was shown.

    A replay of fewer than `min_impressions` says nothing; one that is worse by less than its standard error is no worse.
    """
    reasons: list[str] = []
    if gain.members < min_members:
        reasons.append("too-few-members")
    if not gain.lower > 0:
        reasons.append("gain-unsure")
    large = {group: one for group, one in groups.items() if one.members >= min_group}
    worse = tuple(sorted(group for group, one in large.items() if one.worsening > max_worsening))
    if worse:
        reasons.append("group-worse")
    enough = played is not None and played.impressions >= min_impressions
    if enough and played is not None and played.after < played.before - played.error:
        reasons.append("replay-worse")
    return Verdict(not reasons, tuple(reasons), worse)
