"""Speed and memory of the engine beside its marks: 1,000,000 wallets and 10,000,000 interactions on one core.

`python -m tests.bench.engine_speed`
"""

import importlib.util
import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array

from rewards.engine import (
    DEFAULT_PARAMS,
    Balances,
    Earnings,
    Epoch,
    Interactions,
    read_explanation,
    read_inputs,
    score,
    write_explanations,
    write_inputs,
)
from rewards.engine.graph import build, pair_weights
from rewards.engine.influence import flow
from rewards.engine.records import WalletArray
from rewards.engine.scoring import Score
from tests.bench.engine_sybil import power_iteration
from tests.bench.measure import Row, command, python, row, show, timed

CLOSE = 60
NETWORKX_PART = 20


def interactions(wallets: int, rows: int) -> Interactions:
    """Distinct interactions between members as unevenly active and liked as on real networks."""
    chance = np.random.default_rng(5)
    drawn = rows + rows // 3
    likely = 1 / np.arange(1, wallets + 1) ** 0.7
    steps = np.cumsum(likely / likely.sum())
    names = [chance.permutation(wallets).astype(np.int64) for _ in range(2)]
    source, target = (name[np.minimum(np.searchsorted(steps, chance.random(drawn)), wallets - 1)] for name in names)
    kind = chance.choice(6, drawn, p=[0.1, 0.55, 0.05, 0.15, 0.1, 0.05])
    epoch = np.where(kind == 0, CLOSE, CLOSE - chance.integers(0, 28, drawn))
    key = np.unique((((source * wallets + target) * 6 + kind) << 7 | epoch)[source != target])
    key = np.sort(chance.permutation(key)[:rows])
    pair, kind = key // (6 << 7), (key >> 7) % 6
    count = np.where(kind == 0, 1, chance.integers(1, 4, len(key)))
    columns = (pair // wallets, pair % wallets, kind, key & 127, count)
    return Interactions(*(column.astype(np.uint8 if at == 2 else np.int32) for at, column in enumerate(columns)))


def some_wallets(count: int) -> WalletArray:
    """Wallets as if drawn at random."""
    raw = np.random.default_rng(6).bytes(20 * count).hex()
    return np.array([f"0x{raw[at : at + 40]}" for at in range(0, 40 * count, 40)], dtype="S42")


def write(folder: str, wallets: int, rows: int) -> str:
    """The seven files of such an epoch."""
    listed = some_wallets(wallets)
    return write_inputs(
        folder,
        wallets=listed,
        interactions=interactions(wallets, rows),
        seeds=listed[: max(20, wallets // 100)],
        balances=Balances(np.sort(listed), *(np.full(wallets, amount, dtype=np.int64) for amount in (10**9, 10**6, 0))),
        earnings=Earnings.from_rows([]),
        params=DEFAULT_PARAMS,
        epoch=Epoch(CLOSE, 0, 0),
    )


def run() -> list[Row]:
    """All rows; some minutes."""
    with tempfile.TemporaryDirectory() as folder:
        return [*_large(folder), *_explanations(folder)]


def _large(folder: str) -> list[Row]:
    code = "import sys; from tests.bench.engine_speed import write; write(sys.argv[1], 10**6, 10**7)"
    python(code, folder)
    cost = command([sys.executable, "-m", "rewards.engine", "score", folder])
    rows = [
        row("score 1 M wallets, 10 M interactions from files: CPU", cost.cpu, "s", most=60),
        row("the same: peak memory", cost.rss_mb, "MB", most=3_000),
    ]
    inputs, cost = timed(partial(read_inputs, folder))
    rows.append(row("of it reading the seven files", cost.cpu, "s"))
    pairs, cost = timed(partial(pair_weights, inputs.interactions, inputs.params, CLOSE))
    rows.append(row("of it weights of pairs", cost.cpu, "s", note=f"{len(pairs.source):,} pairs"))
    graph, cost = timed(partial(build, pairs, len(inputs.wallets), inputs.params.outflow_limit))
    rows.append(row("of it the graph", cost.cpu, "s"))
    _, ours = timed(partial(flow, graph, inputs.seeds, inputs.params), repeat=3)
    rows.append(row("influence alone", ours.cpu, "s"))
    return rows + _beside(len(inputs.wallets), graph, inputs.seeds, ours.cpu) + _bandwidth(graph)


def _beside(nodes: int, graph, seeds, ours: float) -> list[Row]:
    """Influence beside EigenTrust in floating point on the same graph, in the order of wallets as scipy gets it."""
    order = graph.order
    target = order[np.repeat(np.arange(nodes), np.diff(graph.start))]
    source = order[graph.source]
    given = np.bincount(source, weights=graph.weight, minlength=nodes)
    matrix = csr_array((graph.weight / given[source], (target, source)), shape=(nodes, nodes))
    start = np.zeros(nodes)
    start[seeds] = 1 / len(seeds)
    rows = []
    for alpha in (0.5, 0.15):
        _, cost = timed(partial(power_iteration, matrix, start, alpha))
        name = f"influence ÷ scipy EigenTrust α {alpha} to 1e-9"
        rows.append(row(name, ours / cost.cpu, "×", most=0.5, note=f"{cost.cpu:.2f} s"))
    return [*rows, _beside_networkx(nodes, source, target, graph.weight, ours)]


def _beside_networkx(nodes: int, source, target, weight, ours: float) -> Row:
    """networkx on one part of the graph, times the number of parts: the whole would not fit into memory."""
    name = "influence ÷ networkx EigenTrust α .15 to 1e-9"
    if importlib.util.find_spec("networkx") is None:
        return row(name, float("nan"), "×", note="not measured: networkx is not installed")
    import networkx

    part = slice(None, None, NETWORKX_PART)
    graph = networkx.DiGraph()
    edges = zip(source[part].tolist(), target[part].tolist(), weight[part].tolist(), strict=True)
    graph.add_weighted_edges_from(edges)
    tolerance = 1e-9 / len(graph)
    _, cost = timed(lambda: networkx.pagerank(graph, alpha=0.85, tol=tolerance, max_iter=1_000))
    whole = cost.cpu * NETWORKX_PART
    note = f"{whole:.0f} s, extrapolated from 1/{NETWORKX_PART} of the edges, the graph's own building left out"
    return row(name, ours / whole, "×", most=0.05, note=note)


def _bandwidth(graph) -> list[Row]:
    """Bytes of one product (weight and source of each edge, both vectors) a second, against a plain copy."""
    nodes = len(graph)
    matrix = csr_array((graph.weight, graph.source, graph.start), shape=(nodes, nodes))
    vector = np.arange(nodes, dtype=np.int64)
    _, product = timed(lambda: matrix @ vector, repeat=15)
    here, there = np.zeros(1 << 26), np.zeros(1 << 26)
    _, copy = timed(lambda: np.copyto(there, here), repeat=15)
    moved = graph.weight.nbytes + graph.source.nbytes + graph.start.nbytes + 2 * vector.nbytes
    share = 100 * (moved / product.wall) / (2 * here.nbytes / copy.wall)
    note = f"{moved / product.wall / 1e9:.1f} of {2 * here.nbytes / copy.wall / 1e9:.1f} GB/s; {product.cpu:.3f} s a product"
    return [row("share of memory-copy bandwidth", share, "%", least=15, note=note)]


def _explanations(folder: str) -> list[Row]:
    place = str(Path(folder) / "middle")
    write(place, 100_000, 2_000_000)
    result, scored = timed(lambda: score(read_inputs(place)))
    _, written = timed(partial(write_explanations, place, result))
    waits = [timed(partial(read_explanation, place, wallet, 50))[1].wall for wallet in _asked(result)]
    return [
        row("read and score 100,000 members, 2 M interactions", scored.cpu, "s", most=60),
        row("write its explanations", written.cpu, "s"),
        row("read one explanation of 50, p95", 1_000 * float(np.quantile(waits, 0.95)), "ms"),
    ]


def _asked(result: Score) -> list[str]:
    best = np.argsort(-result.influence)[:100].tolist()
    anyone = np.random.default_rng(8).integers(0, len(result.influence), 100).tolist()
    return [result.inputs.wallets[place].decode() for place in best + anyone]


if __name__ == "__main__":
    show(run())
