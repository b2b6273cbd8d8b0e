"""The public record of a training round: seven plain files from which anyone computes the same grains.

| file | what |
|---|---|
| `round.json` | version, parent, features, groups, rules (λ, caps, rate, budget, thresholds), snapshot, the replay's figures |
| `champion.json` | the model that was to be beaten |
| `examples.csv` | `member,group,weight` and one column for each feature: what the winner had more of than the loser |
| `validation.csv` | the same of the validators |
| `values.csv` | `example,phi`: rows of `examples.csv` from 0, values in pico-nats |
| `members.csv` | `member,name,phi,carried,items,grains` |
| `result.json` | weights, gain with its bounds in nano-nats, verdict, pool |

Privacy: an example is the difference of two posts' features, rounded to six decimals: no post, no handle, no time.
Member numbers are of this round alone, rows are sorted, and a name is whatever the site puts there: the wallet that is
paid, which the epoch's earnings show anyway, or a pseudonym where the member wishes none of it to be joined. Two posts
can sometimes be guessed from their features by who knows both; the text that members consent to says that examples are
published so.

The snapshot is SHA-256 over the digests of champion, examples and validation as they are written. It seeds the bootstrap.
A round that valued styles has seven more files (see `cardrecord`), and `round.json` names their snapshot.
`result.json` is written last: a folder without it is a round that was broken off.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from social.ranking.maths import cardrecord
from social.ranking.maths.cardrecord import CardRound
from social.ranking.maths.features import version_of
from social.ranking.maths.layout import FILES, FORMAT, MEMBERS, WITH_STYLES, Result, Round, header, rows, snapshot_of
from social.ranking.maths.reading import digest, read
from social.ranking.maths.rounds import Inputs, Outcome, compute
from social.ranking.maths.textfiles import check_names, write_json, write_lines
from social.ranking.maths.valuation import PICO

STYLE_FILES = cardrecord.FILES
__all__ = ["FILES", "STYLE_FILES", "Result", "Round", "close", "digest", "read", "snapshot_of", "write"]


def close(inputs: Inputs, styles: CardRound | None = None, snapshot: str | None = None) -> tuple[Round, Outcome]:
    """Compute a round; the same inputs give the same record. `styles` is its part about styles, closed before; `snapshot`
    is that of the inputs if it is known."""
    snapshot = snapshot or snapshot_of(inputs)
    outcome = compute(inputs, snapshot)
    verdict = outcome.verdict
    result = Result(
        outcome.table,
        outcome.gain.recorded(),
        round(outcome.utility * PICO),
        verdict.promote,
        verdict.reasons,
        verdict.worse,
        outcome.shares.pool,
        outcome.shares.left,
    )
    members = tuple(outcome.member_values.tolist())
    named = styles.snapshot if styles else ""
    return Round(inputs, snapshot, outcome.values, members, outcome.shares.grains, result, styles, named), outcome


def write(directory: Path | str, whole: Round) -> None:
    """The seven files into `directory`, which is made, and those about styles."""
    place, inputs = Path(directory), whole.inputs
    place.mkdir(parents=True, exist_ok=True)
    (place / "result.json").unlink(missing_ok=True)
    write_json(place / "round.json", _round_json(whole))
    write_lines(place / "champion.json", inputs.champion.to_json(), iter(()))
    first = header(inputs.champion.keys)
    write_lines(place / "examples.csv", first, rows(inputs.examples))
    write_lines(place / "validation.csv", first, rows(inputs.validation))
    write_lines(place / "values.csv", "example,phi", (f"{at},{phi}" for at, phi in enumerate(whole.values.tolist())))
    columns = zip(inputs.names, whole.member_values, inputs.carried, inputs.items, whole.grains, strict=True)
    check_names(inputs.names)
    write_lines(place / "members.csv", MEMBERS, (f"{at},{','.join(map(str, row))}" for at, row in enumerate(columns)))
    if whole.styles is not None:
        cardrecord.write(place, whole.styles)
    write_json(place / "result.json", _result_json(whole))


def _round_json(whole: Round) -> dict[str, Any]:
    inputs = whole.inputs
    styles = {"format": WITH_STYLES, "styles": whole.named} if whole.styles is not None else {"format": FORMAT}
    return styles | {
        "features_version": version_of(inputs.champion.keys),
        "groups": list(inputs.groups),
        "ids": inputs.ids,
        "keys": list(inputs.champion.keys),
        "parent": inputs.parent,
        "replay": asdict(inputs.replay) if inputs.replay else None,
        "rules": asdict(inputs.rules),
        "snapshot": whole.snapshot,
        "version": inputs.version,
    }


def _result_json(whole: Round) -> dict[str, Any]:
    result = whole.result
    return {
        "gain": result.gain,
        "left": result.left,
        "offsets": dict(zip(whole.inputs.groups, result.table[1:].tolist(), strict=True)),
        "pool": result.pool,
        "theta": result.table[0].tolist(),
        "utility": result.utility,
        "verdict": {"promote": result.promote, "reasons": list(result.reasons), "worse": list(result.worse)},
    }
