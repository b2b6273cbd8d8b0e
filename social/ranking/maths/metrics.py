"""How good the first places of a list are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from social.ranking.maths.arrays import ints
from social.ranking.maths.errors import RankingError


@dataclass(frozen=True, slots=True)
class AtK:
    """Means over the users who had anything to find."""

    ndcg: float
    precision: float
    recall: float
    users: int


def at_k(hits: ArrayLike, relevant: ArrayLike, places: int) -> AtK:
    """nDCG, precision and recall of the first `places`: hits (users, ≥ places) in order, `relevant` how many each has."""
    found = np.asarray(hits, dtype=np.bool_)[:, :places]
    total = ints("relevant", relevant, len(found))
    found, total = found[total > 0], total[total > 0]
    if not len(total):
        raise RankingError("Nobody has anything to find.", code="nothing-relevant")
    discount = 1.0 / np.log2(np.arange(2, places + 2))
    ideal = np.cumsum(discount)[np.minimum(total, places) - 1]
    ndcg = (found @ discount[: found.shape[1]]) / ideal
    number = found.sum(axis=1)
    return AtK(float(ndcg.mean()), float((number / places).mean()), float((number / total).mean()), len(total))


def mean_at_k(results: Sequence[AtK]) -> AtK:
    """The mean of several draws of the split."""
    count = len(results)
    ndcg, precision, recall = (
        sum(getattr(one, name) for one in results) / count for name in ("ndcg", "precision", "recall")
    )
    return AtK(ndcg, precision, recall, sum(one.users for one in results))
