"""Pages of reports: periods, their figures beside the period before, and the lists of people, topics and payouts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, Min, OuterRef, Q, Sum
from django.urls import reverse
from django.utils.safestring import SafeString

from metya.wallets.models import Member
from rewards.payouts.models import Payout, PayoutState
from rewards.reports import drawing, metrics
from rewards.reports.counting import bounds
from rewards.reports.models import ActiveDay, DayFigure, DaySpread, DayTopic, MachineAccount, ReportDay
from social.posts.models import Tag

TOP = 10
# Whoever was active on so many days of a period and on none of the next is leaving.
REGULAR = 3
# From so many days on columns are too thin to be told apart.
LONG = 60
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """Whole UTC days, both ends in it. ``people``: without machine accounts."""

    first: date
    last: date
    people: bool = True

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """As many days just before it."""
        return Period(self.first - self.length * DAY, self.first - DAY, self.people)


@dataclass(frozen=True)
class Shown:
    """A metric of a period. ``change``: against the period before, None where that was not counted as a whole;
    ``change_points``: for shares, in percentage points. ``points``: day by day."""

    metric: metrics.Metric
    value: int | None
    before: int | None
    comparable: bool
    points: list[tuple[date, int | None]]
    link: str
    export: str = ""

    @property
    def text(self) -> str:
        return drawing.shown(self.value, self.metric.unit)

    @property
    def before_text(self) -> str:
        return drawing.shown(self.before, self.metric.unit)

    @property
    def direction(self) -> str:
        """up, down, same; empty where there is nothing to compare."""
        if self.value is None or self.before is None or not self.comparable:
            return ""
        return "up" if self.value > self.before else "down" if self.value < self.before else "same"

    @property
    def change(self) -> str:
        """By how much: in percent, shares in percentage points; empty where there is nothing to compare."""
        if not self.direction:
            return ""
        assert self.value is not None and self.before is not None  # noqa: S101 - or there is no direction
        difference = self.value - self.before
        sign = "+" if difference > 0 else "−" if difference < 0 else "±"
        if self.metric.unit is metrics.Unit.SHARE:
            return f"{sign}{drawing.points(abs(difference))}"
        return f"{sign}{drawing.percent(abs(difference), self.before)}" if self.before else ""

    @property
    def spark(self) -> SafeString:
        values = [value for _day, value in self.points]
        return drawing.spark(values, drawing.sentence(self.metric, self.points))

    @property
    def chart(self) -> SafeString:
        return drawing.daily(self.metric, self.points)

    @property
    def sentence(self) -> str:
        return drawing.sentence(self.metric, self.points)

    @property
    def table(self) -> list[tuple[date, str, int | None]]:
        """The days, the newest first, as they are read, and in the figure's own unit."""
        return [(day, drawing.shown(value, self.metric.unit), value) for day, value in reversed(self.points)]

    @property
    def long(self) -> bool:
        """Whether its chart is pointed at day by day, where scripts run."""
        return len(self.points) >= LONG

    @property
    def scale(self) -> int:
        """How much of the figure's unit is one of what an axis says."""
        return drawing.SCALES.get(self.metric.unit, 1)

    @property
    def unit(self) -> str:
        """What stands behind a number of an axis."""
        return drawing.unit_of(self.metric.unit)


@dataclass(frozen=True)
class Report:
    """What a page shows. ``as_of``: when the oldest of its days was counted; ``missing``: days not counted yet; ``today``: the
    same metrics of the day that is not over."""

    period: Period
    shown: list[Shown]
    as_of: datetime | None
    missing: int
    today: list[tuple[metrics.Metric, str]]
    today_as_of: datetime | None
    machines: int

    @property
    def long(self) -> bool:
        return self.period.length >= LONG

    @property
    def comparable(self) -> bool:
        """Whether the period before was counted as a whole."""
        return any(one.comparable for one in self.shown)


def report(period: Period, wanted: Sequence[metrics.Metric], today: date) -> Report:
    """Five queries, whatever the period and the number of metrics."""
    before = period.before
    rows = DayFigure.objects.filter(people=period.people).filter(
        Q(day__gte=before.first, day__lte=period.last) | Q(day=today)
    )
    figures: dict[date, dict[str, int]] = defaultdict(dict)
    for day, name, value in rows.values_list("day", "name", "value"):
        figures[day][name] = value
    spreads: dict[date, dict[str, dict[str, int]]] = defaultdict(dict)
    spread_rows = DaySpread.objects.filter(people=period.people, day__gte=before.first, day__lte=today)
    for day, name, counts in spread_rows.values_list("day", "name", "counts"):
        spreads[day][name] = counts
    counted = dict(
        ReportDay.objects.filter(day__gte=period.first, day__lte=today, counted_at__isnull=False).values_list(
            "day", "counted_at"
        )
    )
    now = metrics.Days(period.first, period.last, figures, spreads)
    then = metrics.Days(before.first, before.last, figures, spreads)
    so_far = metrics.Days(today, today, figures, spreads)
    moments = [moment for day in now if (moment := counted.get(day)) is not None]
    return Report(
        period=period,
        shown=[_shown(metric, now, then) for metric in wanted],
        as_of=min(moments) if moments else None,
        missing=sum(1 for day in now if day not in figures),
        today=[(metric, drawing.shown(metric.value(so_far), metric.unit)) for metric in wanted if figures.get(today)],
        today_as_of=counted.get(today),
        machines=MachineAccount.objects.count(),
    )


def _shown(metric: metrics.Metric, now: metrics.Days, then: metrics.Days) -> Shown:
    return Shown(
        metric=metric,
        value=metric.value(now),
        before=metric.value(then),
        comparable=now.whole and then.whole,
        points=[(day, metric.value(now.only(day))) for day in now],
        link=_rows(metric, now),
        export=_export(metric, now),
    )


def _rows(metric: metrics.Metric, days: metrics.Days) -> str:
    """The admin's list of what was counted; empty where there is none."""
    if metric.rows is None:
        return ""
    at = metric.rows.at
    # With the zone said: the list would take the reader's own.
    first, end = (bounds(day)[0].isoformat() for day in (days.first, days.last + DAY))
    where = {f"{at}__gte": first, f"{at}__lt": end, **dict(metric.rows.more)}
    return f"{reverse(f'admin:{metric.rows.model}_changelist')}?{urlencode(where)}"


def _export(metric: metrics.Metric, days: metrics.Days) -> str:
    """The form of exports, filled in; empty where the table is bounded by another time than the figure."""
    if metric.rows is None or not metric.rows.table:
        return ""
    asked = {"name": metric.rows.table, "start": f"{days.first}", "end": f"{days.last}"}
    if kind := dict(metric.rows.more).get("kind__exact"):
        asked["only"] = f"{metric.rows.table}:{kind}"
    return f"{reverse('reports:exports')}?{urlencode(asked)}"


def month(year: int, number: int, today: date, *, people: bool) -> Period | None:
    """A calendar month as far as its days are over; None where there is none such."""
    if not (1 <= number <= 12 and 2000 <= year <= 9000):
        return None
    first = date(year, number, 1)
    after = (first + 31 * DAY).replace(day=1)
    last = min(after, today) - DAY
    return Period(first, last, people) if last >= first else None


def month_before(first: date) -> date:
    """The first day of the month before."""
    return (first - DAY).replace(day=1)


# --- people ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """A member in a list, with the figure for which they are there and the one before."""

    member: Member
    value: int
    before: int = 0


@dataclass(frozen=True)
class People:
    """``top``: received most; ``rising``: received most more than before; ``first``: wrote for the first time (``value``: posts
    and replies since); ``leaving``: active on REGULAR days or more before (``before``), on none now."""

    top: list[Person]
    rising: list[Person]
    first: list[Person]
    leaving: list[Person]


def people(period: Period) -> People:
    """The lists of the period; without machine accounts where the period says so."""
    got = "received_people" if period.people else "received"
    now, then = _received(period, got), _received(period.before, got)
    top = sorted(now.items(), key=lambda one: (-one[1], one[0]))[:TOP]
    gained = ((member, value - then.get(member, 0)) for member, value in now.items())
    rising = sorted((one for one in gained if one[1] > 0), key=lambda one: (-one[1], one[0]))[:TOP]
    first, leaving = _first_writers(period), _leaving(period)
    ids = {member for rows in (top, rising, first, leaving) for member, _value in rows}
    found = Member.objects.get_queryset().select_related("profile").in_bulk(ids)
    return People(
        top=[Person(found[member], value, then.get(member, 0)) for member, value in top],
        rising=[Person(found[member], now[member], then.get(member, 0)) for member, _gain in rising],
        first=[Person(found[member], value) for member, value in first],
        leaving=[Person(found[member], 0, days) for member, days in leaving],
    )


def _active(period: Period) -> Any:
    rows = ActiveDay.objects.filter(day__gte=period.first, day__lte=period.last).order_by()
    return rows.exclude(member__in=MachineAccount.objects.values("pk")) if period.people else rows


def _received(period: Period, got: str) -> dict[int, int]:
    rows = _active(period).values_list("member").annotate(all=Sum(got)).filter(all__gt=0)
    return dict(rows)


def _first_writers(period: Period) -> list[tuple[int, int]]:
    wrote = Q(posts__gt=0) | Q(replies__gt=0)
    earlier = ActiveDay.objects.filter(wrote, member=OuterRef("member"), day__lt=period.first)
    rows = _active(period).filter(wrote).filter(~Exists(earlier)).values_list("member")
    return list(rows.annotate(all=Sum(F("posts") + F("replies"))).order_by("-all", "member")[:TOP])


def _leaving(period: Period) -> list[tuple[int, int]]:
    still = ActiveDay.objects.filter(acted=True, member=OuterRef("member"), day__gte=period.first, day__lte=period.last)
    rows = _active(period.before).filter(acted=True).values_list("member").annotate(days=Count("pk"))
    return list(rows.filter(days__gte=REGULAR).filter(~Exists(still)).order_by("-days", "member")[:TOP])


# --- topics, payouts -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Topic:
    tag: Tag
    posts: int
    before: int


def topics(period: Period) -> list[Topic]:
    """The hashtags of most public posts of the period, deleted ones left out as they were when it was counted."""
    now, then = _tagged(period), _tagged(period.before)
    top = sorted(now.items(), key=lambda one: (-one[1], one[0]))[: 2 * TOP]
    found = Tag.objects.in_bulk([tag for tag, _posts in top])
    return [Topic(found[tag], posts, then.get(tag, 0)) for tag, posts in top]


def _tagged(period: Period) -> dict[int, int]:
    rows = DayTopic.objects.filter(people=period.people, day__gte=period.first, day__lte=period.last).order_by()
    return dict(rows.values_list("tag").annotate(all=Sum("posts")))


@dataclass(frozen=True)
class PayoutsIn:
    """All payouts in one state. Grains; ``oldest``: since when the first of them is in it."""

    state: str
    label: str
    count: int
    amount: int
    oldest: datetime


def payouts_by_state() -> list[PayoutsIn]:
    """As the books stand now; in the order of a payout's life."""
    rows = Payout.objects.order_by().values("state").annotate(n=Count("pk"), sum=Sum("amount"), oldest=Min("state_at"))
    found = {row["state"]: row for row in rows}
    return [
        PayoutsIn(state, str(label), found[state]["n"], found[state]["sum"], found[state]["oldest"])
        for state, label in PayoutState.choices
        if state in found
    ]


def machine_accounts() -> Iterable[MachineAccount]:
    return MachineAccount.objects.select_related("member__profile", "marked_by").order_by("-marked_at")
