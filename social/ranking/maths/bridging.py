"""Bridging: whose posts please people who usually disagree.

Reactions r = ±1 are explained as μ + i_member + i_post + f_member · f_post. The product takes what a camp likes because it
is a camp; what is left to the post, its intercept i_post, is agreement across camps (the idea behind Community Notes).
All terms are drawn towards zero, intercepts more, so few reactions make no bridge. Solved by alternating least squares from
a fixed start: the same reactions give the same scores.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from social.ranking.maths.arrays import Floats, Ints, floats, ints
from social.ranking.maths.errors import RankingError

INTERCEPT = 3.0
FACTOR = 0.5
_ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Bridging:
    """Scores of the posts, ascending by id: about −1 … 1, 0 for what is unknown or pleases one camp alone."""

    posts: Ints
    scores: Floats


def bridging(members: ArrayLike, posts: ArrayLike, reactions: ArrayLike) -> Bridging:
    """From reactions of members to posts, each above zero for liking and below for the opposite, within ± 1."""
    react = floats("reactions", reactions, (None,))
    if (np.abs(react) > 1).any():
        raise RankingError("Reactions go from −1 to 1.", code="reaction-range")
    people, u = np.unique(ints("members", members, len(react)), return_inverse=True)
    names, p = np.unique(ints("posts", posts, len(react)), return_inverse=True)
    if not len(react):
        return Bridging(names, np.zeros(0))
    # Any start that is not all alike will do; the raw stream of PCG64 is the same everywhere.
    raw = np.random.PCG64(5).random_raw(len(people)) >> np.uint64(11)
    side = raw.astype(np.float64) / 2.0**52 - 1.0
    mean = float(react.sum()) / (len(react) + INTERCEPT)
    own, taste = np.zeros(len(people)), np.zeros(len(names))
    pull = np.zeros(len(names))
    for _ in range(_ROUNDS):
        pull, taste = _regress(react - mean - own[u], side[u], p, len(names))
        own, side = _regress(react - mean - pull[p], taste[p], u, len(people))
    return Bridging(names, np.clip(pull, -1.0, 1.0))


def _regress(rest: Floats, against: Floats, place: Ints, size: int) -> tuple[Floats, Floats]:
    """For each place: the intercept and slope of its rows, drawn towards zero."""
    count = np.bincount(place, minlength=size) + INTERCEPT
    cross = np.bincount(place, weights=against, minlength=size)
    square = np.bincount(place, weights=against * against, minlength=size) + FACTOR
    one = np.bincount(place, weights=rest, minlength=size)
    other = np.bincount(place, weights=rest * against, minlength=size)
    whole = count * square - cross * cross
    return (square * one - cross * other) / whole, (count * other - cross * one) / whole
