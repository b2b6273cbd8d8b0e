"""Reading the seven input files of an epoch strictly, and their root."""

import hashlib
from pathlib import Path

import numpy as np

from rewards.engine import canonical, checks
from rewards.engine import params as params_file
from rewards.engine.emission import most_released_before
from rewards.engine.limits import MAX_COUNT, MAX_EPOCH, MAX_WALLETS, TOTAL_SUPPLY
from rewards.engine.params import Params
from rewards.engine.records import EARNING_SOURCES, Balances, Earnings, Epoch, Inputs, Interactions
from rewards.engine.tables import Choice, Integer, Wallet, read_table

INPUT_FILES = (
    "wallets.csv",
    "interactions.csv",
    "seeds.csv",
    "balances.csv",
    "earnings.csv",
    "params.json",
    "epoch.json",
)


def read_inputs(directory: Path | str) -> Inputs:
    """The seven files of `directory`. Raises InputError with file, line and reason, FileNotFoundError."""
    place = Path(directory)
    params = params_file.read_params(place / "params.json")
    epoch = read_epoch(place / "epoch.json")
    (wallets,) = read_table(place / "wallets.csv", (Wallet(),))
    checks.ascending("wallets.csv", (wallets,))
    (seed_wallets,) = read_table(place / "seeds.csv", (Wallet(),))
    checks.ascending("seeds.csv", (seed_wallets,))
    seeds = checks.places("seeds.csv", seed_wallets, wallets)
    interactions = _read_interactions(place / "interactions.csv", len(wallets), params)
    checks.interactions(interactions, params, epoch.number)
    checks.all_used(len(wallets), interactions, seeds)
    balances = _read_balances(place / "balances.csv")
    earnings = _read_earnings(place / "earnings.csv")
    return Inputs(wallets, interactions, seeds, balances, earnings, params, epoch, inputs_root(place))


def read_epoch(path: Path) -> Epoch:
    """The epoch in an `epoch.json`. Raises InputError, also when more was released than the year allows so far."""
    keys = {"carry", "epoch", "released_this_year"}
    plain = canonical.exact_keys(path.name, "it", canonical.load_object(path), keys)
    number = canonical.whole(path.name, "epoch", plain["epoch"], 0, MAX_EPOCH)
    carry = canonical.whole(path.name, "carry", plain["carry"], 0, TOTAL_SUPPLY)
    most = most_released_before(number)
    released = canonical.whole(path.name, "released_this_year", plain["released_this_year"], 0, most)
    return Epoch(number, carry, released)


def inputs_root(directory: Path | str) -> str:
    """SHA-256 in hex over the SHA-256 digests of the seven files in their order."""
    whole = hashlib.sha256()
    for name in INPUT_FILES:
        with (Path(directory) / name).open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()


def _read_interactions(path: Path, wallets: int, params: Params) -> Interactions:
    last = max(0, min(wallets, MAX_WALLETS) - 1)
    columns = (
        Integer("source", 0, last, np.int32),
        Integer("target", 0, last, np.int32),
        Choice("kind", params.kind_names),
        Integer("epoch", 0, MAX_EPOCH, np.int32),
        Integer("count", 1, MAX_COUNT, np.int32),
    )
    return Interactions(*read_table(path, columns))


def _read_balances(path: Path) -> Balances:
    amounts = (Integer(name, 0, TOTAL_SUPPLY) for name in ("cumulative", "owed", "held"))
    balances = Balances(*read_table(path, (Wallet(), *amounts)))
    checks.balances(balances)
    return balances


def _read_earnings(path: Path) -> Earnings:
    columns = (Wallet(), Choice("source", EARNING_SOURCES), Integer("amount", 1, TOTAL_SUPPLY))
    earnings = Earnings(*read_table(path, columns))
    checks.earnings(earnings)
    return earnings
