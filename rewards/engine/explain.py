"""Why a wallet has its influence: the exact part of each member and kind of interaction.

Influence[v] is a sum over incoming edges, (g[u] // W[u])·w(u,v), and w is split over kinds by `pair_parts`, so the
parts add up to the influence without remainder. They are kept in side files, which are derived from the inputs and no
part of the roots.
"""

import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rewards.engine.errors import InputError
from rewards.engine.graph import pair_parts
from rewards.engine.inputs import read_inputs
from rewards.engine.params import read_params
from rewards.engine.scoring import Score
from rewards.engine.scoring import score as compute
from rewards.engine.sidefiles import SideFiles
from rewards.engine.tables import WALLET_WIDTH

_SIDE = SideFiles("explanation-v1", ("start", "source", "kind", "influence"))
_ROW = WALLET_WIDTH + 1
_HEADER = len("wallet\n")


class Contribution(NamedTuple):
    """`influence` that a wallet has from one kind of interaction of one other wallet."""

    source_wallet: str
    kind: str
    influence: int


def write_explanations(directory: Path | str, score: Score) -> None:
    """Write the side files for `read_explanation`: rows by target, the greatest influence first."""
    inputs = score.inputs
    parts = pair_parts(inputs.interactions, inputs.params, inputs.epoch.number)
    influence = score.flow.passed[parts.source] * parts.weight
    kept = np.flatnonzero(influence)
    order = kept[np.lexsort((-influence[kept], parts.target[kept]))]
    counts = np.bincount(parts.target[kept], minlength=len(inputs.wallets))
    arrays: dict[str, NDArray[Any]] = {
        "start": np.concatenate(([0], np.cumsum(counts))),
        "source": parts.source[order],
        "kind": parts.kind[order],
        "influence": influence[order],
    }
    _SIDE.write(Path(directory), arrays)


def read_explanation(directory: Path | str, wallet: str, limit: int | None = None) -> list[Contribution]:
    """The contributions to a wallet's influence, the greatest first, at most `limit`; empty when it has none.

    Milliseconds once the side files exist; when they are missing the epoch is computed again and they are written.
    Raises InputError or FileNotFoundError when that is needed and the inputs are not right.
    """
    place = Path(directory)
    arrays = _SIDE.read(place, newer_than=("wallets.csv", "interactions.csv", "seeds.csv", "params.json"))
    if arrays is None:
        write_explanations(place, compute(read_inputs(place)))
        arrays = _SIDE.read(place, newer_than=())
    if arrays is None:
        raise OSError(f"{place}: the explanation files cannot be read")
    with (place / "wallets.csv").open("rb") as wallets:
        target = _find(wallets.fileno(), wallet.encode())
        if target is None:
            return []
        low, high = int(arrays["start"][target]), int(arrays["start"][target + 1])
        if limit is not None:
            high = min(high, low + limit)
        columns = (arrays[name][low:high].tolist() for name in ("source", "kind", "influence"))
        kinds = read_params(place / "params.json").kind_names
        return [
            Contribution(_wallet(wallets.fileno(), source).decode(), kinds[kind], influence)
            for source, kind, influence in zip(*columns, strict=True)
        ]


def _find(wallets: int, wallet: bytes) -> int | None:
    """The place of a wallet in an open `wallets.csv`, whose rows are sorted and all equally long."""
    low, high = 0, (os.fstat(wallets).st_size - _HEADER) // _ROW
    while low < high:
        middle = (low + high) // 2
        found = _wallet(wallets, middle)
        if found == wallet:
            return middle
        if found < wallet:
            low = middle + 1
        else:
            high = middle
    return None


def _wallet(wallets: int, place: int) -> bytes:
    raw = os.pread(wallets, WALLET_WIDTH, _HEADER + place * _ROW)
    if len(raw) != WALLET_WIDTH:
        raise InputError("wallets.csv", place + 2, "the file ends early")
    return raw
