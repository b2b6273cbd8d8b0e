"""From a finished round to rows of pay, and on: held for one round, then released. Each step may run twice, and at once."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Sum
from django.utils import timezone

from metya.ops import audit
from rewards.training import records
from rewards.training.models import PayKind, PayState, TrainingPay
from social.ranking.maths import payment
from social.training.models import MemberValue, Round, StyleShare

# Rounds that do not come must not keep anybody's pay.
WEEK = timedelta(days=7)
BATCH = 2_000


def advance(now: datetime | None = None) -> tuple[int, int]:
    """Make the rows of rounds that finished, and release what was held for long enough; how many of each."""
    made = sum(allot(one, kind) for one, kind in unallotted())
    return made, release_due(now or timezone.now())


def unallotted() -> list[tuple[Round, PayKind]]:
    """Finished rounds that allot something for which there are no rows yet, by what it is for, oldest first; two queries."""
    given = {
        PayKind.EXAMPLES: MemberValue.objects.filter(round=OuterRef("pk"), grains__gt=0, round__pool__gt=0),
        PayKind.STYLES: StyleShare.objects.filter(round=OuterRef("pk"), round__styles_pool__gt=0),
    }
    found: list[tuple[Round, PayKind]] = []
    for kind, rows in given.items():
        made = Exists(TrainingPay.objects.filter(round=OuterRef("pk"), kind=kind))
        paying = Round.objects.finished().filter(Exists(rows), ~made)
        found += [(one, kind) for one in paying.defer("curve", "verdict", "styles").order_by("number")]
    return found


def allot(one: Round, kind: PayKind = PayKind.EXAMPLES) -> int:
    """A row for everybody to whom the round allots something of this kind, all at one moment; how many are new."""
    with transaction.atomic():
        # Whoever comes second waits here, and finds the rows.
        one = Round.objects.select_for_update(of=("self",)).finished().get(pk=one.pk)
        if TrainingPay.objects.filter(round=one, kind=kind).exists() or one.finished_at is None:
            return 0
        held: dict[str, Any] = {"held_until_round": one.number + 1, "held_until": one.finished_at + WEEK}
        parts = _of_examples(one) if kind == PayKind.EXAMPLES else _of_styles(one)
        rows = [TrainingPay(round=one, kind=kind, **part, **held) for part in parts if part["grains"] > 0]
        TrainingPay.objects.bulk_create(rows, batch_size=BATCH)
        # Of examples the trail says what it always said.
        said = {} if kind == PayKind.EXAMPLES else {"kind": str(kind)}
        audit.record(None, "training.allotted", one, rows=len(rows), grains=sum(row.grains for row in rows), **said)
    return len(rows)


def _of_examples(one: Round) -> list[dict[str, int]]:
    values = list(MemberValue.objects.filter(round=one).order_by("number"))
    return [
        {"member_id": value.member_id, "number": value.number, "grains": value.grains, "equal": equal}
        for value, equal in zip(values, equal_parts(one, values), strict=True)
    ]


def _of_styles(one: Round) -> list[dict[str, int]]:
    """What a member gets for all of their styles and votes together."""
    rows = StyleShare.objects.filter(round=one).order_by().values("member_id")
    sums = rows.annotate(number=Min("number"), sum=Sum("grains")).order_by("number")
    return [{"member_id": row["member_id"], "number": row["number"], "grains": row["sum"]} for row in sums]


def equal_parts(one: Round, values: list[MemberValue]) -> list[int]:
    """What of each member's grains is for accepted examples, as `payment.shares` splits by the round's own rules; the rest
    goes by value."""
    pool, parts = one.pool, records.parts_of(one)
    by_value = pool * parts.value_bp // payment.BASIS_POINTS
    room = [pool * parts.member_cap_bp // payment.BASIS_POINTS] * len(values)
    equal = payment.split(pool - by_value, [min(value.items, parts.item_cap) for value in values], room)
    return [min(part, value.grains) for part, value in zip(equal, values, strict=True)]


def release_due(now: datetime) -> int:
    """Release what only the rule held, once a later round has finished or a week is over; how many."""
    released = 0
    for one in Round.objects.filter(pk__in=TrainingPay.objects.due(now).values("round")).order_by("number"):
        with transaction.atomic():
            # One statement: what is stopped at this very moment stays stopped.
            rows = TrainingPay.objects.due(now).filter(round=one)
            count = rows.update(state=PayState.RELEASED, released_at=now)
            if count:
                audit.record(None, "training.released", one, rows=count)
        released += count
    return released
