"""Who liked this liked that: EASE, the item–item model with a closed solution.

B = argmin |X − XB|² + λ|B|² with a zero diagonal, X the members' likes as 0 and 1. With P = (XᵀX + λI)⁻¹ it is
B_ij = −P_ij / P_jj. The most liked items alone take part, so that the matrix fits into memory: 3,000 of them need
about 150 MB while it is solved.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import lapack
from scipy.sparse import csr_array

from social.ranking.maths.arrays import Floats, Ints, ints
from social.ranking.maths.errors import RankingError

LAMBDA = 200.0
MOST_ITEMS = 3_000


@dataclass(frozen=True, slots=True)
class Ease:
    """The items that take part, by their ids ascending, and B."""

    items: Ints
    weights: Floats

    def scores(self, likes: csr_array) -> Floats:
        """X·B for rows of likes over `items`."""
        found: Floats = likes @ self.weights
        return found


def likes_of(users: ArrayLike, items: ArrayLike, known: Ints) -> tuple[Ints, csr_array]:
    """The users, ascending, and their likes of the `known` items as 0 and 1; twice is once."""
    who, what = np.asarray(users), np.asarray(items)
    names, rows = np.unique(who, return_inverse=True)
    columns = np.minimum(np.searchsorted(known, what), max(0, len(known) - 1))
    inside = known[columns] == what if len(known) else np.zeros(len(what), dtype=np.bool_)
    cells = np.unique(np.column_stack((rows[inside], columns[inside])), axis=0)
    shape = (len(names), len(known))
    return names, csr_array((np.ones(len(cells)), (cells[:, 0], cells[:, 1])), shape=shape)


def fit(users: ArrayLike, items: ArrayLike, lam: float = LAMBDA, most: int = MOST_ITEMS) -> Ease:
    """Learned from who liked what; of more than `most` items, those with most likes (ties: the smaller id)."""
    if not (np.isfinite(lam) and lam > 0):
        raise RankingError("λ must be above zero.", code="bad-lambda")
    who = np.asarray(users)
    what = ints("items", items, len(who))
    who = ints("users", who, len(what))
    pairs = np.unique(np.column_stack((who, what)), axis=0)
    names, counts = np.unique(pairs[:, 1], return_counts=True)
    known = np.sort(names[np.lexsort((names, -counts))[:most]])
    if not len(known):
        return Ease(known, np.zeros((0, 0)))
    _, likes = likes_of(pairs[:, 0], pairs[:, 1], known)
    together = (likes.T @ likes).toarray()
    together[np.diag_indices_from(together)] += lam
    inverse = _inverse(together)
    inverse /= -np.diagonal(inverse).copy()
    np.fill_diagonal(inverse, 0.0)
    return Ease(known, inverse)


def _inverse(matrix: Floats) -> Floats:
    """Of a symmetric positive matrix, by Cholesky in place."""
    factor, fault = lapack.dpotrf(matrix, lower=1, overwrite_a=1)
    inverse, fault_too = lapack.dpotri(factor, lower=1, overwrite_c=1)
    if fault or fault_too:
        raise RankingError("The likes cannot be solved for.", code="not-settled")
    lower: Floats = np.tril(inverse)
    lower += np.tril(lower, -1).T
    return lower


@dataclass(frozen=True, slots=True)
class Neighbours:
    """For each of `items`, up to n others that its likers liked, strongest first; beyond the last one id −1, weight 0."""

    items: Ints
    others: Ints
    weights: Floats


def neighbours(model: Ease, count: int) -> Neighbours:
    """The `count` largest positive weights of each item (row i: what liking i says for others), ties by smaller id."""
    size = len(model.items)
    wide = min(count, max(0, size - 1))
    best = np.argsort(-model.weights, axis=1, kind="stable")[:, :wide]
    strength = np.take_along_axis(model.weights, best, axis=1)
    positive = strength > 0
    others = np.where(positive, model.items[best], -1) if size else np.zeros((0, wide), dtype=np.int64)
    return Neighbours(model.items, others, np.where(positive, strength, 0.0))
