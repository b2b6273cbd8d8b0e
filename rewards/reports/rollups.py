"""Which days are counted when, and keeping what was counted. Counting a day again replaces what was known of it."""

import time
from datetime import UTC, date, timedelta

from django.db import transaction
from django.utils import timezone

from rewards.reports import counting
from rewards.reports.models import ActiveDay, DayFigure, DaySpread, DayTopic, MachineAccount, ReportDay

# Figures of a day still move for a week: who joined may become active, a post be answered, an epoch be computed.
AGAIN = 8
BATCH = 2_000


def today() -> date:
    return timezone.now().astimezone(UTC).date()


def machines() -> frozenset[int]:
    """Members that are machines, as managers said."""
    return frozenset(MachineAccount.objects.values_list("pk", flat=True))


def note_days() -> None:
    """Every day since the first that is over and was never counted waits to be counted."""
    first, last = counting.first_day(), today() - timedelta(days=1)
    if first is None or first > last:
        return
    days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    known = set(ReportDay.objects.values_list("day", flat=True))
    rows = [ReportDay(day=day) for day in days if day not in known]
    ReportDay.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)


def begin_night() -> None:
    """Days that were never counted wait, and the last few once more."""
    note_days()
    yesterday = today() - timedelta(days=1)
    ReportDay.objects.filter(day__gt=yesterday - timedelta(days=AGAIN), day__lte=yesterday).update(stale=True)


def go_on(*, seconds: float) -> bool:
    """Count days that wait, the oldest first, for so many seconds; whether more wait."""
    end = time.monotonic() + seconds
    waiting = ReportDay.objects.filter(stale=True, day__lt=today()).order_by("day")
    while (row := waiting.first()) is not None:
        count_day(row.day)
        if time.monotonic() >= end:
            return waiting.exists()
    return False


def count_today() -> None:
    """The day that is not over: what there is of it so far."""
    count_day(today())


def mark_all_stale() -> None:
    """What a machine is has changed: everything is counted again."""
    ReportDay.objects.update(stale=True)


def count_day(day: date) -> None:
    """Count one day and keep it, in one transaction; two at once wait for each other on the day's row."""
    ReportDay.objects.get_or_create(day=day)
    with transaction.atomic():
        # First of all, so that what changes while it is counted makes it stale again.
        ReportDay.objects.filter(day=day).update(counted_at=timezone.now(), stale=day >= today())
        left_out = machines()
        ActiveDay.objects.filter(day=day).delete()
        ActiveDay.objects.bulk_create(counting.count_members(day, left_out), batch_size=BATCH)
        everyone = counting.count(day, ())
        _keep(day, False, everyone)
        _keep(day, True, counting.count(day, left_out) if left_out else everyone)


def _keep(day: date, people: bool, found: counting.Counted) -> None:
    where = {"day": day, "people": people}
    for model in (DayFigure, DaySpread, DayTopic):
        model._default_manager.filter(**where).delete()
    DayFigure.objects.bulk_create(DayFigure(name=name, value=value, **where) for name, value in found.figures.items())
    DaySpread.objects.bulk_create(DaySpread(name=name, counts=each, **where) for name, each in found.spreads.items())
    topics = (DayTopic(tag_id=tag, posts=count, **where) for tag, count in sorted(found.topics.items()))
    DayTopic.objects.bulk_create(topics, batch_size=BATCH)
