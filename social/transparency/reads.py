"""What the transparency page counts and the page of the log lists: of what is public alone, so that anybody who downloads the
log counts the same."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Max, Min

from metya.web.paging import Page, page_by_id
from social.rules.reads import every
from social.transparency import held
from social.transparency.held import Held
from social.transparency.models import Kind, LogEntry, LogEntryQuerySet, LogHead, public_until
from social.transparency.words import DECISIONS

WEEK = timedelta(days=7)
# How many whole weeks a period has; None: all.
PERIODS: dict[str, int | None] = {"month": 4, "quarter": 13, "year": 52, "all": None}
PIECE = 1_000


@dataclass(frozen=True)
class Span:
    """Weeks from the first Monday to the last."""

    first: date
    last: date

    @property
    def end(self) -> date:
        """Its last day."""
        return self.last + WEEK - timedelta(days=1)

    def weeks(self) -> list[date]:
        return [self.first + step * WEEK for step in range((self.last - self.first) // WEEK + 1)]


@dataclass(frozen=True)
class End:
    """The newest entry of all: whoever notes it can prove later that it stood there. ``waiting``: those not public yet."""

    number: int
    hash: str
    waiting: int


@dataclass(frozen=True)
class RuleRow:
    """What was decided under one rule: its key (empty: none), its title, how often what in the order of DECISIONS."""

    key: str
    title: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True)
class Figures:
    """The page. Shares are of the decisions that have the property told; ``median`` and ``ninth`` in minutes."""

    span: Span
    rules: list[RuleRow]
    weeks: list[tuple[date, int]]
    waits: list[tuple[int, int]]
    decisions: int
    timed: int
    in_time: int
    found_by_machine: int
    decided_by_machine: int
    appeals: int
    reversals: int
    lifted: int
    held: Held | None
    end: End | None

    @property
    def measures(self) -> int:
        """Decisions that a rule was broken."""
        return self.decisions - sum(row.counts[0] for row in self.rules)

    @property
    def totals(self) -> list[int]:
        """By decision."""
        return [sum(row.counts[place] for row in self.rules) for place in range(len(DECISIONS))]

    def quantile(self, percent: int) -> int | None:
        """The least minutes within which at least so many percent were decided."""
        rank, seen = -(-percent * sum(times for _minutes, times in self.waits) // 100), 0
        for minutes, times in self.waits:
            seen += times
            if seen >= rank:
                return minutes
        return None

    @property
    def empty(self) -> bool:
        return not (self.decisions or self.appeals or self.lifted)


def span(period: str) -> Span:
    """The public weeks of a period; of "all" from the first entry."""
    last, many = public_until(), PERIODS[period]
    if many is not None:
        return Span(last - (many - 1) * WEEK, last)
    first: date | None = LogEntry.objects.public().aggregate(first=Min("week"))["first"]
    return Span(first or last, last)


def figures(period: str) -> Figures:
    """Everything of the page by a fixed number of queries, whose answers do not grow with the number of decisions."""
    when = span(period)
    rows = LogEntry.objects.between(when.first, when.last)
    told = ("kind", "rule", "decision", "outcome", "in_time", "automated_detection", "automated_decision")
    groups = list(rows.order_by().values(*told).annotate(times=Count("pk")))
    decided = rows.decisions().order_by()
    by_week = dict(decided.values_list("week").annotate(Count("pk")))
    waits = decided.filter(minutes__isnull=False).values_list("minutes").annotate(Count("pk")).order_by("minutes")

    def times(**want: Any) -> int:
        return sum(one["times"] for one in groups if all(one[name] == value for name, value in want.items()))

    decision: dict[str, Any] = {"kind": Kind.DECISION}
    return Figures(
        span=when,
        rules=_by_rule(groups),
        weeks=[(week, by_week.get(week, 0)) for week in when.weeks()],
        waits=list(waits),
        decisions=times(**decision),
        timed=times(**decision, in_time=True) + times(**decision, in_time=False),
        in_time=times(**decision, in_time=True),
        found_by_machine=times(**decision, automated_detection=True),
        decided_by_machine=times(**decision, automated_decision=True),
        appeals=times(kind=Kind.APPEAL),
        reversals=times(kind=Kind.APPEAL, outcome="overturned"),
        lifted=times(kind=Kind.LIFT),
        held=held.between(when.first, when.end),
        end=end(),
    )


def _by_rule(groups: list[dict[str, Any]]) -> list[RuleRow]:
    counts: dict[str, Counter[str]] = {}
    for one in groups:
        if one["kind"] == Kind.DECISION:
            counts.setdefault(one["rule"], Counter())[one["decision"]] += one["times"]
    known = titles()
    rows = [
        RuleRow(key, known.get(key, key), tuple(found[name] for name in DECISIONS)) for key, found in counts.items()
    ]
    return sorted(rows, key=lambda row: (-row.total, row.key))


def titles() -> dict[str, str]:
    """What each rule is called now."""
    return {one.rule.key: one.version.said_title for one in every()}


def end() -> End | None:
    """None before the first entry."""
    head = LogHead.objects.filter(pk=1).first()
    if head is None:
        return None
    return End(head.number, head.hash, LogEntry.objects.held_back().count())


@dataclass(frozen=True)
class Told:
    """One entry with its body read."""

    entry: LogEntry
    body: dict[str, Any]
    title: str


def entries(*, month: date | None, kind: str, rule: str, before: int | None) -> tuple[Page[LogEntry], list[Told]]:
    """The newest public entries of a month, a kind, a rule (each if asked for)."""
    rows: LogEntryQuerySet = LogEntry.objects.public()
    if month is not None:
        rows = rows.of_month(month)
    if kind:
        rows = rows.filter(kind=kind)
    if rule:
        rows = rows.filter(rule=rule)
    page, known = page_by_id(rows, before), titles()
    return page, [Told(one, _body(one), known.get(one.rule, one.rule)) for one in page.items]


def _body(entry: LogEntry) -> dict[str, Any]:
    """Also of one that somebody tampered with: the page stays, and the chain tells."""
    try:
        found = json.loads(entry.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def months() -> list[date]:
    """From the first to the last with a public entry, newest first."""
    ends = LogEntry.objects.public().aggregate(first=Min("week"), last=Max("week"))
    if ends["first"] is None:
        return []
    first, found = ends["first"].replace(day=1), [ends["last"].replace(day=1)]
    while found[-1] > first:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


def lines() -> Iterator[list[LogEntry]]:
    """All public entries in pieces of PIECE, the first first; what is added meanwhile is not in it."""
    yield from pieces(LogEntry.objects.public())


def pieces(rows: LogEntryQuerySet) -> Iterator[list[LogEntry]]:
    """By number: nothing stays open between two pieces, and memory stays flat."""
    rows = rows.order_by("pk")
    piece = list(rows[:PIECE])
    while piece:
        yield piece
        piece = list(rows.filter(pk__gt=piece[-1].pk)[:PIECE]) if len(piece) == PIECE else []
