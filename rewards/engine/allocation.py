"""Dividing the influence part of a pool by cumulative rounding, with a cap per member filled like water."""

import numpy as np

from rewards.engine.limits import BASIS_POINTS
from rewards.engine.records import Int64Array

_CHUNK = 1 << 16


def allocate(pool: int, weights: Int64Array, cap_bp: int) -> tuple[Int64Array, int]:
    """Grains for each weight, in the order given, and what remains to be carried; together exactly `pool`.

    Weights are ≥ 0 and add up to less than 2**63; products of pool and weights are exact at any size. Nobody gets
    more than pool·cap_bp // 10,000: who would is given that, and what is left is split anew over the others.
    """
    cap = pool * cap_bp // BASIS_POINTS
    allocated = np.zeros(len(weights), dtype=np.int64)
    left, open_rows = pool, np.flatnonzero(weights > 0)
    while len(open_rows):
        running = np.cumsum(weights[open_rows])
        over = _over(left, weights[open_rows], running, cap)
        if not len(over):
            allocated[open_rows] = _shares(left, running)
            return allocated, 0
        allocated[open_rows[over]] = cap
        left -= cap * len(over)
        open_rows = np.delete(open_rows, over)
    return allocated, left


def _over(left: int, weights: Int64Array, running: Int64Array, cap: int) -> Int64Array:
    """Rows whose rounded share is above the cap. Only an exact share above the cap can round to more than it."""
    total = int(running[-1])
    if left <= cap:
        return np.zeros(0, dtype=np.int64)
    above = np.flatnonzero(weights > cap * total // left)
    rows = zip(above.tolist(), running[above].tolist(), weights[above].tolist(), strict=True)
    over = [row for row, upto, own in rows if left * upto // total - left * (upto - own) // total > cap]
    return np.array(over, dtype=np.int64)


def _shares(left: int, running: Int64Array) -> Int64Array:
    """left·C // T − left·C₋₁ // T for each row; Python's whole numbers, since the products pass 64 bits."""
    total = int(running[-1])
    upto = np.empty(len(running), dtype=np.int64)
    for low in range(0, len(running), _CHUNK):
        upto[low : low + _CHUNK] = [left * part // total for part in running[low : low + _CHUNK].tolist()]
    return np.diff(upto, prepend=0)
