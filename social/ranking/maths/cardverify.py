"""The styles' part of a round computed again; see `verify`."""

from collections.abc import Iterator

from social.ranking.maths import cards
from social.ranking.maths.cardrecord import CardRound, snapshot_of
from social.ranking.maths.checks import (
    Check,
    first_other,
    gain_check,
    learned_check,
    sum_check,
    unless,
    values_check,
)
from social.ranking.maths.heldout import Gain
from social.ranking.maths.learning import fit_design
from social.ranking.maths.valuation import utility, values


def verify(whole: CardRound, main: str, named: str, budget: int) -> Iterator[Check]:
    """One check after the other. `main` is the snapshot of the round, `named` the one that round.json says of styles,
    `budget` what the round left to examples. Raises RankingError on what no honest round has."""
    for what, difference in _checks(whole, main, named, budget):
        yield f"styles: {what}", difference


def _checks(whole: CardRound, main: str, named: str, budget: int) -> Iterator[Check]:
    inputs, result = whole.inputs, whole.result
    cards.check(inputs)
    found = snapshot_of(inputs, main)
    same = found == whole.snapshot == named
    yield f"snapshot {found}", unless(same, f"styles.json says {whole.snapshot}, round.json {named}")
    laid, held, start = cards.lay_out(inputs)
    fitted = fit_design(laid, start, inputs.rules.lam).table
    what = f"strengths of {len(inputs.cards)} styles learned from {len(inputs.choices)} choices"
    yield learned_check(what, fitted[0], result.strengths)
    table = result.strengths[None, :]
    yield gain_check(result.gain, cards.measured(inputs, start, table, whole.snapshot), "measurers")
    verdict = cards.verdict_of(inputs, Gain.of_record(result.gain))
    agrees = (verdict.promote, verdict.reasons) == (result.pays, result.reasons)
    yield "verdict", unless(agrees, f"it should be {', '.join(verdict.reasons) or 'paid'}")
    valued = values(laid, held, start, inputs.rules.lam, inputs.rules.nodes, fitted)
    yield values_check("choices", valued.quantised(), whole.values, "styles-values.csv")
    yield sum_check(whole.values, utility(held, start, table), result.utility)
    yield from _money(whole, budget)


def _money(whole: CardRound, budget: int) -> Iterator[Check]:
    inputs, result = whole.inputs, whole.result
    sums, won = cards.sums_of(inputs, whole.values), cards.won_by(inputs)
    rows = zip(sums, won, whole.card_values, whole.won, strict=True)
    off = next((at for at, (value, count, *said) in enumerate(rows) if [value, count] != said), None)
    words = "" if off is None else f"styles-cards.csv:{off + 2} should be {won[off]},{sums[off]}"
    yield f"sums of {len(sums)} styles", unless(off is None, words)
    pool, grains, given = cards.pay(inputs, sums, result.gain["lower"], result.pays)
    yield f"pool of {pool} grains", unless(pool == result.pool, f"styles-result.json says {result.pool}")
    off = first_other(grains, whole.grains)
    words = "" if off is None else f"styles-cards.csv:{off + 2} should be {grains[off]}"
    yield f"{sum(grains)} grains of styles", unless(off is None, words)
    off = first_other(given, whole.given)
    words = "" if off is None else f"styles-pay.csv:{off + 2} should be {given[off]}"
    yield f"{sum(given)} grains paid", unless(off is None, words)
    left = pool - sum(given)
    yield f"{left} grains left", unless(left == result.left, f"styles-result.json says {result.left}")
    most = inputs.rules.budget - pool
    words = f"round.json gives examples {budget} grains, which should be {most}"
    yield "both pools are within the budget", unless(budget in (0, most), words)
