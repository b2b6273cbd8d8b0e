"""The styles' part of a round: from shared choices to the pure inputs of `social.ranking.maths.cards`, and back to rows."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from django.utils.crypto import salted_hmac

from social.ranking.maths import cardrecord, cards
from social.ranking.maths.arrays import Ints
from social.ranking.maths.cards import AUTHOR, CardInputs, CardOutcome, Choices, Claim
from social.training import lots
from social.training.budget import Budget
from social.training.models import Part, Round, StyleShare, StyleValue
from social.training.styles import Chosen, Claimed

BATCH = 2_000


@dataclass(frozen=True)
class Known:
    """What a round knows of styles before it looks at choices: ``purse`` is what the whole round may pay, ``strengths`` those
    after the last round that paid for styles, ``claims`` who had a part when it began."""

    purse: Budget = field(default_factory=Budget)
    strengths: Mapping[int, float] = field(default_factory=dict)
    claims: tuple[Claimed, ...] = ()


@dataclass(frozen=True)
class Styled:
    """What became of it; ``styles`` and ``payees`` are ids by their number in the record."""

    record: cardrecord.CardRound
    outcome: CardOutcome
    styles: tuple[int, ...]
    payees: tuple[int, ...]
    before: Mapping[int, float]

    @property
    def strengths(self) -> dict[int, float]:
        """Of every style that was ever valued."""
        return {**self.before, **dict(zip(self.styles, self.outcome.strengths.tolist(), strict=True))}


def last_strengths() -> dict[int, float]:
    """After the last round that paid for styles; one query."""
    paid = Round.objects.finished().filter(styles_pool__gt=0).latest_first()
    found = paid.values_list("styles", flat=True).first() or {}
    return {int(pk): float(strength) for pk, strength in found.get("strengths", {}).items()}


def compute(chosen: Chosen, number: int, seed: str, known: Known, main: str) -> Styled | None:
    """`main` is the snapshot of the round. None where nobody taught or nobody measures. Raises RankingError."""
    measures = np.isin(chosen.members, lots.drawn(np.unique(chosen.members).tolist(), seed))
    teaching, measuring = chosen.of(~measures), chosen.of(measures)
    if not len(teaching) or not len(measuring):
        return None
    measuring = measuring.of(np.sort(lots.newest(measuring.ids, measuring.members)))
    # The order is the site's secret: by it single grains are given where parts are equal.
    styles = _ordered(number, "style", chosen.cards)
    place = {pk: at for at, pk in enumerate(styles)}
    claimed = [(place[card], part, member) for card, part, member in known.claims if card in place]
    payees = _ordered(number, "payee", {member for _card, _part, member in claimed})
    person = {pk: at for at, pk in enumerate(payees)}
    teachers = _ordered(number, "member", teaching.members.tolist())
    measurers = _ordered(number, "member", measuring.members.tolist())
    inputs = CardInputs(
        rules=cards.default_rules(len(teaching), budget=known.purse.grains, rate=known.purse.for_styles),
        cards=tuple(f"s-{_keyed(number, 'style', pk).hex()}" for pk in styles),
        start=np.array([known.strengths.get(pk, 0.0) for pk in styles], dtype=np.float64),
        choices=_choices(teaching, teachers, place, 0),
        measuring=_choices(measuring, measurers, place, len(teachers)),
        payees=tuple(f"p-{_keyed(number, 'payee', pk).hex()}" for pk in payees),
        claims=tuple(Claim(*row) for row in sorted((card, part, person[member]) for card, part, member in claimed)),
    )
    record, outcome = cardrecord.close(inputs, main)
    return Styled(record, outcome, tuple(styles), tuple(payees), known.strengths)


def _ordered(number: int, kind: str, ids: "set[int] | list[int]") -> list[int]:
    return sorted(set(ids), key=lambda pk: _keyed(number, kind, pk))


def _keyed(number: int, kind: str, pk: int) -> bytes:
    """Different in each round and for each kind, and nobody without the site's key can compute it."""
    return salted_hmac("social.training.styles", f"{kind}:{number}:{pk}", algorithm="sha256").digest()[:8]


def _choices(chosen: Chosen, members: list[int], place: Mapping[int, int], first: int) -> Choices:
    who = {pk: at for at, pk in enumerate(members, start=first)}
    columns = zip(chosen.members.tolist(), chosen.winners.tolist(), chosen.losers.tolist(), strict=True)
    rows = sorted((who[member], place[winner], place[loser]) for member, winner, loser in columns)
    table: Ints = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return Choices(*(np.ascontiguousarray(table[:, at]) for at in range(3)))


def store(row: Round, found: Styled | None) -> None:
    """Values and parts of a round whose own fields `told` has set. Within its transaction."""
    if found is None:
        return
    record = found.record
    columns = zip(found.styles, record.card_values, record.won, record.grains, strict=True)
    StyleValue.objects.bulk_create(
        (
            StyleValue(round=row, card_id=pk, number=at, phi=phi, choices=won, grains=grains)
            for at, (pk, phi, won, grains) in enumerate(columns)
        ),
        batch_size=BATCH,
    )
    StyleShare.objects.bulk_create(
        (
            StyleShare(
                round=row,
                card_id=found.styles[claim.card],
                member_id=found.payees[claim.payee],
                number=claim.payee,
                part=Part.AUTHOR if claim.part == AUTHOR else Part.VOTE,
                grains=grains,
            )
            for claim, grains in zip(record.inputs.claims, record.given, strict=True)
            if grains > 0
        ),
        batch_size=BATCH,
    )


def _loss_before(inputs: CardInputs) -> float:
    """The mean loss of the measuring choices under the strengths before."""
    held, start = inputs.measuring, inputs.start
    return float(np.logaddexp(0.0, start[held.losers] - start[held.winners]).mean())


def told(found: Styled | None) -> dict[str, Any]:
    """What the row of the round says of styles; see `Round.styles`."""
    if found is None:
        return {}
    record, gain = found.record, found.outcome.gain
    return {
        "choices": len(record.inputs.choices),
        "members": len(np.unique(record.inputs.choices.members)),
        "cards": len(found.styles),
        "validators": gain.members,
        "answers": len(record.inputs.measuring),
        "gain": gain.mean,
        "low": gain.lower,
        "high": gain.upper,
        "loss": _loss_before(record.inputs),
        "pays": found.outcome.verdict.promote,
        "reasons": list(found.outcome.verdict.reasons),
        "given": sum(record.given),
        "rules": asdict(record.inputs.rules),
        "strengths": {str(pk): strength for pk, strength in found.strengths.items()},
    }
