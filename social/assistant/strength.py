"""How strong a style is, told from which drafts authors preferred: Bradley-Terry. Pure: numpy and nothing of the site.

With s the strengths, a beats b with probability 1 / (1 + exp(s_b - s_a)). What is found is the maximum of

    sum_e w_e log sigma(s_winner - s_loser) - |s|^2 / (2 PRIOR^2)

by Newton: the prior makes it strictly concave, so there is exactly one, also for cards that never met, that always won, or that
were never compared (strength 0, as unsure as before). A tie is half a win each way. How unsure it is comes from the curvature at
the maximum (Laplace); shares are told of a meeting with a card of strength 0, the average.
Source: R. A. Bradley, M. E. Terry, "Rank analysis of incomplete block designs", Biometrika 39 (1952).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PRIOR = 1.0  # two cards taken at random: the better one wins 73 % of the time
TOLERANCE = 1e-10
MOST_STEPS = 100
SURE = 1.959963984540054  # standard deviations to either side of which 95 % lie

Floats = NDArray[np.float64]
# The winner and the loser by their places, and what it weighs.
Win = tuple[int, int, float]


@dataclass(frozen=True)
class Strengths:
    """``mean`` (n) and ``covariance`` (n, n) of the strengths; ``met`` (n) is the weight of the comparisons of each."""

    mean: Floats
    covariance: Floats
    met: Floats

    def share(self, place: int) -> tuple[float, float, float]:
        """How often it would win against an average card: the estimate, and the ends of its 95 % interval."""
        middle, width = float(self.mean[place]), SURE * float(self.covariance[place, place]) ** 0.5
        low, high = sigma(np.array([middle - width, middle + width]))
        return float(sigma(np.array([middle]))[0]), float(low), float(high)


def sigma(x: Floats) -> Floats:
    """The logistic function, without overflow."""
    part = np.exp(-np.abs(x))
    found: Floats = np.where(x >= 0, 1.0, part) / (1.0 + part)
    return found


def fit(count: int, wins: Sequence[Win], prior: float = PRIOR) -> Strengths:
    """The strengths of ``count`` cards. Raises ValueError for places that are none, a card against itself, weights below 0."""
    good = all(0 <= a < count and 0 <= b < count and a != b and np.isfinite(w) and w >= 0 for a, b, w in wins)
    if not good or prior <= 0:
        raise ValueError("a comparison names two cards of these and has a weight")
    table = np.zeros((count, count))
    for winner, loser, weight in wins:
        table[winner, loser] += weight
    games = table + table.T
    mean = np.zeros(count)
    for _step in range(MOST_STEPS):
        chance = sigma(mean[:, None] - mean[None, :])
        slope = (table - games * chance).sum(axis=1) - mean / prior**2
        step = np.linalg.solve(_curvature(games, chance, prior), slope)
        # Half as far as long as it leads down: the logarithm of a sum of exponentials may be overstepped.
        while _height(table, mean + step, prior) < _height(table, mean, prior) - 1e-12:
            step /= 2
        mean = mean + step
        if np.abs(step).max(initial=0.0) < TOLERANCE:
            break
    curvature = _curvature(games, sigma(mean[:, None] - mean[None, :]), prior)
    covariance: Floats = np.linalg.inv(curvature).astype(np.float64)
    return Strengths(mean, covariance, games.sum(axis=1))


def pick(strengths: Strengths, seed: int, first: int | None = None) -> tuple[int, int]:
    """Two different cards to compare, in random order: each the best in a draw of its own from what is believed (Thompson
    sampling), the second among the others; ``first`` is one that was asked for. Raises ValueError for fewer than two cards."""
    count = len(strengths.mean)
    if count < 2:
        raise ValueError("two cards are needed")
    random = np.random.default_rng(seed)
    one = _best(strengths, random, None) if first is None else first
    other = _best(strengths, random, one)
    return (one, other) if random.random() < 0.5 else (other, one)


def _best(strengths: Strengths, random: np.random.Generator, without: int | None) -> int:
    drawn = random.multivariate_normal(strengths.mean, strengths.covariance, method="cholesky")
    if without is not None:
        drawn[without] = -np.inf
    return int(drawn.argmax())


def _height(table: Floats, mean: Floats, prior: float) -> float:
    return float(-(table * np.logaddexp(0.0, mean[None, :] - mean[:, None])).sum() - (mean**2).sum() / (2 * prior**2))


def _curvature(games: Floats, chance: Floats, prior: float) -> Floats:
    weights = games * chance * (1.0 - chance)
    found: Floats = np.diag(weights.sum(axis=1) + 1.0 / prior**2) - weights
    return found
