"""Learning weights from pairs: the one convex problem of the community's model, solved by Newton.

L(θ, b) = Σ_e w_e · log(1 + exp(−(θ + b_g)·z_e)) + λ/2 · (|θ − θ₀|² + Σ_g |b_g − b₀_g|²)

It has one solution, whatever the path to it: withdrawing an example and fitting again is never having had it. The
solution is rounded to multiples of 2⁻³⁰ (see `design`), so the same examples give the same bytes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from social.ranking.maths.arrays import Bools, Floats, floats, ints
from social.ranking.maths.design import Bend, Design, combined, design, gram, product, rounded, seen
from social.ranking.maths.errors import RankingError

STRENGTH = 0.001
"""λ per example."""
MEMBER_CAP = 200.0
"""As many examples of one member count in full; of more, each counts less. Governed; this is where it starts."""
_STEPS = 60
_HALVINGS = 40
_CLOSE = 1e-22
"""Newton stops when half the decrement is below this part of Σw: the next step would be below 1e-10 of a weight."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What was learned."""

    theta: Floats
    offsets: Floats
    """(G, k); no rows without groups."""
    loss: float
    """L at the solution, the penalty included."""
    steps: int

    @property
    def table(self) -> Floats:
        """θ over the offsets, (G + 1, k)."""
        return np.vstack((self.theta[None, :], self.offsets))


@dataclass(frozen=True, slots=True)
class Minimum:
    """The exact end of a search, and the second derivative as of one negligible step before it."""

    table: Floats
    loss: float
    steps: int
    bend: Bend


def strength(examples: int) -> float:
    """λ for so many examples."""
    return STRENGTH * max(1, examples)


def fit(
    z: ArrayLike,
    weights: ArrayLike,
    start: ArrayLike,
    lam: float,
    groups: ArrayLike | None = None,
    offsets: ArrayLike | None = None,
    count: int | None = None,
) -> Fit:
    """The weights that explain the pairs z (n, k), drawn towards `start` (and the groups' towards `offsets`).

    `groups` (n,) numbers each example's group, −1 for none; `count` says how many there are when some have no example.
    Raises RankingError on NaN, infinity, negative weights, λ not above zero.
    """
    laid = design(z, weights, groups, count)
    return fit_design(laid, table_of(laid, start, offsets), lam)


def fit_design(laid: Design, start: Floats, lam: float) -> Fit:
    """The same for examples laid out already and a table of where weights start."""
    found = minimise(laid, start, lam, start)
    exact = rounded(found.table)
    return Fit(exact[0], exact[1:], found.loss, found.steps)


def table_of(laid: Design, start: ArrayLike, offsets: ArrayLike | None = None) -> Floats:
    """θ₀ over b₀ as one table, checked; b₀ is zero unless given."""
    wide = laid.z.shape[1]
    first = floats("start", start, (wide,))
    if offsets is None:
        return np.vstack((first[None, :], np.zeros((laid.groups, wide))))
    return np.vstack((first[None, :], floats("offsets", offsets, (laid.groups, wide))))


def minimise(
    laid: Design, start: Floats, lam: float, guess: Floats, scale: float = 1.0, close: float = _CLOSE
) -> Minimum:
    """Where L with all weights times `scale` is least, searched for from `guess`."""
    if not (np.isfinite(lam) and lam > 0):
        raise RankingError("λ must be above zero.", code="bad-lambda")
    total = max(1.0, float(laid.weights.sum()))
    table = guess.copy()
    for step in range(1, _STEPS + 1):
        value, gradient, sums = derivatives(laid, table, scale)
        gradient += lam * (table - start)
        whole = value + _penalty(table, start, lam)
        bend = Bend.of(sums, lam)
        move = bend.solve(gradient)
        decrement = float((move * gradient).sum())
        if decrement <= close * total:
            return Minimum(table - move, whole - decrement / 2, step, bend)
        table = _shortened(laid, start, lam, scale, table, move, whole, decrement)
    raise RankingError("The fit did not settle.", code="not-settled")


def _shortened(
    laid: Design, start: Floats, lam: float, scale: float, table: Floats, move: Floats, whole: float, decrement: float
) -> Floats:
    """A whole Newton step near the solution; further away as much of it as lowers the loss by enough."""
    if decrement < 1e-3 * max(1.0, abs(whole)):
        return table - move
    part = 1.0
    for _ in range(_HALVINGS):
        after = table - part * move
        if scale * loss_of(laid, after) + _penalty(after, start, lam) <= whole - 0.1 * part * decrement:
            break
        part /= 2
    return after


def _penalty(table: Floats, start: Floats, lam: float) -> float:
    return lam / 2 * float(((table - start) ** 2).sum())


def loss_of(laid: Design, table: Floats) -> float:
    """Σ w log(1 + exp(−θ·z)) over the examples."""
    total = 0.0
    for row, rows in laid.blocks():
        margin = product(laid.z[rows], seen(table, row))
        total += float(laid.weights[rows] @ np.logaddexp(0.0, -margin))
    return total


def derivatives(laid: Design, table: Floats, scale: float = 1.0) -> tuple[float, Floats, Floats]:
    """Loss, gradient (G + 1, k) and the sums of w σ(1 − σ) z zᵀ by row (G + 1, k, k), all weights times `scale`."""
    wide = laid.z.shape[1]
    value, gradient, sums = 0.0, np.zeros(table.shape), np.zeros((len(table), wide, wide))
    for row, rows in laid.blocks():
        z, w = laid.z[rows], laid.weights[rows]
        margin = product(z, seen(table, row))
        wrong = expit(-margin)
        value += float(w @ np.logaddexp(0.0, -margin))
        gradient[row] -= combined(w * wrong, z)
        sums[row] += gram(z * np.sqrt(w * wrong * (1.0 - wrong))[:, None])
    gradient[0] = gradient.sum(axis=0)
    return scale * value, scale * gradient, scale * sums


def pair_weights(members: ArrayLike, base: ArrayLike, cap: float = MEMBER_CAP) -> Floats:
    """w_e = base_e · min(1, cap / n) with n the number of examples of the member: nobody shouts by repeating."""
    if not (np.isfinite(cap) and cap > 0):
        raise RankingError("The cap of a member must be above zero.", code="bad-cap")
    worth = floats("base weights", base, (None,))
    if (worth < 0).any():
        raise RankingError("Weights of examples must not be negative.", code="negative-weight")
    who = ints("members", members, len(worth))
    _, place, counts = np.unique(who, return_inverse=True, return_counts=True)
    return worth * np.minimum(1.0, cap / counts)[place] if len(worth) else worth


def dedupe_rows(members: ArrayLike, z: ArrayLike) -> Bools:
    """Which examples to keep, posts being unknown here: the first of those of a member with the very same z."""
    rows = floats("examples", z, (None, None)) + 0.0  # −0 and 0 are the same difference
    who = ints("members", members, len(rows))
    keys = np.ascontiguousarray(np.column_stack((who.astype(np.float64), rows))).view(np.uint8)
    keep: Bools = np.zeros(len(rows), dtype=np.bool_)
    seen_rows: set[bytes] = set()
    for at, key in enumerate(keys):
        raw = key.tobytes()
        if raw not in seen_rows:
            seen_rows.add(raw)
            keep[at] = True
    return keep


def residual(z: ArrayLike, weights: ArrayLike, effective: ArrayLike, lam: float = 4.0) -> Floats:
    """δ of one reader from their own pairs: what their weights move by when drawn towards θ + b; takes milliseconds."""
    found = fit(z, weights, effective, lam)
    return found.theta - np.asarray(effective, dtype=np.float64)
