"""How much of a pool fake accounts take, for several ways of scoring, on two real trust graphs.

An attacker obtains 100 endorsements of median weight from ordinary members (any but the seeds who act themselves, or
the 5 % of them with most incoming edges) and owns 1,000 fake accounts, each of which acts once on the next 50 of its
ring. The share is the mean over 20 draws of who endorses. EigenTrust is given its whole vector, the restart included.
`python -m tests.bench.engine_sybil`
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from rewards.engine import DEFAULT_PARAMS
from rewards.engine.graph import Pairs, build
from rewards.engine.influence import flow
from tests.bench.measure import Row, row, show
from tests.rewards.engine.build import DATA

ENDORSEMENTS, FAKES, ACTIONS, DRAWS, SEEDS = 100, 1_000, 50, 20, 20
FACTOR = 8

Array = NDArray[np.int64]
Vector = NDArray[np.float64]
REACH = 94.0


@dataclass(frozen=True)
class Trust:
    """A weighted trust graph: who, whom, how much; places are 0 … nodes − 1."""

    source: Array
    target: Array
    weight: Array
    nodes: int

    def inward(self) -> Array:
        return np.bincount(self.target, minlength=self.nodes)

    def seeds(self) -> Array:
        """The accounts with most incoming edges."""
        return np.argsort(-self.inward(), kind="stable")[:SEEDS]


def otc() -> Trust:
    """Bitcoin-OTC: positive ratings."""
    rows = np.loadtxt(DATA / "otc_network.csv", delimiter=",", usecols=(0, 1, 2), dtype=np.int64)
    return _numbered(rows[rows[:, 2] > 0])


def wiki_vote() -> Trust:
    """wiki-Vote: every vote weighs the same."""
    rows = np.loadtxt(DATA / "wiki-Vote.txt", comments="#", dtype=np.int64)
    return _numbered(np.column_stack((rows, np.ones(len(rows), dtype=np.int64))))


def _numbered(rows: Array) -> Trust:
    names, places = np.unique(rows[:, :2], return_inverse=True)
    ends = places.reshape(-1, 2)
    kept = ends[:, 0] != ends[:, 1]
    return Trust(ends[kept, 0], ends[kept, 1], rows[kept, 2], len(names))


def attacked(graph: Trust, chance: np.random.Generator, targeted: bool) -> Trust:
    """The graph with the fake accounts behind its real ones."""
    open_to = np.setdiff1d(graph.source, graph.seeds())
    if targeted:
        inward = graph.inward()[open_to]
        open_to = open_to[np.argsort(-inward, kind="stable")[: graph.nodes // 20]]
    endorsers = chance.choice(open_to, ENDORSEMENTS, replace=False)
    fakes = graph.nodes + np.arange(FAKES)
    ring = (np.arange(FAKES)[:, None] + 1 + np.arange(ACTIONS)) % FAKES + graph.nodes
    median = int(np.median(graph.weight))
    return Trust(
        np.concatenate((graph.source, endorsers, np.repeat(fakes, ACTIONS))),
        np.concatenate((graph.target, fakes[np.arange(ENDORSEMENTS) % FAKES], ring.ravel())),
        np.concatenate((graph.weight, np.full(ENDORSEMENTS, median), np.ones(FAKES * ACTIONS, dtype=np.int64))),
        graph.nodes + FAKES,
    )


def raw_counts(graph: Trust, seeds: Array) -> Vector:
    return np.bincount(graph.target, weights=graph.weight, minlength=graph.nodes)


def log_per_pair(graph: Trust, seeds: Array) -> Vector:
    return np.bincount(graph.target, weights=np.log1p(graph.weight), minlength=graph.nodes)


def eigentrust(alpha: float) -> Callable[[Trust, Array], Vector]:
    """EigenTrust with restart `alpha` at the seeds, to 1e-9."""

    def scores(graph: Trust, seeds: Array) -> Vector:
        given = np.bincount(graph.source, weights=graph.weight, minlength=graph.nodes)
        share = graph.weight / given[graph.source]
        matrix = csr_array((share, (graph.target, graph.source)), shape=(graph.nodes, graph.nodes))
        start = np.zeros(graph.nodes)
        start[seeds] = 1 / len(seeds)
        return power_iteration(matrix, start, alpha)

    return scores


def power_iteration(matrix: csr_array, start: Vector, alpha: float) -> Vector:
    """x = (1 − α)·M·x + α·start, what is lost at dead ends going back to the start, until the change is below 1e-9."""
    trust = start
    while True:
        after = (1 - alpha) * (matrix @ trust)
        after += start * (1 - after.sum())
        if np.abs(after - trust).sum() < 1e-9:
            return after
        trust = after


def influence(graph: Trust, seeds: Array) -> Vector:
    """The engine's own."""
    order = np.lexsort((graph.target, graph.source))
    ends = (graph.source[order].astype(np.int32), graph.target[order].astype(np.int32))
    weight = np.minimum(graph.weight[order] * FACTOR, DEFAULT_PARAMS.pair_cap)
    built = build(Pairs(*ends, weight), graph.nodes, DEFAULT_PARAMS.outflow_limit)
    return flow(built, seeds.astype(np.int32), DEFAULT_PARAMS).influence.astype(np.float64)


METHODS: dict[str, Callable[[Trust, Array], Vector]] = {
    "raw counts": raw_counts,
    "log per pair": log_per_pair,
    "EigenTrust α .15": eigentrust(0.15),
    "EigenTrust α .5": eigentrust(0.5),
    "this method": influence,
}


def shares(graph: Trust, targeted: bool) -> dict[str, float]:
    """Percent of the pool that the fakes take, by method."""
    taken = dict.fromkeys(METHODS, 0.0)
    for draw in range(DRAWS):
        world = attacked(graph, np.random.default_rng(100 + draw), targeted)
        for name, method in METHODS.items():
            score = method(world, graph.seeds())
            taken[name] += 100 * float(score[graph.nodes :].sum() / score.sum()) / DRAWS
    return taken


def reach(graph: Trust) -> float:
    """Percent of those who received anything whom the method pays something."""
    received = graph.inward() > 0
    return 100 * float((influence(graph, graph.seeds())[received] > 0).mean())


def run() -> list[Row]:
    """Shares by method, the plain and the targeted attack, and the reach."""
    if not (DATA / "wiki-Vote.txt").exists():
        return [row("sybil share", float("nan"), "%", note="not measured: the graphs are not at hand")]
    rows = []
    for label, graph in (("OTC", otc()), ("wiki-Vote", wiki_vote())):
        for kind, targeted in (("any member", False), ("top 5 %", True)):
            taken = shares(graph, targeted)
            for name, share in taken.items():
                most = taken["EigenTrust α .5"] if name == "this method" else None
                rows.append(row(f"{label}, endorsed by {kind}: {name}", share, "% taken", most=most))
        rows.append(row(f"{label}: paid of those who received anything", reach(graph), "%", least=REACH))
    return rows


if __name__ == "__main__":
    show(run())
