"""`python -m social.ranking.verify DIR`: compute a training round again from its public record, with numpy and scipy alone.

Weights, gain and values are computed in floating point, where machines may differ in the last bits; they must agree to
the last or last but one of their published digits. Grains are whole numbers computed from the recorded values, and must
agree exactly. Where the round valued styles as well, that part is computed after the examples'.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from social.ranking.maths import cardverify, rounds
from social.ranking.maths.checks import (
    Check,
    first_other,
    gain_check,
    learned_check,
    sum_check,
    unless,
    values_check,
)
from social.ranking.maths.errors import RankingError
from social.ranking.maths.heldout import Gain
from social.ranking.maths.learning import fit_design
from social.ranking.maths.record import Round, digest, read
from social.ranking.maths.valuation import utility, values

AGREES, DIFFERS = 0, 1


def verify(directory: Path | str) -> Iterator[Check]:
    """One check after the other, each when it is done. Raises RankingError when a file is missing or malformed."""
    whole = read(directory)
    inputs = whole.inputs
    rounds.check(inputs)
    found = digest(directory)
    yield f"snapshot {found}", unless(found == whole.snapshot, f"round.json says {whole.snapshot}")
    laid, held, start = rounds.lay_out(inputs)
    fitted = fit_design(laid, start, inputs.rules.lam).table
    yield learned_check(f"weights learned from {len(inputs.examples)} examples", fitted, whole.result.table)
    table = whole.result.table
    gain, scores, _ = rounds.judged(inputs, start, table, whole.snapshot)
    yield gain_check(whole.result.gain, gain)
    verdict = rounds.verdict_of(inputs, Gain.of_record(whole.result.gain), scores)
    same = (verdict.promote, verdict.reasons, verdict.worse) == (
        whole.result.promote,
        whole.result.reasons,
        whole.result.worse,
    )
    yield "verdict", unless(same, f"it should be {'promoted' if verdict.promote else ', '.join(verdict.reasons)}")
    valued = values(laid, held, start, inputs.rules.lam, inputs.rules.nodes, fitted)
    yield values_check("examples", valued.quantised(), whole.values, "values.csv")
    yield sum_check(whole.values, utility(held, start, table), whole.result.utility)
    yield from _money(whole)
    if whole.styles is not None:
        yield from cardverify.verify(whole.styles, found, whole.named, inputs.rules.budget)


def _money(whole: Round) -> Iterator[Check]:
    sums = rounds.member_sums(whole.inputs, whole.values)
    wrong = np.flatnonzero(sums != np.array(whole.member_values, dtype=np.int64))
    yield (
        f"sums of {len(sums)} members",
        unless(not len(wrong), f"members.csv:{wrong[0] + 2} should be {sums[wrong[0]]}" if len(wrong) else ""),
    )
    result = whole.result
    given = rounds.pay(whole.inputs, sums, result.gain["lower"], result.promote)
    yield f"pool of {given.pool} grains", unless(given.pool == result.pool, f"result.json says {result.pool}")
    off = first_other(given.grains, whole.grains)
    words = "" if off is None else f"members.csv:{off + 2} should be {given.grains[off]}"
    yield f"{sum(given.grains)} grains paid", unless(off is None, words)
    yield f"{given.left} grains left", unless(given.left == result.left, f"result.json says {result.left}")


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
