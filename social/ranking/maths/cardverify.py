"""The styles' part of a round computed again; see `verify`."""

from collections.abc import Iterator

import numpy as np

from social.ranking.maths import cards
from social.ranking.maths.cardrecord import CardRound, snapshot_of
from social.ranking.maths.checks import EFFICIENCY, SLACK, Check, gain_check, recorded, unless
from social.ranking.maths.design import GRID
from social.ranking.maths.learning import fit_design
from social.ranking.maths.valuation import PICO, quantised, utility, values


def verify(whole: CardRound, main: str, named: str, budget: int) -> Iterator[Check]:
    """One check after the other. `main` is the snapshot of the round, `named` the one that round.json says of styles,
    `budget` what the round left to examples. Raises RankingError on what no honest round has."""
    inputs = whole.inputs
    cards.check(inputs)
    found = snapshot_of(inputs, main)
    same = found == whole.snapshot == named
    yield f"styles: snapshot {found}", unless(same, f"styles.json says {whole.snapshot}, round.json {named}")
    laid, held, start = cards.lay_out(inputs)
    fitted = fit_design(laid, start, inputs.rules.lam).table
    off = float(np.abs(fitted[0] - whole.result.strengths).max(initial=0.0))
    what = f"styles: strengths of {len(inputs.cards)} styles learned from {len(inputs.choices)} choices"
    yield what, unless(off <= SLACK / GRID, f"they differ by {off:.3g}")
    table = whole.result.strengths[None, :]
    said, difference = gain_check(whole.result.gain, cards.measured(inputs, start, table, whole.snapshot), "measurers")
    yield f"styles: {said}", difference
    verdict = cards.verdict_of(inputs, recorded(whole.result.gain))
    agrees = (verdict.promote, verdict.reasons) == (whole.result.pays, whole.result.reasons)
    yield "styles: verdict", unless(agrees, f"it should be {', '.join(verdict.reasons) or 'paid'}")
    valued = quantised(values(laid, held, start, inputs.rules.lam, inputs.rules.nodes, fitted).phi)
    far = np.abs(valued - whole.values)
    row = int(far.argmax()) if len(far) else 0
    words = f"styles-values.csv:{row + 2} differs by {far.max(initial=0)} pico-nats"
    yield f"styles: values of {len(far)} choices", unless(far.max(initial=0) <= SLACK, words)
    gained = utility(held, start, table)
    short = abs(int(whole.values.sum()) - gained * PICO) / PICO
    enough = short <= EFFICIENCY * abs(gained) + len(far) / PICO and abs(whole.result.utility - gained * PICO) <= SLACK
    yield f"styles: values add up to the gain {gained:.9f}", unless(enough, f"they miss it by {short:.3g}")
    yield from _money(whole, budget)


def _money(whole: CardRound, budget: int) -> Iterator[Check]:
    inputs, result = whole.inputs, whole.result
    sums, won = cards.sums_of(inputs, whole.values), cards.won_by(inputs)
    rows = zip(sums, won, whole.card_values, whole.won, strict=True)
    off = next((at for at, (value, count, *said) in enumerate(rows) if [value, count] != said), None)
    words = f"styles-cards.csv:{(off or 0) + 2} should be {won[off or 0]},{sums[off or 0]}" if sums else ""
    yield f"styles: sums of {len(sums)} styles", unless(off is None, words)
    pool, grains, given = cards.pay(inputs, sums, result.gain["lower"], result.pays)
    yield f"styles: pool of {pool} grains", unless(pool == result.pool, f"styles-result.json says {result.pool}")
    off = _first(grains, whole.grains)
    yield (
        f"styles: {sum(grains)} grains of styles",
        unless(off is None, f"styles-cards.csv:{(off or 0) + 2} is another"),
    )
    off = _first(given, whole.given)
    words = "" if off is None else f"styles-pay.csv:{off + 2} should be {given[off]}"
    yield f"styles: {sum(given)} grains paid", unless(off is None, words)
    left = pool - sum(given)
    yield f"styles: {left} grains left", unless(left == result.left, f"styles-result.json says {result.left}")
    most = inputs.rules.budget - pool
    yield (
        "styles: both pools are within the budget",
        unless(budget in (0, most), f"round.json gives examples {budget} grains, which should be {most}"),
    )


def _first(own: tuple[int, ...], said: tuple[int, ...]) -> int | None:
    return next((at for at, pair in enumerate(zip(own, said, strict=True)) if pair[0] != pair[1]), None)
