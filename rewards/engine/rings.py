"""Rings: small groups who support each other strongly and are supported by few others.

A ring takes little from the pool, since trust is passed on by who is supported by many; it is looked for all the same,
so that reviewers see it with its figures. Nothing here is part of the rules: no amount and no root depends on it.

Only support from members with trust counts, so that fake accounts can neither make a ring nor hide one. Two members are
partners when each gives the other at least a twentieth of the cap of a pair. Partners belong together when at least half
of their partners are the same; who is then supported by their own group with less than half of what supports them is
dropped, until nobody is. What is left is a ring when three in five of its pairs are partners. Every step is in whole
numbers and looks at all members alike: neither the order of rows nor the machine changes what is found.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from rewards.engine.graph import Pairs, pair_weights
from rewards.engine.limits import BASIS_POINTS
from rewards.engine.records import Int32Array, Int64Array
from rewards.engine.scoring import Score

LEAST, MOST = 3, 50
SHOWN = 20
STRONG_PART = 20
"""Partners give each other at least one in so many of the cap of a pair."""
MOST_PARTNERS = 200
"""Who has more partners than this is no part of a small group."""
INSIDE_BP = 5_000
DENSE_BP = 6_000
COMMUNITY_PART = 3
"""A group of more than one in so many of all who are supported has no outside to be without."""
FEW = 3


@dataclass(frozen=True, slots=True)
class Ringed:
    """One member of a ring. `inside` is the part of their support that comes from the ring, `few` the part of their
    influence that comes from its three greatest givers (basis points); `outside` counts supporters who are not in it."""

    wallet: str
    allocated: int
    inside: int
    few: int
    supporters: int
    outside: int


@dataclass(frozen=True, slots=True)
class Tie:
    """Two members of a ring by their places in it, and what each gives the other in points."""

    one: int
    other: int
    there: int
    back: int


@dataclass(frozen=True, slots=True)
class Ring:
    """A ring and the figures for it; basis points and grains.

    `partners` of `pairs` pairs support each other strongly. `inside` is the part of all their support that they give each
    other, `given` the part of what they give that stays inside, `influence_inside` the part of their influence.
    """

    members: tuple[Ringed, ...]
    ties: tuple[Tie, ...]
    partners: int
    pairs: int
    inside: int
    given: int
    influence_inside: int
    outside: int
    allocated: int


def find_rings(score: Score) -> list[Ring]:
    """The rings of a computed epoch that were allocated something, the greatest amount first, at most twenty."""
    inputs = score.inputs
    pairs = _trusted(pair_weights(inputs.interactions, inputs.params, inputs.epoch.number), score)
    nodes = len(inputs.wallets)
    partners = _partners(pairs, nodes, max(1, inputs.params.pair_cap // STRONG_PART))
    support = _sums(pairs.target, pairs.weight, nodes)
    most = min(MOST, int(np.count_nonzero(support)) // COMMUNITY_PART)
    found = [
        _ring(group, pairs, partners, score)
        for rough in _groups(pairs, _alike(partners), support)
        for group in _dense(rough, pairs, partners, support)
        if LEAST <= len(group) <= most
    ]
    paid = [ring for ring in found if ring.allocated]
    return sorted(paid, key=lambda ring: (-ring.allocated, ring.members[0].wallet))[:SHOWN]


def _trusted(pairs: Pairs, score: Score) -> Pairs:
    kept = score.flow.trust[pairs.source] > 0
    return Pairs(pairs.source[kept], pairs.target[kept], pairs.weight[kept])


def _partners(pairs: Pairs, nodes: int, least: int) -> csr_array:
    """A symmetric matrix with 1 for each two partners."""
    strong = pairs.weight >= least
    ones = np.ones(int(strong.sum()), dtype=np.int64)
    given = coo_array((ones, (pairs.source[strong], pairs.target[strong])), shape=(nodes, nodes)).tocsr()
    both = csr_array(given.multiply(given.T))
    few = both.sum(axis=1) <= MOST_PARTNERS
    rows = coo_array(both)
    kept = few[rows.row] & few[rows.col]
    return coo_array((rows.data[kept], (rows.row[kept], rows.col[kept])), shape=(nodes, nodes)).tocsr()


def _alike(partners: csr_array) -> csr_array:
    """The partners with at least half of their partners (themselves included) in common."""
    count = np.asarray(partners.sum(axis=1)).ravel()
    common = coo_array(csr_array((partners @ partners).multiply(partners)))
    # The two themselves are common too: each is a partner of the other.
    shared = common.data + 2
    kept = 4 * shared * shared >= (count[common.row] + 1) * (count[common.col] + 1)
    ones = np.ones(int(kept.sum()), dtype=np.int64)
    return coo_array((ones, (common.row[kept], common.col[kept])), shape=partners.shape).tocsr()


def _groups(pairs: Pairs, alike: csr_array, support: Int64Array) -> Iterator[list[int]]:
    """Groups by `alike` in which everybody has at least half of their support from their own group."""
    alive = np.asarray(alike.sum(axis=1)).ravel() > 0
    while True:
        links = coo_array(alike)
        kept = alive[links.row] & alive[links.col]
        rows = (links.data[kept], (links.row[kept], links.col[kept]))
        _, label = connected_components(coo_array(rows, shape=alike.shape), directed=False)
        mine = alive[pairs.source] & alive[pairs.target] & (label[pairs.source] == label[pairs.target])
        inside = _sums(pairs.target[mine], pairs.weight[mine], len(support))
        still = alive & (inside * BASIS_POINTS >= support * INSIDE_BP)
        if (still == alive).all():
            break
        alive = still
    places = np.flatnonzero(alive)
    order = places[np.argsort(label[places], kind="stable")]
    for group in np.split(order, np.flatnonzero(np.diff(label[order])) + 1):
        if len(group) >= LEAST:
            yield group.tolist()


def _dense(group: list[int], pairs: Pairs, partners: csr_array, support: Int64Array) -> Iterator[list[int]]:
    """The group without those who have too few partners in it, one after the other; nothing when too few remain."""
    if len(group) > 8 * MOST:
        return
    linked = partners[group, :][:, group].toarray()
    weights = _within(group, pairs)
    left = list(range(len(group)))
    while len(left) >= LEAST:
        partners_in = linked[np.ix_(left, left)].sum(axis=1)
        inside = weights[np.ix_(left, left)].sum(axis=0)
        poor = [at for at, place in enumerate(left) if inside[at] * BASIS_POINTS < support[group[place]] * INSIDE_BP]
        if poor:
            left = [place for at, place in enumerate(left) if at not in poor]
        elif len(left) <= MOST and int(partners_in.sum()) * BASIS_POINTS >= len(left) * (len(left) - 1) * DENSE_BP:
            yield [group[place] for place in left]
            return
        else:
            del left[int(np.argmin(partners_in))]


def _within(group: list[int], pairs: Pairs) -> Int64Array:
    """What each of the group gives each other of it: a square of points."""
    places = np.array(group, dtype=np.int64)
    mine = np.isin(pairs.source, places) & np.isin(pairs.target, places)
    rank = {place: at for at, place in enumerate(group)}
    square = np.zeros((len(group), len(group)), dtype=np.int64)
    for source, target, weight in zip(
        pairs.source[mine].tolist(), pairs.target[mine].tolist(), pairs.weight[mine].tolist(), strict=True
    ):
        square[rank[source], rank[target]] = weight
    return square


def _ring(group: list[int], pairs: Pairs, partners: csr_array, score: Score) -> Ring:
    members = np.array(sorted(group), dtype=np.int64)
    inside = np.isin(pairs.source, members)
    received = np.isin(pairs.target, members)
    influence = score.flow.passed[pairs.source] * pairs.weight
    both = inside & received
    square = _within(members.tolist(), pairs)
    linked = partners[members.tolist(), :][:, members.tolist()]
    ties = [
        Tie(one, other, int(square[one, other]), int(square[other, one]))
        for one in range(len(members))
        for other in range(one + 1, len(members))
        if square[one, other] or square[other, one]
    ]
    return Ring(
        members=tuple(_ringed(place, pairs, inside, influence, score) for place in members.tolist()),
        ties=tuple(ties),
        partners=int(linked.sum()) // 2,
        pairs=len(members) * (len(members) - 1) // 2,
        inside=_part(pairs.weight[both], pairs.weight[received]),
        given=_part(pairs.weight[both], pairs.weight[inside]),
        influence_inside=_part(influence[both], influence[received]),
        outside=len(np.unique(pairs.source[received & ~inside])),
        allocated=int(score.allocated[members].sum()),
    )


def _ringed(place: int, pairs: Pairs, inside: NDArray[np.bool_], influence: Int64Array, score: Score) -> Ringed:
    mine = pairs.target == place
    return Ringed(
        wallet=score.inputs.wallets[place].decode(),
        allocated=int(score.allocated[place]),
        inside=_part(pairs.weight[mine & inside], pairs.weight[mine]),
        few=_part(np.sort(influence[mine])[-FEW:], influence[mine]),
        supporters=int(mine.sum()),
        outside=int((mine & ~inside).sum()),
    )


def _part(some: Int64Array, whole: Int64Array) -> int:
    return int(some.sum()) * BASIS_POINTS // max(1, int(whole.sum()))


def _sums(places: Int32Array, weights: Int64Array, nodes: int) -> Int64Array:
    """Sums of weights by place. Exact: a float of 53 bits would do for points, but whole numbers need no argument."""
    sums = np.zeros(nodes, dtype=np.int64)
    np.add.at(sums, places, weights)
    return sums
