"""The Merkle tree of a million leaves beside @openzeppelin/merkle-tree in node.

`python -m tests.bench.engine_merkle`; OPENZEPPELIN=folder names one where the npm package is installed.
"""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.bench.measure import Row, python, row, show

LEAVES, NODE_LEAVES, PLAIN = 1_000_000, 20_000, 1_000
PACKAGE = "@openzeppelin/merkle-tree@1.0.8"

BUILD = """
import sys, numpy as np
from rewards.engine.merkle import build
from tests.bench.engine_speed import some_wallets
count = int(sys.argv[1])
wallets = np.sort(some_wallets(count))
grains = np.arange(1, count + 1, dtype=np.int64) * 10**6
if sys.argv[2] == "tree":
    tree = build(wallets, grains)
    tree.proof(wallets[count // 2].decode())
"""

NODE = """
const { StandardMerkleTree } = require('@openzeppelin/merkle-tree');
const count = Number(process.argv[1]), values = [];
for (let i = 0; i < count; i++)
  values.push(['0x' + (BigInt(i + 1) * 1000003n).toString(16).padStart(40, '0'), String(BigInt(i + 1) * 10n ** 15n)]);
StandardMerkleTree.of(values.slice(0, 1000), ['address', 'uint256']);
const before = process.cpuUsage();
StandardMerkleTree.of(values, ['address', 'uint256']);
const spent = process.cpuUsage(before);
console.log(JSON.stringify((spent.user + spent.system) / 1e6));
"""


def run() -> list[Row]:
    """CPU, memory, and the ratio to the JavaScript package where node can have it."""
    bare, whole = (python(BUILD, str(LEAVES), what) for what in ("nothing", "tree"))
    spent = whole.cpu - bare.cpu
    rows = [
        row("tree of 1 M leaves: CPU", spent, "s", note=f"{LEAVES / spent:,.0f} leaves a second"),
        row("the same: peak memory of the process", whole.rss_mb, "MB", most=600),
    ]
    name = "times as many leaves a second as @openzeppelin/merkle-tree"
    theirs = _openzeppelin()
    if theirs is None:
        return [*rows, row(name, float("nan"), "×", note="not measured: node or the package is not at hand")]
    note = f"{NODE_LEAVES / theirs:,.0f} a second there, {NODE_LEAVES:,} leaves"
    return [*rows, row(name, (theirs / NODE_LEAVES) / (spent / LEAVES), "×", least=20, note=note)]


def _openzeppelin() -> float | None:
    """CPU seconds that the package needs for NODE_LEAVES leaves, or None when it cannot be run."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None:
        return None
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(os.environ.get("OPENZEPPELIN", scratch))
        there = (place / "node_modules" / "@openzeppelin" / "merkle-tree").exists()
        if not there and (npm is None or _install(npm, place)):
            return None
        done = subprocess.run(
            [node, "-e", NODE, str(NODE_LEAVES)], cwd=place, capture_output=True, text=True, check=True
        )
        return float(json.loads(done.stdout))


def _install(npm: str, place: Path) -> int:
    quiet = [npm, "install", "--prefix", str(place), "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE]
    return subprocess.run(quiet, capture_output=True, check=False, timeout=300).returncode


if __name__ == "__main__":
    show(run())
