"""Rules that hold across the rows of an input file; the reader and the writer share them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rewards.engine.errors import InputError
from rewards.engine.limits import TOTAL_SUPPLY
from rewards.engine.params import STANDING, Params
from rewards.engine.records import Balances, Earnings, Int32Array, Interactions, WalletArray

Array = NDArray[Any]

MOST_TOGETHER = 4 * TOTAL_SUPPLY
"""Amounts of one column may add up to this: with a pool on top they still fit 64 bits."""


def ascending(file: str, keys: tuple[Array, ...]) -> None:
    """Rows must strictly rise by `keys`, the first deciding most. Raises InputError at the first that does not."""
    rises = np.zeros(max(0, len(keys[0]) - 1), dtype=np.bool_)
    same = np.ones_like(rises)
    for key in keys:
        rises |= same & (key[1:] > key[:-1])
        same &= key[1:] == key[:-1]
    if not rises.all():
        row = int(np.argmin(rises))
        reason = "repeats the row before" if same[row] else "is not in order"
        raise InputError(file, row + 3, f"the row {reason}; rows are sorted by their leading columns, each once")


def places(file: str, some: WalletArray, wallets: WalletArray) -> Int32Array:
    """Where each of `some` stands in the sorted `wallets`. Raises InputError at the first that is not there."""
    found = np.searchsorted(wallets, some)
    known = found < len(wallets)
    known[known] = wallets[found[known]] == some[known]
    refuse(file, ~known, "the wallet is not in wallets.csv")
    return found.astype(np.int32)


def interactions(rows: Interactions, params: Params, close: int) -> None:
    """Every rule of `interactions.csv` that needs more than one field. Raises InputError at the first broken one."""
    file = "interactions.csv"
    ascending(file, (rows.source, rows.target, rows.kind, rows.epoch))
    refuse(file, rows.source == rows.target, "source and target are the same")
    first = max(0, close - params.window + 1)
    outside = (rows.epoch < first) | (rows.epoch > close)
    refuse(file, outside, f"the epoch is outside the window, which is {first} to {close}")
    if STANDING in params.kind_names:
        standing = rows.kind == params.kind_code(STANDING)
        refuse(file, standing & (rows.epoch != close), f"a {STANDING} stands at the close, in epoch {close}")
        refuse(file, standing & (rows.count != 1), f"a {STANDING} counts 1")


def all_used(wallets: int, rows: Interactions, seeds: Int32Array) -> None:
    """Each wallet must be in the interactions or the seeds. Raises InputError at the first that is not."""
    used = np.zeros(wallets, dtype=np.bool_)
    for column in (rows.source, rows.target, seeds):
        used[column] = True
    refuse("wallets.csv", ~used, "the wallet is in neither the interactions nor the seeds")


def balances(rows: Balances) -> None:
    """Order and sums of `balances.csv`. Raises InputError."""
    ascending("balances.csv", (rows.wallet,))
    for name in ("cumulative", "owed", "held"):
        _together("balances.csv", name, getattr(rows, name))


def earnings(rows: Earnings) -> None:
    """Order and sum of `earnings.csv`. Raises InputError."""
    ascending("earnings.csv", (rows.wallet, rows.source))
    _together("earnings.csv", "amount", rows.amount)


def within(file: str, name: str, column: Array, low: int, high: int) -> None:
    """Each number must lie within [low, high]. Raises InputError at the first that does not."""
    refuse(file, (column < low) | (column > high), f"{name} must be between {low} and {high}")


def _together(file: str, name: str, column: NDArray[np.int64]) -> None:
    if float(column.sum(dtype=np.float64)) < MOST_TOGETHER / 2:
        return
    together = 0
    for row, amount in enumerate(column.tolist()):
        together += amount
        if together > MOST_TOGETHER:
            raise InputError(file, row + 2, f"{name} adds up to more than {MOST_TOGETHER}")


def refuse(file: str, broken: NDArray[np.bool_], reason: str) -> None:
    """Raises InputError at the line of the first row that is marked as broken, if any is."""
    if broken.any():
        raise InputError(file, int(np.argmax(broken)) + 2, reason)
