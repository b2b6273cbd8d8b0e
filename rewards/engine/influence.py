"""Influence: seeded, capped trust flow that is passed on by who is supported by many, in 64-bit whole numbers.

All trust starts as S = 2**56 and only shrinks, so each sum over edges stays below S and each product named here below
2**63. Addition of whole numbers is associative: order, threads and machine do not change a bit.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from rewards.engine.graph import Graph
from rewards.engine.params import Params
from rewards.engine.records import Int32Array, Int64Array

S = 1 << 56
PARTS = 64
FULL = 1 << 16

_EDGES = 1 << 16


@dataclass(frozen=True, slots=True)
class Flow:
    """By place in the list of wallets: trust t, what each unit of outgoing weight passes on, and influence (int64)."""

    trust: Int64Array
    passed: Int64Array
    influence: Int64Array


def flow(graph: Graph, seeds: Int32Array, params: Params) -> Flow:
    """Trust and influence of every wallet; `seeds` are places in the list of wallets."""
    nodes = len(graph)
    weights = csr_array((graph.weight, graph.source, graph.start), shape=(nodes, nodes))
    rank = np.empty(nodes, dtype=np.int64)
    rank[graph.order] = np.arange(nodes)
    seed = rank[seeds]
    sends = graph.outflow > 0
    outflow = np.maximum(graph.outflow, 1)
    trust = _trust(weights, seed, outflow * sends, params)
    unit = trust // outflow * sends
    total, top = weights @ unit, _greatest(graph, unit)
    passes = np.minimum(FULL, (total - top) // np.maximum(1, total >> 16))
    passes[seed] = FULL
    passed = (trust >> 16) * passes // outflow * sends
    influence = weights @ passed
    return Flow(*(_mapped(values, graph.order) for values in (trust, passed, influence)))


def _trust(weights: csr_array, seed: Int64Array, outflow: Int64Array, params: Params) -> Int64Array:
    """t: what reaches each node from the seeds within `hops` steps, restarting at each by `restart` 64ths."""
    sends = outflow > 0
    divisor = np.maximum(1, PARTS * outflow)
    reached = np.zeros(len(outflow), dtype=np.int64)
    if len(seed):
        reached[seed] = S * params.restart // PARTS // len(seed)
    trust = reached.copy()
    for _ in range(params.hops):
        reached = weights @ (reached * (PARTS - params.restart) // divisor * sends)
        trust += reached
    return trust


def _greatest(graph: Graph, unit: Int64Array) -> Int64Array:
    """The greatest of the flows f = unit[source]·w into each node, some edges at a time so that they stay in the cache."""
    top = np.zeros(len(graph), dtype=np.int64)
    reached = np.flatnonzero(np.diff(graph.start))
    first = np.append(graph.start[reached], len(graph.source)).astype(np.int64)
    room = np.empty(_EDGES + int(np.diff(first).max(initial=0)), dtype=np.int64)
    low = 0
    while low < len(reached):
        high = max(low + 1, int(np.searchsorted(first[:-1], first[low] + _EDGES)))
        begin, end = first[low], first[high]
        flows = room[: end - begin]
        np.take(unit, graph.source[begin:end], out=flows, mode="clip")
        flows *= graph.weight[begin:end]
        top[reached[low:high]] = np.maximum.reduceat(flows, first[low:high] - begin)
        low = high
    return top


def _mapped(values: Int64Array, order: Int64Array) -> Int64Array:
    out = np.empty_like(values)
    out[order] = values
    return out
