"""What a stored page says of its posts. Pure: no queries."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from social.ranking.maths.arrays import Floats
from social.ranking.maths.features import FEATURES_VERSION, KEYS
from social.ranking.models import Slate


@dataclass(frozen=True)
class Page:
    """The posts of a page in their order, and by which numbers they were ranked."""

    posts: list[int]
    x: Floats
    weights: Floats
    propensities: list[float]

    def z(self, winner: int, loser: int) -> Floats:
        """x_winner − x_loser. Raises ValueError for posts that were not on the page."""
        found: Floats = self.x[self.posts.index(winner)] - self.x[self.posts.index(loser)]
        return found

    def propensity(self, winner: int, loser: int) -> float:
        """How probable it was that both were shown."""
        return self.propensities[self.posts.index(winner)] * self.propensities[self.posts.index(loser)]

    def around(self, post: int) -> list[int]:
        """The other posts, the nearest first."""
        place = self.posts.index(post)
        others = [one for one in range(len(self.posts)) if one != place]
        return [self.posts[one] for one in sorted(others, key=lambda one: (abs(one - place), one))]


def page_of(slate: Slate) -> Page | None:
    """None where its numbers cannot be used: of another list of features, cut off, or not finite."""
    if slate.features_version != FEATURES_VERSION:
        return None
    try:
        posts = [int(entry["post"]) for entry in slate.entries]
        propensities = [_probability(entry.get("propensity")) for entry in slate.entries]
        x, weights = slate.numbers()
    except (KeyError, TypeError, ValueError):
        return None
    if x.shape != (len(posts), len(KEYS)) or not (np.isfinite(x).all() and np.isfinite(weights).all()):
        return None
    return Page(posts, x, weights, propensities)


def _probability(value: Any) -> float:
    """What is not said is certain."""
    if value is None:
        return 1.0
    if not 0 < float(value) <= 1:
        raise ValueError(value)
    return float(value)
