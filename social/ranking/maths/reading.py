"""Reading the record of a round strictly; see `record`."""

import hashlib
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from social.ranking.maths import cardrecord
from social.ranking.maths.arrays import Bools, Ints
from social.ranking.maths.design import LARGEST
from social.ranking.maths.errors import RankingError, shown
from social.ranking.maths.features import version_of
from social.ranking.maths.layout import FORMAT, MEMBERS, SNAPSHOT, WITH_STYLES, Result, Round
from social.ranking.maths.promotion import Replay
from social.ranking.maths.rounds import Inputs, Pairs, Rules
from social.ranking.maths.textfiles import NAME, WHOLE, anything, fault, lines, load, table, typed
from social.ranking.maths.weights import Weights

_NUMBER = (int, float)
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
    rules, replay = _rules(plain["rules"]), _replay(plain["replay"])
    champion = _champion(place / "champion.json", plain["features_version"])
    examples, validation = (_pairs(place / name, keys) for name in SNAPSHOT[1:])
    values = _values(place / "values.csv", len(examples))
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


def _rules(plain: dict[str, Any]) -> Rules:
    kinds = {one.name: _NUMBER if one.type in (float, "float") else int for one in fields(Rules)}
    rules = Rules(**typed("round.json", "rules", plain, kinds))
    if not (1 <= rules.nodes <= 64 and 20 <= rules.draws <= 100_000):
        raise fault("round.json", 1, "nodes must be 1 to 64 and draws 20 to 100,000")
    return rules


def _replay(plain: dict[str, Any] | None) -> Replay | None:
    if plain is None:
        return None
    kinds = {"after": _NUMBER, "before": _NUMBER, "error": _NUMBER, "impressions": int}
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
    _refuse(path, odd, "a weight is negative or a difference too large")
    steps = np.diff(np.column_stack((whole[:, 0].astype(np.float64), z)), axis=0)
    first = np.take_along_axis(steps, (steps != 0).argmax(axis=1)[:, None], axis=1)[:, 0]
    astray = np.concatenate((np.zeros(1), first <= 0)).astype(np.bool_)
    _refuse(path, astray, "rows must ascend by member and differences, none twice")
    return Pairs(np.ascontiguousarray(whole[:, 0]), np.ascontiguousarray(whole[:, 1]), numbers[:, 0].copy(), z)


def _refuse(path: Path, wrong: Bools, reason: str) -> None:
    """Tell the first row that is wrong, if one is."""
    if wrong.any():
        raise fault(path.name, int(wrong.argmax()) + 2, reason)


def _values(path: Path, count: int) -> Ints:
    whole, _ = table(path, ("example", "phi"), 2)
    if len(whole) != count or (whole[:, 0] != np.arange(count)).any():
        raise fault(path.name, 1, f"must number the {count} examples from 0, each once")
    return np.ascontiguousarray(whole[:, 1])


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
    gain = typed(path.name, "gain", plain["gain"], dict.fromkeys(("lower", "mean", "members", "upper"), int))
    verdict = typed(path.name, "verdict", plain["verdict"], {"promote": bool, "reasons": list, "worse": list})
    if set(plain["offsets"]) != set(inputs.groups):
        raise fault(path.name, 1, "offsets must be of the groups of the round")
    rows = [plain["theta"], *(plain["offsets"][name] for name in inputs.groups)]
    for row in rows:
        numbers = isinstance(row, list) and all(type(value) in (int, float) and abs(value) < _LARGEST for value in row)
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
