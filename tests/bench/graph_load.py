"""`manage.py load_graph` with 100,000 edges of 7,000 accounts, some heard by many: the whole command, from the file on."""

import sys
import tempfile
from pathlib import Path

import numpy as np

from tests.bench.measure import Row, command, row, show
from tests.bench.place import ROOT, environment, step

ACCOUNTS, EDGES, SECONDS = 7_000, 100_000, 60


def run() -> list[Row]:
    """Seconds and memory on SQLite, then of closing the 28 days the graph was spread over."""
    with tempfile.TemporaryDirectory(prefix="metya-bench-") as home:
        env = environment(home, DEMO="1")
        env.pop("DATABASE_URL", None)
        env.pop("GENESIS_DATE", None)
        graph = Path(home) / "graph.txt"
        graph.write_text(_edges())
        step(env, "django", "migrate", "-v0")
        loaded = command([sys.executable, "manage.py", "load_graph", str(graph)], env=env, cwd=ROOT)
        closed = command([sys.executable, "manage.py", "close_epoch"], env=env, cwd=ROOT)
    name = f"load_graph, {EDGES:,} interactions"
    return [
        row(name, loaded.wall, "s", most=SECONDS, note=f"{loaded.cpu:.1f} s CPU, {loaded.rss_mb:.0f} MB"),
        row("the same: closing its 28 epochs", closed.wall, "s", note=f"{closed.cpu:.1f} s CPU"),
    ]


def _edges() -> str:
    """Distinct pairs in the form of SNAP."""
    chance = np.random.default_rng(9)
    likely = 1 / np.arange(1, ACCOUNTS + 1) ** 0.8
    drawn = 2 * EDGES
    target = chance.choice(ACCOUNTS, drawn, p=likely / likely.sum())
    source = chance.integers(0, ACCOUNTS, drawn)
    pairs = np.unique((source * ACCOUNTS + target)[source != target])
    pairs = chance.permutation(pairs)[:EDGES]
    return "".join(f"{pair // ACCOUNTS}\t{pair % ACCOUNTS}\n" for pair in pairs.tolist())


if __name__ == "__main__":
    show(run())
