"""`python -m social.ranking.verify DIR`: compute a training round again from its public record, with numpy and scipy alone.

Weights, gain and values are computed in floating point, where machines may differ in the last bits; they must agree to
the last or last but one of their published digits. Grains are whole numbers computed from the recorded values, and must
agree exactly.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from social.ranking import rounds
from social.ranking.design import GRID
from social.ranking.errors import RankingError
from social.ranking.heldout import NANO, Gain
from social.ranking.learning import fit_design
from social.ranking.record import Round, digest, read
from social.ranking.valuation import PICO, quantised, utility, values

AGREES, DIFFERS = 0, 1
SLACK = 2
"""By how many of the last published digits two machines may differ."""
EFFICIENCY = 1e-4

Check = tuple[str, str | None]
"""What was checked; None when it agrees, else how it differs."""


def verify(directory: Path | str) -> Iterator[Check]:
    """One check after the other, each when it is done. Raises RankingError when a file is missing or malformed."""
    whole = read(directory)
    inputs = whole.inputs
    rounds.check(inputs)
    found = digest(directory)
    yield f"snapshot {found}", _unless(found == whole.snapshot, f"round.json says {whole.snapshot}")
    laid, held, start = rounds.lay_out(inputs)
    fitted = fit_design(laid, start, inputs.rules.lam).table
    off = float(np.abs(fitted - whole.result.table).max(initial=0.0))
    yield (
        f"weights learned from {len(inputs.examples)} examples",
        _unless(off <= SLACK / GRID, f"they differ by {off:.3g}"),
    )
    table = whole.result.table
    gain, scores, _ = rounds.judged(inputs, start, table, whole.snapshot)
    yield from _gain(whole, gain)
    verdict = rounds.verdict_of(inputs, _recorded(whole), scores)
    same = (verdict.promote, verdict.reasons, verdict.worse) == (
        whole.result.promote,
        whole.result.reasons,
        whole.result.worse,
    )
    yield "verdict", _unless(same, f"it should be {'promoted' if verdict.promote else ', '.join(verdict.reasons)}")
    valued = values(laid, held, start, inputs.rules.lam, inputs.rules.nodes, fitted)
    far = np.abs(quantised(valued.phi) - whole.values)
    row = int(far.argmax()) if len(far) else 0
    yield (
        f"values of {len(far)} examples",
        _unless(far.max(initial=0) <= SLACK, f"values.csv:{row + 2} differs by {far.max(initial=0)} pico-nats"),
    )
    gain_now = utility(held, start, table)
    short = abs(int(whole.values.sum()) - gain_now * PICO) / PICO
    yield (
        f"values add up to the gain {gain_now:.9f}",
        _unless(short <= EFFICIENCY * abs(gain_now) + len(far) / PICO, f"they miss it by {short:.3g}"),
    )
    yield from _money(whole)


def _gain(whole: Round, gain: Gain) -> Iterator[Check]:
    said = whole.result.gain
    own = {"lower": gain.lower, "mean": gain.mean, "upper": gain.upper}
    wrong = [name for name, value in own.items() if abs(said[name] - value * NANO) > SLACK]
    wrong += ["members"] * (said["members"] != gain.members)
    told = ", ".join(f"{name} {own.get(name, gain.members)}" for name in wrong)
    yield f"gain and its bounds over {gain.members} validators", _unless(not wrong, f"here {told}")


def _recorded(whole: Round) -> Gain:
    said = whole.result.gain
    return Gain(said["mean"] / NANO, said["lower"] / NANO, said["upper"] / NANO, said["members"])


def _money(whole: Round) -> Iterator[Check]:
    sums = rounds.member_sums(whole.inputs, whole.values)
    wrong = np.flatnonzero(sums != np.array(whole.member_values, dtype=np.int64))
    yield (
        f"sums of {len(sums)} members",
        _unless(not len(wrong), f"members.csv:{wrong[0] + 2} should be {sums[wrong[0]]}" if len(wrong) else ""),
    )
    result = whole.result
    given = rounds.pay(whole.inputs, sums, result.gain["lower"], result.promote)
    yield f"pool of {given.pool} grains", _unless(given.pool == result.pool, f"result.json says {result.pool}")
    off = next((at for at, pair in enumerate(zip(given.grains, whole.grains, strict=True)) if pair[0] != pair[1]), None)
    yield (
        f"{sum(given.grains)} grains paid",
        _unless(off is None, f"members.csv:{(off or 0) + 2} should be {given.grains[off] if off is not None else 0}"),
    )
    yield f"{given.left} grains left", _unless(given.left == result.left, f"result.json says {result.left}")


def _unless(agrees: bool, words: str) -> str | None:
    return None if agrees else words


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one line for each check; 0 when all agree."""
    parser = argparse.ArgumentParser(prog="python -m social.ranking.verify", description=__doc__)
    parser.add_argument("directory", type=Path, metavar="DIR", help="the folder of one round's files")
    place: Path = parser.parse_args(arguments).directory
    code = AGREES
    try:
        if not place.is_dir():
            raise RankingError(f"{place}: is not a directory", code="bad-record")
        for what, difference in verify(place):
            print(f"ok      {what}" if difference is None else f"DIFFERS {what}: {difference}", flush=True)
            code = code if difference is None else DIFFERS
    except RankingError as error:
        print(error, file=sys.stderr)
        code = DIFFERS
    except OSError as error:
        print(f"{error.filename or place}: {error.strerror or error}", file=sys.stderr)
        code = DIFFERS
    return code


if __name__ == "__main__":
    sys.exit(main())
