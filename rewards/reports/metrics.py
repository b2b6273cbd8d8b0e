"""What managers are shown: each figure with its definition, made from the counted days of a period and from nothing else."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class Unit(Enum):
    COUNT = "count"
    SHARE = "share"  # in hundredths of a percent
    MINUTES = "minutes"
    MET = "met"  # grains
    MILLISECONDS = "ms"


class Family(Enum):
    GROWTH = "growth"
    RETENTION = "retention"
    CONTENT = "content"
    PEOPLE = "people"
    REWARDS = "rewards"
    MODERATION = "moderation"
    LIVE = "live"

    @property
    def title(self) -> Text:
        return _TITLES[self]


_TITLES: dict[Family, Text] = {
    Family.GROWTH: _("Growth"),
    Family.RETENTION: _("Retention"),
    Family.CONTENT: _("Content"),
    Family.PEOPLE: _("People"),
    Family.REWARDS: _("Rewards"),
    Family.MODERATION: _("Moderation"),
    Family.LIVE: _("Live"),
}


@dataclass(frozen=True)
class Days:
    """Counted days in a row. ``figures``: day → name → value; ``spreads``: day → name → minutes → how often."""

    first: date
    last: date
    figures: Mapping[date, Mapping[str, int]]
    spreads: Mapping[date, Mapping[str, Mapping[str, int]]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=step) for step in range(len(self)))

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    @cached_property
    def whole(self) -> bool:
        """Whether every day was counted."""
        return all(day in self.figures for day in self)

    def only(self, day: date) -> "Days":
        return Days(day, day, self.figures, self.spreads)

    def values(self, name: str) -> list[int]:
        """The days that have the figure, in their order."""
        found = (self.figures.get(day, {}).get(name) for day in self)
        return [value for value in found if value is not None]

    def sum(self, name: str) -> int | None:
        values = self.values(name)
        return sum(values) if values else None

    def most(self, name: str) -> int | None:
        return max(self.values(name), default=None)

    def mean(self, name: str) -> int | None:
        """Rounded to a whole number, halves upwards."""
        values = self.values(name)
        return (2 * sum(values) + len(values)) // (2 * len(values)) if values else None

    def newest(self, name: str) -> int | None:
        """Of the last day that has it."""
        values = self.values(name)
        return values[-1] if values else None

    def quantile(self, name: str, percent: int) -> int | None:
        """The least number of the spread's unit that at least so many percent of all cases of the period took at most."""
        counts: Counter[int] = Counter()
        for day in self:
            for key, times in self.spreads.get(day, {}).get(name, {}).items():
                counts[int(key)] += times
        rank, seen = -(-percent * counts.total() // 100), 0
        for minutes in sorted(counts):
            seen += counts[minutes]
            if seen >= rank:
                return minutes
        return None


Value = Callable[[Days], int | None]


@dataclass(frozen=True)
class Rows:
    """The admin's list of what a figure counts: its model, its field of time, what else has to be so; and the table of the
    exports that holds it."""

    model: str
    at: str
    table: str
    more: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Metric:
    """``value`` of a period; a chart shows it day by day. ``rows``: what is behind it. ``people``: whether
    machine accounts can be left out. ``front``: on the first page."""

    name: str
    family: Family
    title: Text
    definition: Text
    value: Value
    unit: Unit = Unit.COUNT
    rows: "Rows | None" = None
    people: bool = True
    front: bool = False


def share(part: int | None, whole: int | None) -> int | None:
    """``part`` of ``whole`` in hundredths of a percent, rounded down."""
    return 10_000 * part // whole if part is not None and whole else None


def total(name: str) -> Value:
    """The sum of the days that have the figure."""
    return lambda days: days.sum(name)


def newest(name: str) -> Value:
    return lambda days: days.newest(name)


def ratio(part: str, whole: str) -> Value:
    """Sums over sums, in hundredths of a percent; None of nothing."""
    return lambda days: share(days.sum(part), days.sum(whole))


def quantile(name: str, percent: int) -> Value:
    return lambda days: days.quantile(name, percent)
