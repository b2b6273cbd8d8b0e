"""Writing the seven input files of an epoch in their canonical form."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rewards.engine import canonical, checks, text
from rewards.engine.emission import most_released_before
from rewards.engine.errors import InputError
from rewards.engine.inputs import inputs_root
from rewards.engine.limits import MAX_COUNT, MAX_EPOCH, TOTAL_SUPPLY
from rewards.engine.params import Params
from rewards.engine.records import (
    EARNING_SOURCES,
    Balances,
    Earnings,
    Epoch,
    Interactions,
    WalletArray,
    as_wallets,
)


def write_inputs(
    directory: Path | str,
    *,
    wallets: Sequence[str] | WalletArray,
    interactions: Interactions,
    seeds: Sequence[str] | WalletArray,
    balances: Balances,
    earnings: Earnings,
    params: Params,
    epoch: Epoch,
) -> str:
    """Write the seven files into `directory` (made when missing) and return their inputs root.

    Rows may come in any order. `wallets` may hold more than are used; `interactions.source` and `.target` are places
    in it as given. Only wallets that interact or are seeds are written, sorted, and the places follow.
    Raises InputError when the rows break a rule (its line is that of the file as it would be written), ValueError on
    a malformed wallet. Nothing is written unless everything is right; each file then appears as a whole.
    """
    given, chosen = as_wallets(wallets), np.unique(as_wallets(seeds))
    _check_columns(interactions, len(given), len(params.kinds), epoch)
    listed, rows = _renumbered(given, chosen, interactions)
    rows = _in_order(rows, len(listed), params, epoch.number)
    checks.interactions(rows, params, epoch.number)
    balances, earnings = _sorted_balances(balances), _sorted_earnings(earnings)
    kinds, sources = _names(params.kind_names), _names(EARNING_SOURCES)
    place = Path(directory)
    place.mkdir(parents=True, exist_ok=True)
    columns = (rows.source, rows.target, kinds[rows.kind], rows.epoch, rows.count)
    owing = (balances.wallet, balances.cumulative, balances.owed, balances.held)
    earned = (earnings.wallet, sources[earnings.source], earnings.amount)
    text.write_file(place / "wallets.csv", text.table("wallet", (listed,)))
    text.write_file(place / "interactions.csv", text.table("source,target,kind,epoch,count", columns))
    text.write_file(place / "seeds.csv", text.table("wallet", (chosen,)))
    text.write_file(place / "balances.csv", text.table("wallet,cumulative,owed,held", owing))
    text.write_file(place / "earnings.csv", text.table("wallet,source,amount", earned))
    text.write_file(place / "params.json", [canonical.dumps(params.to_json())])
    text.write_file(place / "epoch.json", [canonical.dumps(_epoch_json(epoch))])
    return inputs_root(place)


def _epoch_json(epoch: Epoch) -> dict[str, int]:
    return {"carry": epoch.carry, "epoch": epoch.number, "released_this_year": epoch.released_this_year}


def _check_columns(rows: Interactions, wallets: int, kinds: int, epoch: Epoch) -> None:
    most = most_released_before(epoch.number)
    for name, value, high in (
        ("epoch", epoch.number, MAX_EPOCH),
        ("carry", epoch.carry, TOTAL_SUPPLY),
        ("released_this_year", epoch.released_this_year, most),
    ):
        canonical.whole("epoch.json", name, value, 0, high)
    for name, low, high in (
        ("source", 0, wallets - 1),
        ("target", 0, wallets - 1),
        ("kind", 0, kinds - 1),
        ("epoch", 0, MAX_EPOCH),
        ("count", 1, MAX_COUNT),
    ):
        column = getattr(rows, name)
        if len(column) != len(rows):
            raise InputError("interactions.csv", 1, f"{name} has {len(column)} rows, source {len(rows)}")
        checks.within("interactions.csv", name, column, low, high)


def _renumbered(given: WalletArray, seeds: WalletArray, rows: Interactions) -> tuple[WalletArray, Interactions]:
    """The wallets used, sorted, and the interactions with places in them."""
    used = np.zeros(len(given), dtype=np.bool_)
    used[rows.source] = True
    used[rows.target] = True
    acting = given[used]
    listed = np.union1d(acting, seeds)
    if len(np.unique(acting)) != len(acting):
        raise ValueError("a wallet is given twice")
    place = np.zeros(len(given), dtype=np.int32)
    place[used] = np.searchsorted(listed, acting)
    return listed, Interactions(
        place[rows.source],
        place[rows.target],
        rows.kind.astype(np.uint8),
        rows.epoch.astype(np.int32),
        rows.count.astype(np.int32),
    )


def _in_order(rows: Interactions, wallets: int, params: Params, close: int) -> Interactions:
    """The rows sorted by (source, target, kind, epoch)."""
    kinds, days = len(params.kinds), close + 1
    if wallets * wallets * kinds * days < 2**63:
        key = rows.source.astype(np.int64)
        for column, size in ((rows.target, wallets), (rows.kind, kinds), (np.minimum(rows.epoch, close), days)):
            key *= size
            key += column
        if (key[1:] > key[:-1]).all():
            return rows
        order = np.argsort(key)
    else:
        order = np.lexsort((rows.epoch, rows.kind, rows.target, rows.source))
    return Interactions(*(getattr(rows, name)[order] for name in ("source", "target", "kind", "epoch", "count")))


def _sorted_balances(rows: Balances) -> Balances:
    order = np.argsort(rows.wallet, kind="stable")
    amounts = (rows.cumulative[order], rows.owed[order], rows.held[order])
    ordered = Balances(as_wallets(rows.wallet[order]), *amounts)
    for name in ("cumulative", "owed", "held"):
        checks.within("balances.csv", name, getattr(ordered, name), 0, TOTAL_SUPPLY)
    checks.balances(ordered)
    return ordered


def _sorted_earnings(rows: Earnings) -> Earnings:
    order = np.lexsort((rows.source, rows.wallet))
    ordered = Earnings(as_wallets(rows.wallet[order]), rows.source[order], rows.amount[order])
    checks.within("earnings.csv", "source", ordered.source, 0, len(EARNING_SOURCES) - 1)
    checks.within("earnings.csv", "amount", ordered.amount, 1, TOTAL_SUPPLY)
    checks.earnings(ordered)
    return ordered


def _names(names: tuple[str, ...]) -> NDArray[Any]:
    return np.array([name.encode() for name in names])
