"""When a schedule is due, and which days it is about then. All of it is UTC."""

from datetime import UTC, date, datetime, time, timedelta

from rewards.reports.datasets import Wanted
from rewards.schedules.models import Every, Schedule, Span

DAY = timedelta(days=1)


def after(schedule: Schedule, moment: datetime) -> datetime:
    """The first due time later than ``moment``."""
    return _found(schedule, moment, 1)


def latest(schedule: Schedule, moment: datetime) -> datetime:
    """The last due time that is not later than ``moment``."""
    return _found(schedule, moment, -1)


def wanted(schedule: Schedule, due: datetime) -> Wanted:
    """The rows that are meant at a due time: whole days that were over then, also when it is made later."""
    today = due.astimezone(UTC).date()
    first, last = today - DAY, today - DAY
    if schedule.span == Span.WEEK:
        first = today - 7 * DAY
    elif schedule.span == Span.MONTH:
        last = today.replace(day=1) - DAY
        first = last.replace(day=1)
    return Wanted(first, last, schedule.people, schedule.only)


def _found(schedule: Schedule, moment: datetime, step: int) -> datetime:
    day = moment.astimezone(UTC).date()
    while True:
        at = datetime.combine(day, time(schedule.hour), UTC)
        if _fits(schedule, day) and (at > moment if step > 0 else at <= moment):
            return at
        day += step * DAY


def _fits(schedule: Schedule, day: date) -> bool:
    if schedule.every == Every.WEEK:
        return day.weekday() == schedule.weekday
    return schedule.every == Every.DAY or day.day == schedule.monthday
