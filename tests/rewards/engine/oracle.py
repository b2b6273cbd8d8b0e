"""The slow second engine: plain Python whole numbers, written from the formulas alone, importing nothing of the first.

It reads the seven files of a folder and gives the bytes of `payouts.csv` and `result.json`, the tree and the
contributions. Variables are named as in the formulas.
"""

import csv
import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from sha3 import keccak_256

INPUTS = ["wallets.csv", "interactions.csv", "seeds.csv", "balances.csv", "earnings.csv", "params.json", "epoch.json"]
S = 2**56
INF = 750_000_000 * 10**9


@dataclass
class Answer:
    payouts: bytes
    result: bytes
    influence: dict[str, int]
    trust: dict[str, int]
    outflow: dict[str, int]
    alloc: dict[str, int]
    carry: int
    contributions: dict[tuple[str, str, str], int]


def answer(folder: Path) -> Answer:
    rows = {name: _rows(folder / name) for name in INPUTS if name.endswith(".csv")}
    params, epoch = (json.loads((folder / name).read_text()) for name in ("params.json", "epoch.json"))
    wallets = [row["wallet"] for row in rows["wallets.csv"]]
    seeds = [wallets.index(row["wallet"]) for row in rows["seeds.csv"]]
    by_kind = weights_by_kind(rows["interactions.csv"], params, epoch["epoch"])
    w = {pair: min(params["pair_cap"], sum(parts.values())) for pair, parts in by_kind.items()}
    w = {pair: value for pair, value in w.items() if value}
    t, W, unit, influence = flow(len(wallets), w, seeds, params)
    done = {
        int(row["source"])
        for row in rows["interactions.csv"]
        if int(row["epoch"]) == epoch["epoch"] and row["kind"] != "follow"
    }
    active = sum(1 for u in done if t[u] > 0)
    release = emission(epoch["epoch"], active, params["activity_target"], epoch["released_this_year"])
    pool = release + epoch["carry"]
    splits = {name: pool * bp // 10_000 for name, bp in params["splits"].items()}
    splits["treasury"] += pool - sum(splits.values())
    alloc, carry = allocation(splits["influence"], influence, params["member_cap_bp"])
    lines, paid = settle(rows, wallets, influence, alloc, params["minimum_payout"])
    payouts = "".join(["wallet,influence,amount,owed,cumulative\n", *lines]).encode()
    received = {int(row["target"]) for row in rows["interactions.csv"]}
    reached = sum(1 for v in received if alloc[v] > 0)
    result = {
        "active": active,
        "carry": carry,
        "engine": "metya-engine/1",
        "epoch": epoch["epoch"],
        "inputs_root": inputs_root(folder),
        "paid": paid,
        "pool": pool,
        "reach": 10_000 * reached // len(received) if received else 0,
        "reached": reached,
        "received": len(received),
        "release": release,
        "result_root": hashlib.sha256(payouts).hexdigest(),
        "splits": splits,
    }
    named = {
        (wallets[u], wallets[v], kind): unit[u] * part
        for (u, v), value in w.items()
        for kind, part in split_weight(value, by_kind[u, v]).items()
        if unit[u] * part
    }
    by_wallet = [dict(zip(wallets, values, strict=True)) for values in (influence, t, W, alloc)]
    canonical = json.dumps(result, sort_keys=True, separators=(",", ":")).encode()
    return Answer(payouts, canonical, *by_wallet, carry, named)


def weights_by_kind(interactions: list[dict[str, str]], params: dict, close: int) -> dict:
    counts: dict = defaultdict(lambda: defaultdict(list))
    for row in interactions:
        pair = int(row["source"]), int(row["target"])
        counts[pair][row["kind"]].append((int(row["epoch"]), int(row["count"])))
    points: dict = {}
    for pair, kinds in counts.items():
        points[pair] = {}
        for kind in sorted(kinds):
            left, total = params["kinds"][kind]["limit"], 0
            for day, count in sorted(kinds[kind], reverse=True):
                counted = min(left, count)
                left -= counted
                quarter = 0 if kind == "follow" else (close - day) * 4 // params["window"]
                total += params["kinds"][kind]["points"] * [8, 4, 2, 1][quarter] * counted
            points[pair][kind] = total
    return points


def split_weight(weight: int, points: dict[str, int]) -> dict[str, int]:
    total, before, parts = sum(points.values()), 0, {}
    for kind in sorted(points):
        upto = before + points[kind]
        parts[kind] = weight * upto // total - weight * before // total
        before = upto
    return parts


def flow(n: int, w: dict, seeds: list[int], params: dict) -> tuple[list[int], list[int], list[int], list[int]]:
    a, L = params["restart"], params["outflow_limit"]
    out: dict = defaultdict(list)
    for (u, _), value in w.items():
        out[u].append(value)
    W = [max(sum(out[u]), L * max(out[u])) if out[u] else 0 for u in range(n)]
    z = [0] * n
    for s in seeds:
        z[s] = (S * a // 64) // len(seeds)
    t = list(z)
    for _ in range(params["hops"]):
        after = [0] * n
        for (u, v), value in w.items():
            after[v] += (z[u] * (64 - a) // (64 * W[u])) * value
        z = after
        t = [before + now for before, now in zip(t, z, strict=True)]
    tot, top = [0] * n, [0] * n
    for (u, v), value in w.items():
        f = (t[u] // W[u]) * value
        tot[v] += f
        top[v] = max(top[v], f)
    div = [min(2**16, (tot[v] - top[v]) // max(1, tot[v] >> 16)) for v in range(n)]
    for s in seeds:
        div[s] = 2**16
    g = [(t[u] >> 16) * div[u] for u in range(n)]
    unit = [g[u] // W[u] if W[u] else 0 for u in range(n)]
    influence = [0] * n
    for (u, v), value in w.items():
        influence[v] += unit[u] * value
    return t, W, unit, influence


def emission(d: int, active: int, target: int, released: int) -> int:
    y, k = d // 365, d % 365
    B = INF >> (y + 1)
    base = B * (k + 1) // 365 - B * k // 365
    m = min(2 * 10**6, 10**6 * active // max(1, target))
    return min(B * (k + 1) // 365 - released, base * m // 10**6)


def allocation(P: int, weights: list[int], cap_bp: int) -> tuple[list[int], int]:
    cap = P * cap_bp // 10_000
    alloc = [0] * len(weights)
    open_, left = [v for v, weight in enumerate(weights) if weight], P
    while open_:
        T, C, shares = sum(weights[v] for v in open_), 0, {}
        for v in open_:
            shares[v] = left * (C + weights[v]) // T - left * C // T
            C += weights[v]
        over = {v for v in open_ if shares[v] > cap}
        for v in over or open_:
            alloc[v] = min(cap, shares[v])
        left -= cap * len(over) if over else left
        open_ = [v for v in open_ if v not in over] if over else []
    return alloc, left


def settle(rows: dict, wallets: list[str], influence: list[int], alloc: list[int], minimum: int) -> tuple:
    score = {wallet: value for wallet, value in zip(wallets, influence, strict=True) if value}
    given = dict(zip(wallets, alloc, strict=True))
    balance = {row["wallet"]: row for row in rows["balances.csv"]}
    earned: dict = defaultdict(int)
    for row in rows["earnings.csv"]:
        earned[row["wallet"]] += int(row["amount"])
    lines, paid = [], 0
    for wallet in sorted({*score, *balance, *earned}):
        old = balance.get(wallet, {"owed": "0", "cumulative": "0"})
        due = int(old["owed"]) + given.get(wallet, 0) + earned[wallet]
        amount, owed = (due, 0) if due >= minimum else (0, due)
        paid += amount > 0
        lines.append(f"{wallet},{score.get(wallet, 0)},{amount},{owed},{int(old['cumulative']) + amount}\n")
    return lines, paid


def inputs_root(folder: Path) -> str:
    digests = (hashlib.sha256((folder / name).read_bytes()).digest() for name in INPUTS)
    return hashlib.sha256(b"".join(digests)).hexdigest()


def tree(amounts: dict[str, int]) -> dict:
    """OpenZeppelin's standard-v1 dump for {wallet: wei}, in the order of the wallets."""
    keccak = lambda raw: keccak_256(raw).digest()  # noqa: E731
    leaves = {
        wallet: keccak(keccak(bytes(12) + bytes.fromhex(wallet[2:]) + wei.to_bytes(32, "big")))
        for wallet, wei in amounts.items()
    }
    nodes = [b""] * (len(leaves) - 1) + sorted(leaves.values(), reverse=True)
    for i in range(len(leaves) - 2, -1, -1):
        nodes[i] = keccak(b"".join(sorted(nodes[2 * i + 1 : 2 * i + 3])))
    return {
        "format": "standard-v1",
        "leafEncoding": ["address", "uint256"],
        "tree": ["0x" + node.hex() for node in nodes],
        "values": [
            {"value": [wallet, str(amounts[wallet])], "treeIndex": nodes.index(leaves[wallet])}
            for wallet in sorted(amounts)
        ],
    }


def exact_shares(P: int, weights: list[int]) -> list[Fraction]:
    return [Fraction(P * weight, sum(weights)) for weight in weights]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))
