"""The styles' part of a round's public record: seven more files beside those of `record`, where a round valued styles.

| file | what |
|---|---|
| `styles.json` | rules (λ, caps, rate, the round’s whole budget), pseudonyms of styles and payees, strengths before, snapshot |
| `styles-choices.csv` | `member,winner,loser`: which style of two a member preferred |
| `styles-validation.csv` | the same of those drawn to measure |
| `styles-values.csv` | `choice,phi`: rows of `styles-choices.csv` from 0, values in pico-nats |
| `styles-cards.csv` | `card,won,phi,grains` |
| `styles-pay.csv` | `card,vote,payee,grains`: the author's part (vote 0), the parts of those who had voted for it (vote 1) |
| `styles-result.json` | strengths, gain with its bounds in nano-nats, whether it pays and why not, pool |

Members, styles and payees have numbers and pseudonyms of this round alone, of which nothing tells what they are elsewhere
in the record. The snapshot is SHA-256 over the round's own snapshot and the digests of strengths, choices and validation;
it seeds the bootstrap, and `round.json` names it.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from social.ranking.maths import cards
from social.ranking.maths.arrays import Floats, Ints
from social.ranking.maths.cards import AUTHOR, STRONGEST, VOTE, CardInputs, CardOutcome, CardRules, Choices, Claim
from social.ranking.maths.heldout import RECORDED
from social.ranking.maths.textfiles import (
    DECIMAL,
    NAME,
    check_ascending,
    check_names,
    dump,
    fault,
    load,
    numbered,
    rules_of,
    table,
    typed,
    write_json,
    write_lines,
)
from social.ranking.maths.valuation import PICO

FILES = (
    "styles.json",
    "styles-choices.csv",
    "styles-validation.csv",
    "styles-values.csv",
    "styles-cards.csv",
    "styles-pay.csv",
    "styles-result.json",
)
_FORMAT = 1
_CHOICES = ("member", "winner", "loser")
_CARDS = ("card", "won", "phi", "grains")
_PAY = ("card", "vote", "payee", "grains")
_SETTING = {"cards": list, "format": int, "payees": list, "rules": dict, "snapshot": str, "start": list}
_RESULT = {"gain": dict, "left": int, "pays": bool, "pool": int, "reasons": list, "strengths": list, "utility": int}


@dataclass(frozen=True, slots=True)
class CardResult:
    """`styles-result.json` as it stands there: the gain in nano-nats, the utility in pico-nats."""

    strengths: Floats
    gain: dict[str, int]
    utility: int
    pays: bool
    reasons: tuple[str, ...]
    pool: int
    left: int


@dataclass(frozen=True, slots=True)
class CardRound:
    """The styles' part as recorded: what went in, and what is said to have come out."""

    inputs: CardInputs
    snapshot: str
    values: Ints
    won: tuple[int, ...]
    card_values: tuple[int, ...]
    grains: tuple[int, ...]
    given: tuple[int, ...]
    result: CardResult


def close(inputs: CardInputs, main: str) -> tuple[CardRound, CardOutcome]:
    """Compute it; `main` is the snapshot of the round. The same inputs give the same record."""
    cards.check(inputs)
    snapshot = snapshot_of(inputs, main)
    outcome = cards.compute(inputs, snapshot)
    verdict = outcome.verdict
    result = CardResult(
        outcome.strengths,
        outcome.gain.recorded(),
        round(outcome.utility * PICO),
        verdict.promote,
        verdict.reasons,
        outcome.pool,
        outcome.left,
    )
    won = cards.won_by(inputs)
    whole = CardRound(inputs, snapshot, outcome.values, won, outcome.card_values, outcome.grains, outcome.given, result)
    return whole, outcome


def snapshot_of(inputs: CardInputs, main: str) -> str:
    """The hash of what strengths were learned from and measured by, and of where they started."""
    whole = hashlib.sha256(f"{main}\n{dump(inputs.start.tolist())}\n".encode())
    for choices in (inputs.choices, inputs.measuring):
        lines = "".join(f"{row}\n" for row in (",".join(_CHOICES), *_rows(choices)))
        whole.update(hashlib.sha256(lines.encode()).digest())
    return whole.hexdigest()


def _rows(choices: Choices) -> Iterator[str]:
    columns = zip(choices.members.tolist(), choices.winners.tolist(), choices.losers.tolist(), strict=True)
    return (f"{member},{winner},{loser}" for member, winner, loser in columns)


def write(place: Path, whole: CardRound) -> None:
    """The seven files into a folder that is there."""
    inputs, result = whole.inputs, whole.result
    check_names((*inputs.cards, *inputs.payees))
    setting = {
        "cards": list(inputs.cards),
        "format": _FORMAT,
        "payees": list(inputs.payees),
        "rules": asdict(inputs.rules),
        "snapshot": whole.snapshot,
        "start": inputs.start.tolist(),
    }
    write_json(place / "styles.json", setting)
    write_lines(place / "styles-choices.csv", ",".join(_CHOICES), _rows(inputs.choices))
    write_lines(place / "styles-validation.csv", ",".join(_CHOICES), _rows(inputs.measuring))
    phi = whole.values.tolist()
    write_lines(place / "styles-values.csv", "choice,phi", (f"{at},{one}" for at, one in enumerate(phi)))
    columns = zip(whole.won, whole.card_values, whole.grains, strict=True)
    rows = (f"{at},{won},{value},{grains}" for at, (won, value, grains) in enumerate(columns))
    write_lines(place / "styles-cards.csv", ",".join(_CARDS), rows)
    parts = zip(inputs.claims, whole.given, strict=True)
    rows = (f"{one.card},{one.part},{one.payee},{grains}" for one, grains in parts)
    write_lines(place / "styles-pay.csv", ",".join(_PAY), rows)
    said = {
        "gain": result.gain,
        "left": result.left,
        "pays": result.pays,
        "pool": result.pool,
        "reasons": list(result.reasons),
        "strengths": result.strengths.tolist(),
        "utility": result.utility,
    }
    write_json(place / "styles-result.json", said)


def read(place: Path) -> CardRound:
    """What `write` wrote. Raises RankingError naming file and line. The snapshot is as said."""
    plain = load(place / "styles.json", _SETTING)
    if plain["format"] != _FORMAT:
        raise fault("styles.json", 1, f"format {plain['format']} is not known here")
    names, payees = _names(plain["cards"]), _names(plain["payees"])
    choices, measuring = (_choices(place / name) for name in FILES[1:3])
    values = numbered(place / "styles-values.csv", ("choice", "phi"), len(choices))[:, 1]
    columns = numbered(place / "styles-cards.csv", _CARDS, len(names))
    parts, _ = table(place / "styles-pay.csv", _PAY, len(_PAY))
    if ((parts[:, 1] != AUTHOR) & (parts[:, 1] != VOTE)).any():
        raise fault("styles-pay.csv", 1, "vote must be 0 or 1")
    inputs = CardInputs(
        rules=CardRules(**rules_of("styles.json", plain["rules"], CardRules)),
        cards=names,
        start=_strengths("styles.json", plain["start"], len(names)),
        choices=choices,
        measuring=measuring,
        payees=payees,
        claims=tuple(Claim(card, vote, payee) for card, vote, payee, _grains in parts.tolist()),
    )
    won, phi, grains = (tuple(columns[:, at].tolist()) for at in (1, 2, 3))
    result = _result(place / "styles-result.json", len(names))
    given = tuple(parts[:, 3].tolist())
    return CardRound(inputs, plain["snapshot"], np.ascontiguousarray(values), won, phi, grains, given, result)


def _names(values: list[Any]) -> tuple[str, ...]:
    good = all(isinstance(value, str) and re.fullmatch(NAME, value) for value in values)
    if not good or len(set(values)) != len(values):
        raise fault("styles.json", 1, "a list of pseudonyms has something else in it, or one twice")
    return tuple(values)


def _choices(path: Path) -> Choices:
    whole, _ = table(path, _CHOICES, len(_CHOICES))
    check_ascending(path, whole, "member, winner and loser")
    return Choices(*(np.ascontiguousarray(whole[:, at]) for at in range(3)))


def _strengths(file: str, values: list[Any], count: int) -> Floats:
    numbers = all(type(value) in DECIMAL and abs(value) <= STRONGEST for value in values)
    if not numbers or len(values) != count:
        raise fault(file, 1, f"strengths must be {count} numbers")
    return np.array(values, dtype=np.float64)


def _result(path: Path, count: int) -> CardResult:
    plain = load(path, _RESULT)
    gain = typed(path.name, "gain", plain["gain"], RECORDED)
    if any(not isinstance(reason, str) for reason in plain["reasons"]):
        raise fault(path.name, 1, "reasons must be words")
    return CardResult(
        _strengths(path.name, plain["strengths"], count),
        gain,
        plain["utility"],
        plain["pays"],
        tuple(plain["reasons"]),
        plain["pool"],
        plain["left"],
    )
