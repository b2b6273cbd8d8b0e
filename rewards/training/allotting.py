"""From a finished round to rows of pay, and on: held for one round, then released. Each step may run twice, and at once."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from metya.ops import audit
from rewards.training.models import PayState, TrainingPay
from social.ranking import payment
from social.training.models import MemberValue, Round

# Rounds that do not come must not keep anybody's pay.
WEEK = timedelta(days=7)
BATCH = 2_000


def advance(now: datetime | None = None) -> tuple[int, int]:
    """Make the rows of rounds that finished, and release what was held for long enough; how many of each."""
    made = sum(allot(one) for one in unallotted())
    return made, release_due(now or timezone.now())


def unallotted() -> list[Round]:
    """Finished rounds that allot something for which there are no rows yet, oldest first; one query."""
    missing = Exists(MemberValue.objects.filter(round=OuterRef("pk"), grains__gt=0))
    made = Exists(TrainingPay.objects.filter(round=OuterRef("pk")))
    paying = Round.objects.finished().filter(pool__gt=0)
    return list(paying.filter(missing, ~made).defer("curve", "verdict").order_by("number"))


def allot(one: Round) -> int:
    """A row for everybody to whom the round allots something, all at one moment; how many are new."""
    with transaction.atomic():
        # Whoever comes second waits here, and finds the rows.
        one = Round.objects.select_for_update(of=("self",)).finished().get(pk=one.pk)
        if TrainingPay.objects.filter(round=one).exists() or one.finished_at is None:
            return 0
        values = list(MemberValue.objects.filter(round=one).order_by("number"))
        rows = [
            TrainingPay(
                round=one,
                member_id=value.member_id,
                number=value.number,
                grains=value.grains,
                equal=equal,
                held_until_round=one.number + 1,
                held_until=one.finished_at + WEEK,
            )
            for value, equal in zip(values, equal_parts(one.pool, values), strict=True)
            if value.grains > 0
        ]
        TrainingPay.objects.bulk_create(rows, batch_size=BATCH)
        audit.record(None, "training.allotted", one, rows=len(rows), grains=sum(row.grains for row in rows))
    return len(rows)


def equal_parts(pool: int, values: list[MemberValue]) -> list[int]:
    """What of each member's grains is for accepted examples, as `payment.shares` splits; the rest goes by value."""
    by_value = pool * payment.VALUE_BP // payment.BASIS_POINTS
    room = [pool * payment.MEMBER_CAP_BP // payment.BASIS_POINTS] * len(values)
    parts = payment.split(pool - by_value, [min(value.items, payment.ITEM_CAP) for value in values], room)
    return [min(part, value.grains) for part, value in zip(parts, values, strict=True)]


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
