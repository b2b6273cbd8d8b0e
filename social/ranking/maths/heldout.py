"""Is the challenger better? Losses on members it did not learn from, and how sure the difference is.

The interval is a paired bootstrap over members, not pairs, because one member's answers resemble each other. Its sums are
whole numbers (10⁻⁹ nats) and its draws PCG64's raw stream, so the same held-out pairs give the same bounds anywhere.
"""

import hashlib
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from social.ranking.maths.arrays import Bools, Floats, Ints, floats, ints
from social.ranking.maths.design import design
from social.ranking.maths.errors import RankingError
from social.ranking.maths.learning import fit_design

FOLDS = 5
DRAWS = 2_000
TAIL = 20
"""One in so many draws is below the lower bound: one-sided 95 %."""
NANO = 10**9
"""The gain is recorded in whole nano-nats."""
_ROOM = 1 << 21


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Every held-out pair under the champion (before) and the challenger (after); margins are θ·z."""

    members: Ints
    groups: Ints
    weights: Floats
    before: Floats
    after: Floats

    def losses(self) -> tuple[Floats, Floats]:
        """log(1 + exp(−margin)) of each pair, before and after."""
        return np.logaddexp(0.0, -self.before), np.logaddexp(0.0, -self.after)

    def of(self, kept: Bools) -> "HeldOut":
        """Some of the pairs."""
        parts = self.weights[kept], self.before[kept], self.after[kept]
        return HeldOut(self.members[kept], self.groups[kept], *parts)


@dataclass(frozen=True, slots=True)
class Score:
    """Of so many members' pairs: mean loss and share of pairs ordered rightly (ties by half), before and after."""

    members: int
    pairs: int
    loss_before: float
    loss_after: float
    accuracy_before: float
    accuracy_after: float

    @property
    def worsening(self) -> float:
        """By which part of itself the loss grew; negative when it fell."""
        return self.loss_after / self.loss_before - 1.0 if self.loss_before > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Gain:
    """Mean fall of the loss a pair, and the bounds that it is above and below with 95 % each; in nano-nats too."""

    mean: float
    lower: float
    upper: float
    members: int

    @property
    def lower_nano(self) -> int:
        """The lower bound in whole nano-nats, rounded down, for pay."""
        return int(np.floor(self.lower * NANO))

    def recorded(self) -> dict[str, int]:
        """As a record says it, in whole nano-nats: the keys of `RECORDED`."""
        upper = int(np.ceil(self.upper * NANO))
        return {"lower": self.lower_nano, "mean": round(self.mean * NANO), "members": self.members, "upper": upper}

    @classmethod
    def of_record(cls, said: dict[str, int]) -> "Gain":
        """What a record says, as the rules read it."""
        return cls(said["mean"] / NANO, said["lower"] / NANO, said["upper"] / NANO, said["members"])


RECORDED = dict.fromkeys(("lower", "mean", "members", "upper"), int)


def fold_of(member: int | str, key: bytes, folds: int = FOLDS) -> int:
    """The fold that a member is always in: a keyed hash, so that nobody can choose theirs."""
    digest = hashlib.blake2b(str(member).encode(), key=key[:64], digest_size=8).digest()
    return int.from_bytes(digest, "big") % folds


def folds_of(members: ArrayLike, key: bytes, folds: int = FOLDS) -> Ints:
    """`fold_of` for each example."""
    who = np.asarray(members)
    distinct, place = np.unique(who, return_inverse=True)
    found = np.array([fold_of(member, key, folds) for member in distinct.tolist()], dtype=np.int64)
    return found[place] if len(found) else found


def margins(z: ArrayLike, table: Floats, groups: ArrayLike | None = None) -> Floats:
    """θ·z of each pair under the weights its group sees; a group beyond the table sees θ alone."""
    rows = floats("examples", z, (None, table.shape[1]))
    found: Floats = rows @ table[0]
    if groups is not None:
        member_of = ints("groups", groups, len(rows))
        for group in range(len(table) - 1):
            own = member_of == group
            found[own] += rows[own] @ table[group + 1]
    return found


def held_out(
    z: ArrayLike, weights: ArrayLike, members: ArrayLike, groups: ArrayLike, before: Floats, after: Floats
) -> HeldOut:
    """Pairs that neither of the two tables was learned from."""
    who, member_of = np.asarray(members, dtype=np.int64), np.asarray(groups, dtype=np.int64)
    worth = floats("weights of examples", weights, (len(who),))
    return HeldOut(who, member_of, worth, margins(z, before, member_of), margins(z, after, member_of))


def cross_fit(
    z: ArrayLike,
    weights: ArrayLike,
    members: ArrayLike,
    groups: ArrayLike,
    start: Floats,
    lam: float,
    key: bytes,
    folds: int = FOLDS,
) -> HeldOut:
    """Each member's pairs under what was learned from the members of other folds, λ in proportion.

    `start` is the champion's table (G + 1, k). The challenger that is promoted is the fit of all; this judges the way it
    is made on people it has not seen. Raises RankingError when all members are in one fold.
    """
    rows = floats("examples", z, (None, start.shape[1]))
    who, member_of = ints("members", members, len(rows)), ints("groups", groups, len(rows))
    worth = floats("weights of examples", weights, (len(rows),))
    fold = folds_of(who, key, folds)
    if len(np.unique(fold)) < 2:
        raise RankingError("There are too few members to hold some out.", code="too-few-members")
    after = np.zeros(len(rows))
    for one in np.unique(fold).tolist():
        out = fold == one
        rest = design(rows[~out], worth[~out], member_of[~out], len(start) - 1)
        learned = fit_design(rest, start, lam * float((~out).mean()))
        after[out] = margins(rows[out], learned.table, member_of[out])
    return HeldOut(who, member_of, worth, margins(rows, start, member_of), after)


def score(pairs: HeldOut) -> Score:
    """Loss and accuracy over all the pairs."""
    total = float(pairs.weights.sum())
    if not total > 0:
        raise RankingError("There are no validation pairs.", code="no-validation")
    before, after = pairs.losses()
    means = [float(pairs.weights @ part) / total for part in (before, after, right(pairs.before), right(pairs.after))]
    return Score(len(np.unique(pairs.members)), len(pairs.members), *means)


def by_group(pairs: HeldOut) -> dict[int, Score]:
    """The same for each group, −1 for members of none."""
    weighty = pairs.of(pairs.weights > 0)
    return {group: score(weighty.of(weighty.groups == group)) for group in np.unique(weighty.groups).tolist()}


def right(margin: Floats) -> Floats:
    """1 for a pair that is ordered rightly, 0 for one that is not, a half for a tie."""
    found: Floats = (margin > 0) + 0.5 * (margin == 0)
    return found


def bootstrap(pairs: HeldOut, seed: bytes, draws: int = DRAWS) -> Gain:
    """The mean gain and its bounds when members are drawn anew; `seed` is the snapshot's hash, so nobody picks it."""
    before, after = pairs.losses()
    who, place = np.unique(pairs.members, return_inverse=True)
    gains, worth = (np.zeros(len(who), dtype=np.int64) for _ in range(2))
    np.add.at(gains, place, np.rint(pairs.weights * (before - after) * NANO).astype(np.int64))
    np.add.at(worth, place, np.rint(pairs.weights * NANO).astype(np.int64))
    if not worth.sum() > 0:
        raise RankingError("There are no validation pairs.", code="no-validation")
    stream = np.random.PCG64(int.from_bytes(hashlib.sha256(seed).digest(), "big"))
    drawn: list[float] = []
    at_once = max(1, _ROOM // len(who))
    for low, high in pairwise([*range(0, draws, at_once), draws]):
        raw = stream.random_raw((high - low) * len(who)) >> np.uint64(32)
        chosen = ((raw * np.uint64(len(who))) >> np.uint64(32)).astype(np.int64).reshape(high - low, len(who))
        weight = np.maximum(worth[chosen].sum(axis=1), 1)
        drawn += (gains[chosen].sum(axis=1) / weight).tolist()
    drawn.sort()
    low, high = drawn[draws // TAIL], drawn[draws - 1 - draws // TAIL]
    return Gain(float(gains.sum() / worth.sum()), low, high, len(who))
