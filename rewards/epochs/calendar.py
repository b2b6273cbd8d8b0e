"""Days and numbers: epoch 0 is the UTC day of genesis, and each UTC day after it is one epoch."""

from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings

from rewards.epochs.models import Parameters

DAY = timedelta(days=1)
# A deed of the last second may be committed a little after midnight; the epoch waits for it.
GRACE = timedelta(minutes=2)
_UNIX = date(1970, 1, 1)


def genesis() -> date | None:
    """The day of epoch 0: GENESIS_DATE, else the day on which the first parameters were noted; None before that."""
    if settings.GENESIS_DATE:
        return date.fromisoformat(settings.GENESIS_DATE)
    first = Parameters.objects.order_by("from_epoch").values_list("created_at", flat=True).first()
    return first.astimezone(UTC).date() if first else None


def number_at(moment: datetime) -> int | None:
    """The epoch that contains a moment; None before genesis."""
    first = genesis()
    if first is None or (day := moment.astimezone(UTC).date()) < first:
        return None
    return (day - first).days


def day_of(number: int) -> date:
    """The UTC day of an epoch. Raises ValueError before there is a genesis."""
    first = genesis()
    if first is None:
        raise ValueError("no epoch has begun yet")
    return first + number * DAY


def bounds(number: int) -> tuple[datetime, datetime]:
    """First moment of the epoch, and first moment after it."""
    start = datetime.combine(day_of(number), time(), UTC)
    return start, start + DAY


def unix_day(number: int) -> int:
    """Whole days from 1970-01-01 to the epoch's day."""
    return (day_of(number) - _UNIX).days
