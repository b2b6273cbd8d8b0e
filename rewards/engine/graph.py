"""Weights: what one member did to another in the window becomes one capped whole number per pair."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

from rewards.engine.params import Params
from rewards.engine.records import Int32Array, Int64Array, Interactions

FRESHEST = 8


@dataclass(frozen=True, slots=True)
class Pairs:
    """Weights w > 0 of ordered pairs, sorted by (source, target): places of wallets (int32), w (int64)."""

    source: Int32Array
    target: Int32Array
    weight: Int64Array


@dataclass(frozen=True, slots=True)
class Parts:
    """The weights of the pairs by kind: the parts of a pair add up to its w. Sorted by (source, target, kind)."""

    source: Int32Array
    target: Int32Array
    kind: NDArray[np.uint8]
    weight: Int64Array


@dataclass(frozen=True, slots=True)
class Graph:
    """Weights as compressed rows by target, in the engine's own numbering, for multiplying.

    `order[i]` is the place in the list of wallets of node i: nodes are numbered by falling out-degree, because the
    product waits for memory and the most read nodes then share cache lines. Node i's incoming edges are
    `source[start[i]:start[i+1]]` with `weight`; `outflow[i]` is W.
    """

    order: Int64Array
    start: NDArray[np.signedinteger[Any]]
    source: NDArray[np.signedinteger[Any]]
    weight: Int64Array
    outflow: Int64Array

    def __len__(self) -> int:
        return len(self.order)


def age_factors(window: int) -> list[int]:
    """The factor of each age in days: 8, 4, 2, 1 by quarters of the window."""
    return [FRESHEST >> (4 * age // window) for age in range(window)]


def pair_weights(rows: Interactions, params: Params, close: int) -> Pairs:
    """w of each pair with w > 0, from interactions in canonical order."""
    points, starts, _ = _counted_points(rows, params, close)
    weight = np.minimum(np.add.reduceat(points, starts), params.pair_cap) if len(starts) else points
    kept = weight > 0
    starts = starts[kept]
    return Pairs(rows.source[starts], rows.target[starts], weight[kept])


def pair_parts(rows: Interactions, params: Params, close: int) -> Parts:
    """w of each pair split over its kinds; where the pair is capped, by cumulative rounding in the order of kinds."""
    points, pairs, groups = _counted_points(rows, params, close)
    if not len(groups):
        return Parts(rows.source, rows.target, rows.kind, points)
    kind_points = np.add.reduceat(points, groups)
    first = np.searchsorted(groups, pairs)
    size = np.diff(first, append=len(groups))
    raw = np.repeat(np.add.reduceat(kind_points, first), size)
    weight = np.minimum(raw, params.pair_cap)
    running = np.cumsum(kind_points)
    upto = running - np.repeat(running[first] - kind_points[first], size)
    whole = np.maximum(raw, 1)
    part = weight * upto // whole - weight * (upto - kind_points) // whole
    kept = part > 0
    at = groups[kept]
    return Parts(rows.source[at], rows.target[at], rows.kind[at], part[kept])


def build(pairs: Pairs, nodes: int, outflow_limit: int) -> Graph:
    """The graph of `nodes` wallets. W is at least `outflow_limit` times the greatest weight going out."""
    outflow = np.zeros(nodes, dtype=np.int64)
    if len(pairs.source):
        first = np.flatnonzero(np.diff(pairs.source, prepend=-1))
        total = np.add.reduceat(pairs.weight, first)
        top = np.maximum.reduceat(pairs.weight, first)
        outflow[pairs.source[first]] = np.maximum(total, outflow_limit * top)
    degree = np.bincount(pairs.source, minlength=nodes)
    order = np.argsort(-degree, kind="stable")
    rank = np.empty(nodes, dtype=np.int32)
    rank[order] = np.arange(nodes, dtype=np.int32)
    shape = (nodes, nodes)
    matrix = coo_array((pairs.weight, (rank[pairs.target], rank[pairs.source])), shape=shape).tocsr()
    return Graph(order, matrix.indptr, matrix.indices, matrix.data, outflow[order])


def _counted_points(rows: Interactions, params: Params, close: int) -> tuple[Int64Array, Int64Array, Int64Array]:
    """Points of each row as far as it counts, and the first rows of each pair and of each pair and kind."""
    new_pair, new_group = _changes(rows)
    pairs, groups = np.flatnonzero(new_pair), np.flatnonzero(new_group)
    limits = np.array([kind.limit for kind in params.kinds], dtype=np.int64)[rows.kind]
    counted = np.minimum(rows.count, limits)
    if len(groups) < len(rows):
        running = np.cumsum(counted)
        last = np.append(groups[1:], len(rows)) - 1
        newer = np.repeat(running[last], np.diff(groups, append=len(rows))) - running
        counted = np.minimum(counted, np.maximum(0, limits - newer))
    return counted * _point_table(params)[rows.kind, close - rows.epoch], pairs, groups


def _changes(rows: Interactions) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    new_pair = np.ones(len(rows), dtype=np.bool_)
    new_pair[1:] = (rows.source[1:] != rows.source[:-1]) | (rows.target[1:] != rows.target[:-1])
    new_group = new_pair.copy()
    new_group[1:] |= rows.kind[1:] != rows.kind[:-1]
    return new_pair, new_group


def _point_table(params: Params) -> Int64Array:
    """Points of one interaction by kind and age, shape (kinds, window). What stands is always of age 0."""
    factors = np.array(age_factors(params.window), dtype=np.int64)
    return np.array([kind.points for kind in params.kinds], dtype=np.int64)[:, None] * factors
