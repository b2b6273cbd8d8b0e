"""What each style of writing was worth, and its pay: the machinery of the feed in the space of styles.

A member who preferred a draft in style a to one in style b is the example z = e_a − e_b. Strengths are learned from where
the last round that paid for styles left them, so nothing is paid twice for old news; members drawn by lot, who taught
nothing, measure the gain; a choice's value is its part of that gain and belongs to the style that won it.

The pool is at most `style_bp` of the round's budget, and `rate` for each nano-nat that is sure. It is split by what styles
were worth above nothing, no style more than `card_cap_bp` of it. Of each style's part `author_bp` go to its author, the rest
in equal parts to those who had voted for it; where nobody had, that rest stays unpaid. Over all styles together nobody
gets more than `person_cap_bp` of the pool, which is what the author of one style at its cap gets: a second style of one
author brings them nothing beyond that. What cannot be given stays unpaid.
"""

from dataclasses import dataclass

import numpy as np

from social.ranking.maths.arrays import Floats, Ints
from social.ranking.maths.design import Design, design
from social.ranking.maths.errors import RankingError
from social.ranking.maths.heldout import DRAWS, Gain, bootstrap, held_out
from social.ranking.maths.learning import fit_design, pair_weights, strength
from social.ranking.maths.payment import BASIS_POINTS, VALUE_BP, pool_of, split, weighed
from social.ranking.maths.promotion import MIN_MEMBERS, Verdict, judge
from social.ranking.maths.valuation import NODES, utility, values

STYLE_BP = 1_000
CARD_CAP_BP = 5_000
PERSON_CAP_BP = CARD_CAP_BP * VALUE_BP // BASIS_POINTS
CHOICES_OF_ONE = 20.0
"""As many choices of one member count in full; of more, each counts less."""
AUTHOR, VOTE = 0, 1
STRONGEST = 1_000.0


@dataclass(frozen=True, slots=True)
class CardRules:
    """Everything that is set or governed; part of the record. `budget` is the whole round's, in grains."""

    lam: float
    budget: int = 0
    rate: int = 0
    member_cap: float = CHOICES_OF_ONE
    nodes: int = NODES
    draws: int = DRAWS
    style_bp: int = STYLE_BP
    card_cap_bp: int = CARD_CAP_BP
    author_bp: int = VALUE_BP
    person_cap_bp: int = PERSON_CAP_BP
    min_members: int = MIN_MEMBERS


@dataclass(frozen=True, slots=True)
class Choices:
    """Which style of two a member preferred, by numbers; ascending by member, winner, loser, none twice."""

    members: Ints
    winners: Ints
    losers: Ints

    def __len__(self) -> int:
        return len(self.members)


@dataclass(frozen=True, slots=True)
class Claim:
    """A person's part in a style: its author's (`AUTHOR`) or that of who voted for it (`VOTE`)."""

    card: int
    part: int
    payee: int


@dataclass(frozen=True, slots=True)
class CardInputs:
    """What the styles' part of a round is computed from. Styles are numbered 0 … K − 1; members who train 0 … M − 1, those
    who measure from M; payees 0 … P − 1, by numbers of their own."""

    rules: CardRules
    cards: tuple[str, ...]
    """A pseudonym for each style."""
    start: Floats
    """The strengths that were known before; 0 for styles that are new."""
    choices: Choices
    measuring: Choices
    payees: tuple[str, ...]
    """A pseudonym for each person who has a part."""
    claims: tuple[Claim, ...]
    """Ascending by style, part, payee."""


@dataclass(frozen=True, slots=True)
class CardOutcome:
    """What it came to. Values in pico-nats; `grains` of each style, `given` of each claim; `left` of the pool is unpaid."""

    strengths: Floats
    values: Ints
    card_values: tuple[int, ...]
    utility: float
    gain: Gain
    verdict: Verdict
    pool: int
    grains: tuple[int, ...]
    given: tuple[int, ...]
    left: int


def default_rules(choices: int, *, budget: int = 0, rate: int = 0) -> CardRules:
    """The rules where nothing was governed otherwise."""
    return CardRules(lam=strength(choices), budget=budget, rate=rate)


def check(inputs: CardInputs) -> None:
    """Raises RankingError on what no honest round has."""
    count = len(inputs.cards)
    if inputs.start.shape != (count,) or not (np.abs(inputs.start) <= STRONGEST).all():
        raise RankingError("Each style needs a strength to start from.", code="wrong-shape")
    for choices in (inputs.choices, inputs.measuring):
        _check_choices(choices, count)
    last = int(inputs.choices.members.max(initial=-1))
    if int(inputs.measuring.members.min(initial=last + 1)) <= last:
        raise RankingError("Somebody who measures styles is among those who trained.", code="validator-trains")
    rules = inputs.rules
    parts = (rules.style_bp, rules.card_cap_bp, rules.author_bp, rules.person_cap_bp)
    if not all(0 <= part <= BASIS_POINTS for part in parts):
        raise RankingError("A part of the pool must be within 0 and 10,000 basis points.", code="bad-part")
    _check_claims(inputs)


def _check_choices(choices: Choices, count: int) -> None:
    both = np.concatenate((choices.winners, choices.losers))
    if int(both.min(initial=0)) < 0 or int(both.max(initial=-1)) >= count or int(choices.members.min(initial=0)) < 0:
        raise RankingError("A choice is of a style that is not listed.", code="unknown-card")
    if (choices.winners == choices.losers).any():
        raise RankingError("A style cannot win against itself.", code="same-card")


def _check_claims(inputs: CardInputs) -> None:
    rows = [(one.card, one.part, one.payee) for one in inputs.claims]
    if rows != sorted(set(rows)):
        raise RankingError("Parts in styles must ascend by style, part and person, none twice.", code="claims-astray")
    known = all(
        0 <= card < len(inputs.cards) and part in (AUTHOR, VOTE) and 0 <= payee < len(inputs.payees)
        for card, part, payee in rows
    )
    if not known:
        raise RankingError("A part is of a style or a person not listed.", code="unknown-payee")
    authors = {card: payee for card, part, payee in rows if part == AUTHOR}
    if len(authors) != sum(part == AUTHOR for _card, part, _payee in rows):
        raise RankingError("A style has one author.", code="two-authors")
    if any(part == VOTE and authors.get(card) == payee for card, part, payee in rows):
        raise RankingError("Nobody votes for their own style.", code="own-vote")


def rows_of(choices: Choices, count: int) -> Floats:
    """z = e_winner − e_loser of each choice, (n, K)."""
    z = np.zeros((len(choices), count))
    at = np.arange(len(choices))
    z[at, choices.winners] = 1.0
    z[at, choices.losers] = -1.0
    return z


def lay_out(inputs: CardInputs) -> tuple[Design, Design, Floats]:
    """The choices with the cap of members applied, those that measure, and the strengths before as a table of one row."""
    count, one = len(inputs.cards), inputs.choices
    worth = pair_weights(one.members, np.ones(len(one)), inputs.rules.member_cap)
    held = inputs.measuring
    return (
        design(rows_of(one, count), worth),
        design(rows_of(held, count), np.ones(len(held))),
        inputs.start[None, :].copy(),
    )


def measured(inputs: CardInputs, start: Floats, table: Floats, seed: str) -> Gain:
    """How sure the gain is, on the choices of those who were drawn."""
    held = inputs.measuring
    nobody = np.full(len(held), -1, dtype=np.int64)
    z = rows_of(held, len(inputs.cards))
    return bootstrap(
        held_out(z, np.ones(len(held)), held.members, nobody, start, table), seed.encode(), inputs.rules.draws
    )


def verdict_of(inputs: CardInputs, gain: Gain) -> Verdict:
    """Whether the round pays for styles: enough who measured, and surely a gain."""
    return judge(gain, {}, min_members=inputs.rules.min_members)


def sums_of(inputs: CardInputs, phi: Ints) -> tuple[int, ...]:
    """The exact sum of the values of the choices that each style won."""
    sums = np.zeros(len(inputs.cards), dtype=np.int64)
    np.add.at(sums, inputs.choices.winners, phi)
    return tuple(sums.tolist())


def won_by(inputs: CardInputs) -> tuple[int, ...]:
    """How many of the choices each style won."""
    return tuple(np.bincount(inputs.choices.winners, minlength=len(inputs.cards)).tolist())


def pay(
    inputs: CardInputs, card_values: tuple[int, ...], lower_nano: int, pays: bool
) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """(pool, grains of each style, grains of each claim): whole numbers from whole numbers."""
    rules = inputs.rules
    most = rules.budget * rules.style_bp // BASIS_POINTS
    pool = pool_of(most, rules.rate, lower_nano if pays else 0)
    room = [pool * rules.card_cap_bp // BASIS_POINTS] * len(card_values)
    grains = split(pool, [weighed(value) for value in card_values], room)
    return pool, tuple(grains), tuple(_capped(inputs, _parts(inputs, grains), pool))


def _parts(inputs: CardInputs, grains: list[int]) -> list[int]:
    """What of its style's grains each claim would get if nobody had a cap."""
    given = [0] * len(inputs.claims)
    votes: dict[int, list[int]] = {}
    for at, claim in enumerate(inputs.claims):
        authors = grains[claim.card] * inputs.rules.author_bp // BASIS_POINTS
        if claim.part == AUTHOR:
            given[at] = authors
        else:
            votes.setdefault(claim.card, []).append(at)
    for card, places in votes.items():
        rest = grains[card] - grains[card] * inputs.rules.author_bp // BASIS_POINTS
        for at, part in zip(places, split(rest, [1] * len(places), [rest] * len(places)), strict=True):
            given[at] = part
    return given


def _capped(inputs: CardInputs, wanted: list[int], pool: int) -> list[int]:
    """Who would get more than their cap over all styles gets that, each part shortened in proportion."""
    cap = pool * inputs.rules.person_cap_bp // BASIS_POINTS
    given = list(wanted)
    own: dict[int, list[int]] = {}
    for at, claim in enumerate(inputs.claims):
        own.setdefault(claim.payee, []).append(at)
    for places in own.values():
        parts = [wanted[at] for at in places]
        if sum(parts) > cap:
            for at, part in zip(places, split(cap, parts, parts), strict=True):
                given[at] = part
    return given


def compute(inputs: CardInputs, seed: str) -> CardOutcome:
    """The styles' whole part; `seed` is the hash of what it was computed from. Raises RankingError."""
    check(inputs)
    laid, held, start = lay_out(inputs)
    if not len(inputs.measuring):
        raise RankingError("Nobody measures the styles.", code="no-validation")
    table = fit_design(laid, start, inputs.rules.lam).table
    phi = values(laid, held, start, inputs.rules.lam, inputs.rules.nodes, table).quantised()
    gain = measured(inputs, start, table, seed)
    verdict, sums = verdict_of(inputs, gain), sums_of(inputs, phi)
    pool, grains, given = pay(inputs, sums, gain.lower_nano, verdict.promote)
    strengths: Floats = table[0]
    return CardOutcome(
        strengths, phi, sums, utility(held, start, table), gain, verdict, pool, grains, given, pool - sum(given)
    )
