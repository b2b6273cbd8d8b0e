"""From the frozen files to a booked result: the engine's figures become ledger transfers and payout rows."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rewards import engine
from rewards.epochs.earnings import PAID_FROM, source_name
from rewards.ledger.accounts import EMISSION, NODES, POOL, TRAINING, TREASURY, owed
from rewards.ledger.actions import Movement

BARS = 20


def movements(score: engine.Score) -> Iterator[Movement]:
    """Every transfer of an epoch's result; the pool is left with exactly what is carried."""
    number, pool = score.inputs.epoch.number, score.pool
    parts = (
        (EMISSION, POOL, pool.release, "release"),
        (POOL, TREASURY, pool.splits.treasury, "treasury"),
        (POOL, TRAINING, pool.splits.training, "training"),
        (POOL, NODES, pool.splits.nodes, "nodes"),
    )
    for source, target, amount, name in parts:
        if amount:
            yield Movement(source, target, amount, f"epoch:{number}:{name}")
    given = np.flatnonzero(score.allocated)
    wallets, amounts = score.inputs.wallets[given].tolist(), score.allocated[given].tolist()
    for raw, amount in zip(wallets, amounts, strict=True):
        wallet = raw.decode()
        yield Movement(POOL, owed(wallet), amount, f"epoch:{number}:influence:{wallet}")
    rows = score.inputs.earnings
    for raw, code, amount in zip(rows.wallet.tolist(), rows.source.tolist(), rows.amount.tolist(), strict=True):
        wallet, kind = raw.decode(), source_name(code)
        yield Movement(PAID_FROM[kind], owed(wallet), amount, f"epoch:{number}:{kind}:{wallet}")


def owed_before(score: engine.Score) -> NDArray[np.int64]:
    """What each row of the payouts was owed in balances.csv. Grains."""
    before = np.zeros(len(score.payouts), dtype=np.int64)
    balances = score.inputs.balances
    before[np.searchsorted(score.payouts.wallet, balances.wallet)] = balances.owed
    return before


def earned(score: engine.Score) -> NDArray[np.int64]:
    """What each row of the payouts earned in this epoch alone. Grains."""
    return score.payouts.amount + score.payouts.owed - owed_before(score)


def figures(score: engine.Score) -> dict[str, Any]:
    """What the public page shows and draws. Amounts in grains, shares in basis points."""
    amounts = np.sort(score.payouts.amount[score.payouts.amount > 0])
    return {
        "base": score.pool.base,
        "multiplier": score.pool.multiplier,
        "received": score.received,
        "reached": score.reached,
        "members": len(score.inputs.wallets),
        "seeds": len(score.inputs.seeds),
        "interactions": len(score.inputs.interactions),
        "allocated": int(score.allocated.sum()),
        "largest": int(score.allocated.max(initial=0)),
        "cap": score.pool.splits.influence * score.inputs.params.member_cap_bp // 10_000,
        "owed_before": int(score.inputs.balances.owed.sum()),
        "earnings": int(score.inputs.earnings.amount.sum()),
        "total_influence": int(score.influence.sum()),
        "minimum_payout": score.inputs.params.minimum_payout,
        "member_cap_bp": score.inputs.params.member_cap_bp,
        "activity_target": score.inputs.params.activity_target,
        **spread(amounts),
    }


def spread(amounts: NDArray[np.int64]) -> dict[str, Any]:
    """How sorted amounts above 0 are spread: middle, shares of the top, Gini, and bars with a logarithmic axis."""
    count, total = len(amounts), int(amounts.sum())
    if not count:
        return {"count": 0, "total": 0, "median": 0, "top1_bp": 0, "top20_bp": 0, "gini_bp": 0, "bars": []}
    top = max(1, count // 100)
    return {
        "count": count,
        "total": total,
        "median": int(amounts[(count - 1) // 2]),
        "top1_bp": int(amounts[-top:].sum()) * 10_000 // total,
        "top20_bp": int(amounts[-20:].sum()) * 10_000 // total,
        "gini_bp": gini(amounts),
        "bars": _bars(amounts),
    }


def gini(amounts: NDArray[np.int64]) -> int:
    """The Gini coefficient of sorted amounts in basis points: 0 all the same, 10,000 one has all."""
    count, total = len(amounts), int(amounts.sum())
    if not total:
        return 0
    # Whole numbers beyond 64 bits: rank · amount of ten thousand members passes them.
    weighted = sum(rank * amount for rank, amount in enumerate(amounts.tolist(), start=1))
    found: int = (2 * weighted - (count + 1) * total) * 10_000 // (count * total)
    return found


def _bars(amounts: NDArray[np.int64]) -> list[list[int]]:
    """[from, to, count] of up to twenty groups of equal ratio; whole grains, the first from the least amount."""
    low, high = int(amounts[0]), int(amounts[-1])
    edges = [int(edge) for edge in np.unique(np.geomspace(low, high + 1, BARS + 1).round())]
    edges[0], edges[-1] = low, high + 1
    counts = np.diff(np.searchsorted(amounts, edges))
    return [[edges[place], edges[place + 1], int(count)] for place, count in enumerate(counts)]
