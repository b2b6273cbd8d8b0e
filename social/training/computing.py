"""One round from a snapshot to its record, without a query: who trains and who measures, by which rules, and what came of it.

The figures are those of `social.ranking.maths.record`, which a stranger computes again; here is what only the site knows: whose
example is whose, the groups' names, what explored posts were answered, and whether measuring looks captured.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from django.utils.crypto import salted_hmac

from social.ranking.maths import evaluation, record, rounds
from social.ranking.maths.arrays import Bools, Floats, Ints
from social.ranking.maths.design import NO_GROUP, Design, design
from social.ranking.maths.evaluation import Score
from social.ranking.maths.learning import fit_design
from social.ranking.maths.promotion import MIN_GROUP
from social.ranking.maths.rounds import Inputs, Outcome, Pairs
from social.ranking.maths.weights import Weights
from social.training import lots, stylepay
from social.training.budget import Budget
from social.training.capture import Capture, captured
from social.training.replaying import Explored
from social.training.snapshot import Rows, Snapshot
from social.training.stylepay import Known, Styled

# An opt-in group has an offset of its own from so many members who train: of fewer it would tell what one of them likes.
LEAST_IN_GROUP = 10
# Parts of the members that the learning curve is drawn with.
_PARTS = (0.125, 0.25, 0.5, 1.0)


class NothingToLearn(Exception):
    """There are no examples (``no-examples``) or nobody who measures (``no-validation``) in the snapshot ``ids``."""

    def __init__(self, code: str, ids: str) -> None:
        super().__init__(code)
        self.code = code
        self.ids = ids


@dataclass(frozen=True)
class Setting:
    """What a round is computed under; ``carried`` are balances in pico-nats by member. ``budget`` is what examples may be paid
    where styles are paid nothing; what styles may be paid is told with them. ``ballot``: members vote on what would be promoted,
    for so many days, and so many of them have to."""

    number: int
    version: int
    parent: int
    champion: Weights
    seed: str
    budget: Budget = field(default_factory=Budget)
    promoting: bool = True
    ballot: tuple[int, int] | None = None
    carried: Mapping[int, int] = field(default_factory=dict)
    explored: Explored | None = None
    styles: Known = field(default_factory=Known)


@dataclass(frozen=True)
class Result:
    """``members`` by their number in the record; ``examples`` the ids behind the rows of examples.csv."""

    record: record.Round
    outcome: Outcome
    members: Ints
    examples: Ints
    capture: Capture
    scores: dict[str, Score]
    total: Score
    curve: list[dict[str, float]]
    styles: Styled | None = None

    @property
    def promote(self) -> bool:
        """The rule says so, and measuring does not look captured."""
        return self.outcome.verdict.promote and not self.capture.alarm


@dataclass(frozen=True)
class Prepared:
    """Members of both kinds in their numbers, and the place of each row in the snapshot."""

    groups: tuple[str, ...]
    examples: Pairs
    order: Ints
    members: Ints
    items: tuple[int, ...]
    validation: Pairs
    training: Rows


def silently() -> None:
    """Nobody listens to how far it is."""


def compute(taken: Snapshot, setting: Setting, beat: Callable[[], None] = silently) -> Result:
    """The whole round; ``beat`` is called between its stages. Raises NothingToLearn, RankingError, and what ``beat`` raises."""
    made = _prepared(taken, setting)
    beat()
    rules = rounds.default_rules(len(made.examples), budget=setting.budget.grains, rate=setting.budget.rate)
    inputs = Inputs(
        version=setting.version,
        parent=setting.parent,
        champion=setting.champion,
        groups=made.groups,
        rules=rules,
        examples=made.examples,
        validation=made.validation,
        names=tuple(_pseudonym(setting.number, pk) for pk in made.members.tolist()),
        items=made.items,
        carried=tuple(setting.carried.get(pk, 0) for pk in made.members.tolist()),
        ids=taken.ids,
    )
    laid, _held, start = rounds.lay_out(inputs)
    table = fit_design(laid, start, rules.lam).table
    beat()
    found = captured(inputs, start, table, _measured(taken, made), setting.seed.encode())
    # What is not taken into use is not paid either.
    quiet = found.alarm or not setting.promoting
    snapshot, styles = record.snapshot_of(inputs), None
    if len(taken.choices):
        known = replace(setting.styles, purse=Budget()) if quiet else setting.styles
        styles = stylepay.compute(taken.choices, setting.number, setting.seed, known, snapshot)
    # Styles come first: what they are paid is not there for examples, so that both together are within the budget.
    left = max(0, setting.budget.grains - (styles.outcome.pool if styles else 0))
    inputs = replace(inputs, rules=replace(rules, budget=0 if quiet else left))
    if setting.explored is not None:
        challenger = inputs.challenger(table)
        unseen = setting.explored.without(made.members)
        inputs = replace(inputs, replay=unseen.replay(setting.champion, challenger) if unseen else None)
    beat()
    whole, outcome = record.close(inputs, styles.record if styles else None, snapshot)
    beat()
    scores, total = _scores(inputs, start, outcome.table)
    ids = made.training.ids[made.order]
    curve = _curve(inputs, laid, start, total)
    return Result(whole, outcome, made.members, ids, found, scores, total, curve, styles)


def _prepared(taken: Snapshot, setting: Setting) -> Prepared:
    chosen = lots.validators(taken.measuring, setting.seed)
    training = taken.training.of(~np.isin(taken.training.members, chosen))
    if not len(training):
        raise NothingToLearn("no-examples", taken.ids)
    if not len(chosen):
        raise NothingToLearn("no-validation", taken.ids)
    answers = lots.answers(taken.measuring, chosen)
    names = _group_names(training.members, taken.groups)
    place = {name: at for at, name in enumerate(names)}

    def pairs(rows: Rows, first: int = 0) -> tuple[Pairs, Ints, Ints]:
        hidden = np.array([_hidden(setting.number, pk) for pk in rows.members.tolist()], dtype=np.int64)
        groups = [place.get(taken.groups.get(pk, ""), NO_GROUP) for pk in rows.members.tolist()]
        return rounds.prepare(hidden, np.array(groups, dtype=np.int64), rows.weights, rows.z, first)

    examples, order, _ = pairs(training)
    _, first = np.unique(examples.members, return_index=True)
    members = training.members[order[first]]
    items = tuple(_items(training.taps[order], examples.members, len(members)))
    validation, _, _ = pairs(answers, len(members))
    return Prepared(tuple(names), examples, order, members, items, validation, training)


def _group_names(members: Ints, groups: dict[int, str]) -> list[str]:
    """Those that enough members who train belong to."""
    counts: dict[str, int] = {}
    for pk in np.unique(members).tolist():
        if name := groups.get(pk, ""):
            counts[name] = counts.get(name, 0) + 1
    return sorted(name for name, count in counts.items() if count >= LEAST_IN_GROUP)


def _items(taps: Ints, numbers: Ints, count: int) -> list[int]:
    """How many different taps and answers each member's rows come from."""
    distinct = np.unique(np.column_stack((numbers, taps)), axis=0)
    found: list[int] = np.bincount(distinct[:, 0], minlength=count).tolist()
    return found


def _hidden(number: int, member: int) -> int:
    """By what members are ordered in a record: different in each round, and nobody without the site's key can compute it."""
    return int.from_bytes(_keyed(number, member)[:8], "big") >> 1


def _pseudonym(number: int, member: int) -> str:
    return f"m-{_keyed(number, member)[8:16].hex()}"


def _keyed(number: int, member: int) -> bytes:
    return salted_hmac("social.training.record", f"{number}:{member}", algorithm="sha256").digest()


def _measured(taken: Snapshot, made: Prepared) -> Bools:
    """Which rows of the examples their members allow to be measured by as well."""
    return np.isin(made.training.ids[made.order], taken.measuring.ids)


def _scores(inputs: Inputs, start: Floats, table: Floats) -> tuple[dict[str, Score], Score]:
    """By group, where it has enough who measure to say so without saying it of one of them; all others are ""."""
    held = inputs.validation
    groups = held.groups.copy()
    for at in range(len(inputs.groups)):
        own = groups == at
        if len(np.unique(held.members[own])) < MIN_GROUP:
            groups[own] = NO_GROUP
    pairs = evaluation.held_out(held.z, held.weights, held.members, held.groups, start, table)
    merged = replace(pairs, groups=groups)
    named = {inputs.groups[at] if at >= 0 else "": one for at, one in evaluation.by_group(merged).items()}
    return named, evaluation.score(pairs)


def _curve(inputs: Inputs, laid: Design, start: Floats, total: Score) -> list[dict[str, float]]:
    """Of how many members' examples how good a model comes, measured by the same answers; the first point is the champion."""
    count, held, examples = len(inputs.names), inputs.validation, inputs.examples
    points = [{"members": 0, "examples": 0, "loss": total.loss_before, "accuracy": total.accuracy_before}]
    for part in _PARTS:
        most = round(part * count)
        kept = examples.members < most
        if most <= points[-1]["members"] or not kept.any():
            continue
        weights = np.where(kept, laid.restored(laid.weights), 0.0)
        some = design(examples.z, weights, examples.groups, len(inputs.groups))
        table = fit_design(some, start, inputs.rules.lam * float(kept.mean())).table
        one = evaluation.score(evaluation.held_out(held.z, held.weights, held.members, held.groups, start, table))
        points.append(
            {"members": most, "examples": int(kept.sum()), "loss": one.loss_after, "accuracy": one.accuracy_after}
        )
    return points
