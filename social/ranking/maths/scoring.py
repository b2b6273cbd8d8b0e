"""Ordering candidates by an exact sum of contributions, and saying why.

s = Σ_k m_k · (θ_k + b_gk + δ_k) · x_k, rounded to ten decimals so that ties are ties on every machine; then
−0.3 for each earlier post of the same author, as one more contribution. Equal scores keep the candidates' order.

Taking the best remaining post again and again, its author's later posts losing 0.3 each time, gives the same order as
sorting by s − 0.3·(place among the author's own posts): an author's posts leave in the order of s, so their lowered
scores only fall, and merging falling lists by their heads is sorting. That makes everything here plain array work.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from social.ranking.maths.arrays import Bools, Floats, Ints, floats, ints
from social.ranking.maths.errors import RankingError
from social.ranking.maths.weights import Weights

DIVERSITY = -0.3
LARGEST_SLIDER = 2.0
REASONS = 3
_DECIMALS = 10


@dataclass(frozen=True, slots=True)
class Ranked:
    """The first `top` posts, best first, and why they stand there."""

    order: Ints
    """(top,) places in the candidates."""
    scores: Floats
    """(top,) with the term for diversity."""
    contributions: Floats
    """(top, k+1): of every feature, then of diversity; a row adds up to the score."""
    reasons: Ints
    """(top, r): the features with the largest contributions by size, largest first."""
    without: Ints
    """(top, r): which number (from 1) the post would be if that feature counted nothing, for every candidate."""


def rank(
    x: ArrayLike,
    weights: Weights,
    sliders: ArrayLike,
    authors: ArrayLike,
    top: int,
    *,
    group: str | None = None,
    residual: ArrayLike | None = None,
    reasons: int = REASONS,
) -> Ranked:
    """The best `top` of the candidates x (n, k) for a reader of this group with this residual δ and these sliders m.

    Raises RankingError on NaN, on sliders beyond ± 2, on shapes that do not fit.
    """
    wide = len(weights.keys)
    rows = floats("features", x, (None, wide))
    who = ints("authors", authors, len(rows))
    effective = slider_values(sliders, wide) * weights.of(group, residual)
    parts = rows * effective
    base = np.round(parts.sum(axis=1), _DECIMALS)
    order, earlier, adjusted = _order(base, who)
    first = order[: max(0, top)]
    few = min(reasons, wide)
    strongest = np.argsort(-np.abs(parts[first]), axis=1, kind="stable")[:, :few]
    penalty = DIVERSITY * earlier[first]
    return Ranked(
        order=first,
        scores=adjusted[first],
        contributions=np.column_stack((parts[first], penalty)),
        reasons=strongest,
        without=_without(parts, base, who, first, strongest),
    )


def slider_values(sliders: ArrayLike, wide: int) -> Floats:
    """The reader's sliders, checked: one for each feature, each within ± 2."""
    values = floats("sliders", sliders, (wide,))
    if (np.abs(values) > LARGEST_SLIDER).any():
        raise RankingError("Sliders go from −2 to 2.", code="slider-range")
    return values


def _order(base: Floats, authors: Ints) -> tuple[Ints, Ints, Floats]:
    """All candidates best first; how many of the author's own are before each; the scores lowered by that."""
    earlier = _earlier(base[None, :], authors)[0]
    adjusted = base + DIVERSITY * earlier
    return np.argsort(-adjusted, kind="stable"), earlier, adjusted


def _earlier(base: Floats, authors: Ints) -> Ints:
    """For each row of scores: how many posts of the same author have a better one (or the same and come first)."""
    earlier = np.zeros(base.shape, dtype=np.int64)
    crowd = np.argsort(authors, kind="stable")
    _, starts, sizes = np.unique(authors[crowd], return_index=True, return_counts=True)
    if not len(sizes) or sizes.max() == 1:
        return earlier
    several = np.repeat(sizes > 1, sizes)
    posts, starts = crowd[several], np.repeat(starts, sizes)[several]
    first = np.flatnonzero(np.diff(starts, prepend=-1))
    inside = np.arange(len(posts)) - np.repeat(first, np.diff(first, append=len(posts)))
    owner = np.broadcast_to(starts, (len(base), len(posts)))
    best = np.lexsort((-base[:, posts], owner), axis=1)
    np.put_along_axis(earlier, posts[best], np.broadcast_to(inside, best.shape), axis=1)
    return earlier


def _without(parts: Floats, base: Floats, authors: Ints, first: Ints, strongest: Ints) -> Ints:
    """The numbers of the posts `first` in orders of the same candidates without one of the features each."""
    if not strongest.size:
        return np.zeros(strongest.shape, dtype=np.int64)
    used, row = np.unique(strongest, return_inverse=True)
    row = row.reshape(strongest.shape)
    reduced = np.round(base[None, :] - parts.T[used], _DECIMALS)
    reduced += DIVERSITY * _earlier(reduced, authors)
    own = reduced[row, first[:, None]]
    others = reduced[row]
    before: Bools = np.arange(len(base))[None, None, :] < first[:, None, None]
    ahead = (others > own[..., None]) | ((others == own[..., None]) & before)
    numbers: Ints = ahead.sum(axis=2) + 1
    return numbers
