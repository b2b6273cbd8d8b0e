"""Reading the record of a round strictly; see `record`."""

import hashlib
import re
from pathlib import Path
from typing import Any

import numpy as np

from social.ranking.maths import cardrecord
from social.ranking.maths.design import LARGEST
from social.ranking.maths.errors import RankingError, shown
from social.ranking.maths.features import version_of
from social.ranking.maths.heldout import RECORDED
from social.ranking.maths.layout import FORMAT, MEMBERS, SNAPSHOT, WITH_STYLES, Result, Round
from social.ranking.maths.promotion import Replay
from social.ranking.maths.rounds import Inputs, Pairs, Rules
from social.ranking.maths.textfiles import (
    DECIMAL,
    NAME,
    WHOLE,
    anything,
    check_ascending,
    fault,
    lines,
    load,
    numbered,
    rules_of,
    table,
    typed,
)
from social.ranking.maths.weights import Weights

_LARGEST = 1e6
_ROUND = {
    "features_version": str,
    "format": int,
    "groups": list,
    "ids": str,
    "keys": list,
    "parent": int,
    "replay": (dict, type(None)),
    "rules": dict,
    "snapshot": str,
    "version": int,
}
_RESULT = {"gain": dict, "left": int, "offsets": dict, "pool": int, "theta": list, "utility": int, "verdict": dict}


def read(directory: Path | str) -> Round:
    """What `write` wrote. Raises RankingError naming file and line. The snapshot is as said; `digest` gives the files' own."""
    place = Path(directory)
    plain = _round(place / "round.json")
    keys, groups = _texts("round.json", plain["keys"]), _texts("round.json", plain["groups"])
    if plain["features_version"] != version_of(keys):
        raise fault("round.json", 1, "features_version is not that of the keys")
    rules, replay = Rules(**rules_of("round.json", plain["rules"], Rules)), _replay(plain["replay"])
    champion = _champion(place / "champion.json", plain["features_version"])
    examples, validation = (_pairs(place / name, keys) for name in SNAPSHOT[1:])
    values = np.ascontiguousarray(numbered(place / "values.csv", ("example", "phi"), len(examples))[:, 1])
    names, (phi, carried, items, grains) = _members(place / "members.csv")
    inputs = Inputs(
        version=plain["version"],
        parent=plain["parent"],
        champion=champion,
        groups=groups,
        rules=rules,
        examples=examples,
        validation=validation,
        names=names,
        items=items,
        carried=carried,
        replay=replay,
        ids=plain["ids"],
    )
    result, named = _result(place / "result.json", inputs), plain.get("styles", "")
    styles = cardrecord.read(place) if "styles" in plain else None
    return Round(inputs, plain["snapshot"], values, phi, grains, result, styles, named)


def _round(path: Path) -> dict[str, Any]:
    """`round.json` of either format: with the snapshot of styles, or without."""
    plain = anything(path)
    number = plain.get("format")
    if number not in (FORMAT, WITH_STYLES):
        told = number if type(number) is int else shown(str(number))
        raise fault(path.name, 1, f"format {told} is not known here")
    kinds = _ROUND | ({"styles": str} if plain["format"] == WITH_STYLES else {})
    return typed(path.name, "it", plain, kinds)


def digest(directory: Path | str) -> str:
    """The snapshot of the files as they are."""
    whole = hashlib.sha256()
    for name in SNAPSHOT:
        with (Path(directory) / name).open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()


def _texts(file: str, values: list[Any]) -> tuple[str, ...]:
    if any(not isinstance(value, str) for value in values) or len(set(map(str, values))) != len(values):
        raise fault(file, 1, "a list of names has something else in it, or one twice")
    return tuple(values)


def _replay(plain: dict[str, Any] | None) -> Replay | None:
    if plain is None:
        return None
    kinds = {"after": DECIMAL, "before": DECIMAL, "error": DECIMAL, "impressions": int}
    return Replay(**typed("round.json", "replay", plain, kinds))


def _champion(path: Path, version: str) -> Weights:
    try:
        return Weights.from_json(path.read_bytes(), features_version=version)
    except FileNotFoundError:
        raise fault(path.name, 1, "is missing") from None
    except RankingError as error:
        raise fault(path.name, 1, str(error)) from None


def _pairs(path: Path, keys: tuple[str, ...]) -> Pairs:
    whole, numbers = table(path, ("member", "group", "weight", *keys), 2)
    z = np.ascontiguousarray(numbers[:, 1:])
    odd = (numbers[:, 0] < 0) | (np.abs(z) > LARGEST).any(axis=1)
    if odd.any():
        raise fault(path.name, int(odd.argmax()) + 2, "a weight is negative or a difference too large")
    check_ascending(path, np.column_stack((whole[:, 0].astype(np.float64), z)), "member and differences")
    return Pairs(np.ascontiguousarray(whole[:, 0]), np.ascontiguousarray(whole[:, 1]), numbers[:, 0].copy(), z)


def _members(path: Path) -> tuple[tuple[str, ...], list[tuple[int, ...]]]:
    row = re.compile(",".join((WHOLE, NAME, WHOLE, WHOLE, WHOLE, r"(?:0|[1-9][0-9]{0,29})")))
    found: list[list[str]] = []
    for line, text in lines(path, MEMBERS):
        if not row.fullmatch(text):
            raise fault(path.name, line, f"must be {MEMBERS}, not {shown(text)}")
        if not text.startswith(f"{len(found)},"):
            raise fault(path.name, line, f"members are numbered from 0 in order; here stands {len(found)}")
        found.append(text.split(","))
    numbers = [tuple(int(one[column]) for one in found) for column in range(2, 6)]
    return tuple(one[1] for one in found), numbers


def _result(path: Path, inputs: Inputs) -> Result:
    plain = load(path, _RESULT)
    gain = typed(path.name, "gain", plain["gain"], RECORDED)
    verdict = typed(path.name, "verdict", plain["verdict"], {"promote": bool, "reasons": list, "worse": list})
    if set(plain["offsets"]) != set(inputs.groups):
        raise fault(path.name, 1, "offsets must be of the groups of the round")
    rows = [plain["theta"], *(plain["offsets"][name] for name in inputs.groups)]
    for row in rows:
        numbers = isinstance(row, list) and all(type(value) in DECIMAL and abs(value) < _LARGEST for value in row)
        if not numbers or len(row) != len(inputs.champion.keys):
            raise fault(path.name, 1, f"weights must be {len(inputs.champion.keys)} numbers, not {shown(repr(row))}")
    return Result(
        np.array(rows, dtype=np.float64),
        gain,
        plain["utility"],
        verdict["promote"],
        _texts(path.name, verdict["reasons"]),
        tuple(verdict["worse"]),
        plain["pool"],
        plain["left"],
    )
