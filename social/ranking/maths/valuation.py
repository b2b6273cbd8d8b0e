"""What each example was worth: the Aumann–Shapley value of the measured gain.

U(w) = L_val(θ₀) − L_val(θ(w)) is what learning from examples weighted w improved on the validators' pairs. An example's
value is φ_e = w_e · ∫₀¹ ∂U(t·w)/∂w_e dt, and the values add up to U. With v = −H⁻¹∇L_val at θ(t·w) and H the second
derivative of the loss there, ∂U/∂w_e = v·z_e·σ(−θ·z_e): one dot product for each example and node. (v points where the
validators' loss falls; an example is worth something when it pulls that way and was not obvious.)

Most is learned from the first examples, so nodes are Gauss–Legendre in u after t = a(e^{uL} − 1), a = 4λ/Σw,
L = ln(1 + 1/a), which puts them densely at the start of the path.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, roots_legendre

from social.ranking.maths.arrays import Floats, Ints, ints
from social.ranking.maths.design import Bend, Design, product, seen
from social.ranking.maths.errors import RankingError
from social.ranking.maths.learning import derivatives, loss_of, minimise

NODES = 16
PICO = 10**12
"""Values are published as whole numbers of 10⁻¹² nats; sums of them are exact on any machine."""
LARGEST_EXACT = 12
_CLOSE = 1e-18


@dataclass(frozen=True, slots=True)
class Values:
    """The value of each example, in the order in which they were given, and of all."""

    phi: Floats
    utility: float
    """U(w), measured by itself."""

    @property
    def efficiency(self) -> float:
        """|Σφ − U| / |U|, how far the values are from adding up; 0 when both are nothing."""
        gap = abs(float(self.phi.sum()) - self.utility)
        return gap / abs(self.utility) if self.utility else gap

    def quantised(self) -> Ints:
        """φ in pico-nats."""
        return quantised(self.phi)


def quantised(phi: Floats) -> Ints:
    """To whole pico-nats, halves to even."""
    if not (np.isfinite(phi).all() and (np.abs(phi) < 1e5).all()):
        raise RankingError("A value is out of range.", code="not-finite")
    return np.rint(phi * PICO).astype(np.int64)


def values(
    examples: Design, validation: Design, start: Floats, lam: float, nodes: int = NODES, solution: Floats | None = None
) -> Values:
    """φ of every example; `start` is the table (G + 1, k) of the champion, also for groups of `validation`.

    `solution` is the fitted table if it is known. Raises RankingError when there is nothing to validate with.
    """
    if not float(validation.weights.sum()) > 0:
        raise RankingError("There are no validation pairs.", code="no-validation")
    if examples.groups != validation.groups:
        raise RankingError("Examples and validation must have the same groups.", code="unknown-group")
    phi = np.zeros(len(examples.z))
    table = start
    if float(examples.weights.sum()) > 0:
        total = float(examples.weights.sum())
        for t, share, further in path(lam, total, nodes):
            found = minimise(examples, start, lam, table, scale=t, close=_CLOSE)
            _add(phi, examples, found.table, direction(validation, found.table, found.bend), share)
            # dθ/dt = H⁻¹·λ(θ − θ₀)/t, followed to the next node: Newton then needs two steps there.
            table = found.table + found.bend.solve(lam * (found.table - start)) * (further / t)
        if solution is None:
            solution = minimise(examples, start, lam, table).table
    phi *= examples.weights
    return Values(examples.restored(phi), utility(validation, start, start if solution is None else solution))


def path(lam: float, total: float, nodes: int) -> list[tuple[float, float, float]]:
    """(t, weight, way to the next node along du) of the nodes from no examples to all; the weights add up to about 1."""
    a = 4.0 * lam / total
    length = math.log1p(1.0 / a)
    at, weight = roots_legendre(nodes)
    u = (at + 1.0) / 2.0
    t = a * np.expm1(u * length)
    share = weight / 2.0 * a * length * np.exp(u * length)
    further = (t + a) * length * np.diff(u, append=1.0)
    return list(zip(t.tolist(), share.tolist(), further.tolist(), strict=True))


def utility(validation: Design, start: Floats, solution: Floats) -> float:
    """The mean loss of the validation pairs under the champion less that under the challenger."""
    total = float(validation.weights.sum())
    return (loss_of(validation, start) - loss_of(validation, solution)) / total


def direction(validation: Design, table: Floats, bend: Bend) -> Floats:
    """v = −H⁻¹∇L_val as a table."""
    _, gradient, _ = derivatives(validation, table)
    return -bend.solve(gradient / float(validation.weights.sum()))


def by_member(phi: Ints, members: ArrayLike) -> tuple[Ints, Ints]:
    """The members, ascending, and the exact sum of each one's quantised values."""
    who, place = np.unique(ints("members", members, len(phi)), return_inverse=True)
    sums = np.zeros(len(who), dtype=np.int64)
    np.add.at(sums, place, phi)
    return who, sums


def exact_shapley(players: int, worth: Callable[[int], float]) -> Floats:
    """The Shapley value of each of at most twelve players; `worth` takes a coalition as bits, player 0 the lowest."""
    if not 0 <= players <= LARGEST_EXACT:
        raise RankingError(f"Exact values are for at most {LARGEST_EXACT} players.", code="too-many-players")
    known = [float(worth(coalition)) for coalition in range(1 << players)]
    found = np.zeros(players)
    for coalition, without in enumerate(known):
        size = coalition.bit_count()
        if size == players:
            break
        share = 1.0 / (players * math.comb(players - 1, size))
        for player in range(players):
            if not coalition >> player & 1:
                found[player] += share * (known[coalition | 1 << player] - without)
    return found


def _add(phi: Floats, examples: Design, table: Floats, toward: Floats, share: float) -> None:
    """φ_e += share · ∂U/∂w_e at this node."""
    for row, rows in examples.blocks():
        z = examples.z[rows]
        phi[rows] += share * expit(-product(z, seen(table, row))) * product(z, seen(toward, row))
