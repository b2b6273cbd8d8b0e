"""Examples laid out for learning: sorted by group, worked through in fixed blocks, and what each group's loss bends by.

θ and the offsets b of G groups are one table of (G + 1, k): row 0 is θ, row g + 1 is b of group g, and an example of
group g sees θ + b_g. The second derivative of the loss is then an arrow: θ meets every group, groups meet only θ.

Blocks have a fixed length and their sums are added in their order, so a machine gives the same bytes for the same
examples each time. Another machine's products may differ in the last bits of a float; what is published is rounded far
above that (see `rounded`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import cho_factor, cho_solve

from social.ranking.maths.arrays import Floats, Ints, floats, ints
from social.ranking.maths.errors import RankingError

BLOCK = 1 << 13
_PIECE, _CUBE = 8_192, 196_608
"""Below what OpenBLAS shares among threads: 9,216 numbers times a vector, 262,144 multiplications of matrices."""
GRID = 2.0**30
LARGEST = 1_000.0
"""No difference of two standardised features comes near it; beyond it products would lose what they are for."""
NO_GROUP = -1


@dataclass(frozen=True, slots=True)
class Design:
    """Differences z of winner and loser, group by group; `place` is where each row stood in what was given."""

    z: Floats
    weights: Floats
    starts: tuple[int, ...]
    """Where the rows of no group begin (0), those of group 0, of group 1, …, and the end."""
    place: Ints | None
    """None when the rows were in this order already."""

    @property
    def groups(self) -> int:
        return len(self.starts) - 2

    def blocks(self) -> Iterator[tuple[int, slice]]:
        """(row of the table, rows): never across two groups; row 0 stands for examples of no group."""
        for row, (low, high) in enumerate(zip(self.starts, self.starts[1:], strict=False)):
            for begin in range(low, high, BLOCK):
                yield row, slice(begin, min(high, begin + BLOCK))

    def restored(self, values: Floats) -> Floats:
        """One value for each row, in the order in which the examples were given."""
        if self.place is None:
            return values
        back: Floats = np.empty_like(values)
        back[self.place] = values
        return back


def design(z: ArrayLike, weights: ArrayLike, groups: ArrayLike | None = None, count: int | None = None) -> Design:
    """Checked examples. `groups` numbers each example's group from 0, −1 for none; `count` is how many groups there are."""
    rows = floats("examples", z, (None, None))
    worth = floats("weights of examples", weights, (len(rows),))
    if (worth < 0).any():
        raise RankingError("Weights of examples must not be negative.", code="negative-weight")
    if max(rows.max(initial=0), -rows.min(initial=0)) > LARGEST:
        raise RankingError("An example has a difference that no two posts have.", code="too-large")
    if groups is None:
        return Design(rows, worth, (0, len(rows), *([len(rows)] * (count or 0))), None)
    member_of = ints("groups", groups, len(rows))
    known = int(member_of.max(initial=NO_GROUP)) + 1 if count is None else count
    if len(rows) and not (member_of.min() >= NO_GROUP and member_of.max() < known):
        raise RankingError("An example is of a group that does not exist.", code="unknown-group")
    sizes = np.bincount(member_of + 1, minlength=known + 1)
    starts = (0, *np.cumsum(sizes).tolist())
    if (np.diff(member_of) >= 0).all():
        return Design(rows, worth, starts, None)
    place = np.argsort(member_of, kind="stable")
    return Design(rows[place], worth[place], starts, place)


def seen(table: Floats, row: int) -> Floats:
    """The weights that examples of this row of the table see."""
    whole: Floats = table[0] if row == 0 else table[0] + table[row]
    return whole


def _stacked(rows: Floats) -> tuple[Floats, Floats]:
    """(pieces, rows, k) and the rest. A piece is so small that no BLAS wakes its threads for it: they wait for each other
    by spinning, which on a busy machine took fifty times the work itself.
    """
    wide = rows.shape[1]
    step = max(16, min(_PIECE // wide, _CUBE // (wide * wide)))
    whole = len(rows) // step * step
    return rows[:whole].reshape(-1, step, wide), rows[whole:]


def product(rows: Floats, vector: Floats) -> Floats:
    """rows · vector."""
    pieces, rest = _stacked(rows)
    return np.concatenate(((pieces @ vector).ravel(), rest @ vector))


def gram(rows: Floats) -> Floats:
    """rowsᵀ · rows."""
    pieces, rest = _stacked(rows)
    whole: Floats = (pieces.transpose(0, 2, 1) @ pieces).sum(axis=0) + rest.T @ rest
    return whole


def combined(factors: Floats, rows: Floats) -> Floats:
    """factors · rows."""
    pieces, rest = _stacked(rows)
    cut = len(factors) - len(rest)
    shaped = factors[:cut].reshape(len(pieces), 1, pieces.shape[1])
    whole: Floats = (shaped @ pieces).sum(axis=(0, 1)) + factors[cut:] @ rest
    return whole


def rounded(values: Floats) -> Floats:
    """To the nearest multiple of 2⁻³⁰: far above what machines differ by, far below what anybody could notice."""
    grid: Floats = np.round(values * GRID) / GRID
    return grid


@dataclass(frozen=True, slots=True)
class Bend:
    """The arrow H = [[A, B_1 … B_G], [B_g, D_g]] with λ on the diagonal, ready to solve with."""

    blocks: Floats
    """(G, k, k): B_g = the sum over the group's examples."""
    inner: tuple[tuple[Floats, bool], ...]
    outer: tuple[Floats, bool]

    @classmethod
    def of(cls, sums: Floats, lam: float) -> "Bend":
        """From sums (G + 1, k, k): of the examples of no group, and of each group."""
        ridge = lam * np.eye(sums.shape[-1])
        blocks = sums[1:]
        inner = tuple(cho_factor(block + ridge) for block in blocks)
        outer = sums.sum(axis=0) + ridge
        for block, factor in zip(blocks, inner, strict=True):
            outer = outer - block @ cho_solve(factor, block)
        return cls(blocks, inner, cho_factor(outer))

    def solve(self, table: Floats) -> Floats:
        """H⁻¹ of a table (G + 1, k)."""
        right = table[0].copy()
        for block, factor, part in zip(self.blocks, self.inner, table[1:], strict=True):
            right -= block @ cho_solve(factor, part)
        answer = np.empty_like(table)
        answer[0] = cho_solve(self.outer, right)
        for at, (block, factor) in enumerate(zip(self.blocks, self.inner, strict=True), start=1):
            answer[at] = cho_solve(factor, table[at] - block @ answer[0])
        return answer
