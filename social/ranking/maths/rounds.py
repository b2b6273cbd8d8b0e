"""One training round, from prepared examples to grains: what the site runs at night and a stranger runs again.

Paid is only what was promoted. A challenger that is refused improves nobody's feed, and its gain over the same champion
would be found, and paid, again in the next round.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from social.ranking.maths.arrays import Floats, Ints, floats, ints
from social.ranking.maths.design import NO_GROUP, Design, design
from social.ranking.maths.errors import RankingError
from social.ranking.maths.heldout import DRAWS, Gain, HeldOut, Score, bootstrap, by_group, held_out
from social.ranking.maths.learning import MEMBER_CAP, dedupe_rows, fit_design, pair_weights, strength, table_of
from social.ranking.maths.payment import ITEM_CAP, MEMBER_CAP_BP, VALUE_BP, Shares, shares
from social.ranking.maths.promotion import (
    MAX_WORSENING,
    MIN_GROUP,
    MIN_IMPRESSIONS,
    MIN_MEMBERS,
    Replay,
    Verdict,
    judge,
)
from social.ranking.maths.valuation import NODES, by_member, utility, values
from social.ranking.maths.weights import Weights

DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that is set or governed; part of the record."""

    lam: float
    budget: int = 0
    rate: int = 0
    member_cap: float = MEMBER_CAP
    nodes: int = NODES
    draws: int = DRAWS
    value_bp: int = VALUE_BP
    item_cap: int = ITEM_CAP
    member_cap_bp: int = MEMBER_CAP_BP
    min_members: int = MIN_MEMBERS
    min_group: int = MIN_GROUP
    max_worsening: float = MAX_WORSENING
    min_impressions: int = MIN_IMPRESSIONS


@dataclass(frozen=True, slots=True)
class Pairs:
    """Prepared pairs: differences of six decimals, sorted by member and difference, none of a member's twice."""

    members: Ints
    groups: Ints
    weights: Floats
    z: Floats

    def __len__(self) -> int:
        return len(self.members)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a round is computed from. Members are numbered 0 … M − 1; validators have numbers from M."""

    version: int
    parent: int
    champion: Weights
    groups: tuple[str, ...]
    rules: Rules
    examples: Pairs
    validation: Pairs
    names: tuple[str, ...]
    """A wallet or pseudonym for each member."""
    items: tuple[int, ...]
    """Accepted items of each member: taps and comparisons, at most as many as examples."""
    carried: tuple[int, ...]
    replay: Replay | None = None
    ids: str = ""
    """The site's own hash of the sorted ids behind the examples, which are not public."""

    def challenger(self, table: Floats) -> Weights:
        """The fitted table as a model; groups that the champion knows and this round does not keep their offsets."""
        fresh = dict(zip(self.groups, table[1:], strict=True))
        return Weights(table[0], {**self.champion.offsets, **fresh}, self.champion.keys)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a round came to. Values are in pico-nats."""

    table: Floats
    values: Ints
    member_values: Ints
    utility: float
    gain: Gain
    scores: dict[int, Score] = field(compare=False)
    verdict: Verdict
    shares: Shares


def prepare(
    members: ArrayLike, groups: ArrayLike, weights: ArrayLike, z: ArrayLike, first: int = 0
) -> tuple[Pairs, Ints, Ints]:
    """Pairs as a round takes them; for each row its place in what was given; the members by their new numbers from `first`.

    Numbers follow the order of the members' own, which should be keyed hashes or shuffled, so that they tell nothing.
    """
    rows = np.round(floats("examples", z, (None, None)), DECIMALS) + 0.0
    own = ints("members", members, len(rows))
    member_of, worth = ints("groups", groups, len(rows)), floats("weights of examples", weights, (len(rows),))
    who, number = np.unique(own, return_inverse=True)
    order = np.lexsort((*rows.T[::-1], number))
    order = order[dedupe_rows(number[order], rows[order])].astype(np.int64)
    pairs = Pairs(number[order].astype(np.int64) + first, member_of[order], worth[order], rows[order])
    return pairs, order, who


def check(inputs: Inputs) -> None:
    """Raises RankingError on what no honest round has."""
    count = len(inputs.names)
    if not count == len(inputs.items) == len(inputs.carried):
        raise RankingError("Each member needs a name, a number of items and a balance.", code="wrong-shape")
    if len(inputs.examples) and not (inputs.examples.members.min() >= 0 and inputs.examples.members.max() < count):
        raise RankingError("An example is of a member who is not listed.", code="unknown-member")
    if len(inputs.validation) and int(inputs.validation.members.min()) < count:
        raise RankingError("A validator is among those who trained.", code="validator-trains")
    rows = np.bincount(inputs.examples.members, minlength=count)
    for number, (items, most) in enumerate(zip(inputs.items, rows.tolist(), strict=True)):
        if not 0 <= items <= most:
            raise RankingError(f"Member {number} has {items} items and {most} examples.", code="too-many-items")
    for pairs in (inputs.examples, inputs.validation):
        if (pairs.groups < NO_GROUP).any() or int(pairs.groups.max(initial=NO_GROUP)) >= len(inputs.groups):
            raise RankingError("A pair is of a group that is not listed.", code="unknown-group")


def lay_out(inputs: Inputs) -> tuple[Design, Design, Floats]:
    """Examples with the cap of members applied, validators' pairs, and the champion's table."""
    count, examples, held = len(inputs.groups), inputs.examples, inputs.validation
    worth = pair_weights(examples.members, examples.weights, inputs.rules.member_cap)
    laid = design(examples.z, worth, examples.groups, count)
    zero = np.zeros(len(inputs.champion.keys))
    offsets = np.array([inputs.champion.offsets.get(name, zero) for name in inputs.groups]).reshape(count, len(zero))
    return laid, design(held.z, held.weights, held.groups, count), table_of(laid, inputs.champion.theta, offsets)


def judged(inputs: Inputs, start: Floats, table: Floats, seed: str) -> tuple[Gain, dict[int, Score], HeldOut]:
    """How sure the gain is, and how each group fares, on the validators' pairs."""
    held = inputs.validation
    pairs = held_out(held.z, held.weights, held.members, held.groups, start, table)
    return bootstrap(pairs, seed.encode(), inputs.rules.draws), by_group(pairs), pairs


def verdict_of(inputs: Inputs, gain: Gain, scores: dict[int, Score]) -> Verdict:
    """The rule of promotion with this round's thresholds."""
    rules = inputs.rules
    return judge(
        gain,
        scores,
        inputs.replay,
        min_members=rules.min_members,
        min_group=rules.min_group,
        max_worsening=rules.max_worsening,
        min_impressions=rules.min_impressions,
    )


def pay(inputs: Inputs, member_values: Ints, lower_nano: int, promoted: bool) -> Shares:
    """Whole numbers from whole numbers."""
    rules = inputs.rules
    return shares(
        member_values.tolist(),
        inputs.items,
        rules.budget,
        rules.rate,
        lower_nano if promoted else 0,
        carried=inputs.carried,
        value_bp=rules.value_bp,
        item_cap=rules.item_cap,
        member_cap_bp=rules.member_cap_bp,
    )


def member_sums(inputs: Inputs, phi: Ints) -> Ints:
    """The sum of each member's values; nothing for a member without an example."""
    found = np.zeros(len(inputs.names), dtype=np.int64)
    who, sums = by_member(phi, inputs.examples.members)
    found[who] = sums
    return found


def compute(inputs: Inputs, seed: str) -> Outcome:
    """The whole round; `seed` is the snapshot's hash (`record.close` gives it). Raises RankingError."""
    check(inputs)
    laid, held, start = lay_out(inputs)
    if not float(held.weights.sum()) > 0:
        raise RankingError("There are no validation pairs.", code="no-validation")
    table = fit_design(laid, start, inputs.rules.lam).table
    phi = values(laid, held, start, inputs.rules.lam, inputs.rules.nodes, table).quantised()
    gain, scores, _ = judged(inputs, start, table, seed)
    verdict = verdict_of(inputs, gain, scores)
    sums = member_sums(inputs, phi)
    given = pay(inputs, sums, gain.lower_nano, verdict.promote)
    return Outcome(table, phi, sums, utility(held, start, table), gain, scores, verdict, given)


def default_rules(examples: int, *, budget: int = 0, rate: int = 0) -> Rules:
    """The rules where nothing was governed otherwise."""
    return Rules(lam=strength(examples), budget=budget, rate=rate)
