"""The result files of an epoch: `payouts.csv` and `result.json`."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rewards.engine import canonical, checks, text
from rewards.engine.limits import TOTAL_SUPPLY, VERSION
from rewards.engine.params import SPLIT_NAMES
from rewards.engine.scoring import Score
from rewards.engine.settle import Payouts
from rewards.engine.tables import Integer, Wallet, read_table

PAYOUTS_HEADER = "wallet,influence,amount,owed,cumulative"


def write_result(directory: Path | str, score: Score) -> str:
    """Write `payouts.csv` and `result.json` into `directory`; returns the result root."""
    place = Path(directory)
    root = result_root(score.payouts)
    text.write_file(place / "payouts.csv", payouts_text(score.payouts))
    text.write_file(place / "result.json", [result_text(score, root)])
    return root


def payouts_text(payouts: Payouts) -> Iterator[bytes]:
    """The bytes of `payouts.csv`, in blocks."""
    columns = (payouts.wallet, payouts.influence, payouts.amount, payouts.owed, payouts.cumulative)
    return text.table(PAYOUTS_HEADER, columns)


def result_root(payouts: Payouts) -> str:
    """SHA-256 of `payouts.csv` in hex."""
    digest = hashlib.sha256()
    for block in payouts_text(payouts):
        digest.update(block)
    return digest.hexdigest()


def result_text(score: Score, root: str) -> bytes:
    """The bytes of `result.json`."""
    plain: dict[str, Any] = {
        "active": score.active,
        "carry": score.carry,
        "engine": VERSION,
        "epoch": score.inputs.epoch.number,
        "inputs_root": score.inputs.root,
        "paid": score.paid,
        "pool": score.pool.total,
        "reach": score.reach,
        "reached": score.reached,
        "received": score.received,
        "release": score.pool.release,
        "result_root": root,
        "splits": {name: getattr(score.pool.splits, name) for name in SPLIT_NAMES},
    }
    return canonical.dumps(plain)


def read_payouts(directory: Path | str) -> Payouts:
    """The rows of `payouts.csv` in `directory`. Raises InputError, FileNotFoundError."""
    numbers = [Integer("influence", 0, 2**56)]
    numbers += [Integer(name, 0, TOTAL_SUPPLY) for name in ("amount", "owed", "cumulative")]
    payouts = Payouts(*read_table(Path(directory) / "payouts.csv", (Wallet(), *numbers)))
    checks.ascending("payouts.csv", (payouts.wallet,))
    checks.refuse("payouts.csv", payouts.amount > payouts.cumulative, "amount must not be above cumulative")
    return payouts


def read_result(directory: Path | str) -> dict[str, Any]:
    """The object in `result.json`. Raises InputError, FileNotFoundError."""
    return canonical.load_object(Path(directory) / "result.json")
