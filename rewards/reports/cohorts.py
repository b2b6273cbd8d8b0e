"""Who joined in a week, and how many of them were active in each week after it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncWeek

from metya.wallets.models import Member
from rewards.reports.counting import bounds
from rewards.reports.models import ActiveDay, MachineAccount

WEEKS = 8
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Cohort:
    """``week`` is its Monday; ``shares``: of its members, in hundredths of a percent, who were active in the week of joining, in
    the next and so on, as far as these weeks are over."""

    week: date
    size: int
    shares: list[int]

    @property
    def cells(self) -> list[tuple[int, int]]:
        """(share in percent, its tenth, for the shade)."""
        return [(round(share / 100), min(9, share // 1_000)) for share in self.shares]


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def cohorts(today: date, *, people: bool) -> list[Cohort]:
    """The last WEEKS weeks that are over, the newest first; weeks in which nobody joined are left out. Two queries."""
    this = monday(today)
    first = this - WEEKS * WEEK
    machines = list(MachineAccount.objects.values_list("pk", flat=True)) if people else []
    joined = Member.objects.get_queryset().filter(joined_at__gte=bounds(first)[0], joined_at__lt=bounds(this)[0])
    by_week: Any = joined.exclude(pk__in=machines).annotate(week=TruncWeek("joined_at", tzinfo=UTC)).order_by()
    sizes = {week.date(): size for week, size in by_week.values_list("week").annotate(size=Count("pk"))}
    acted = ActiveDay.objects.filter(acted=True, day__gte=first, day__lt=this, member__joined_at__gte=bounds(first)[0])
    acted = acted.exclude(member__in=machines).order_by()
    acted = acted.annotate(joined=TruncWeek("member__joined_at", tzinfo=UTC), week=TruncWeek("day"))
    active: dict[date, dict[date, int]] = defaultdict(dict)
    rows = acted.values_list("joined", "week").annotate(members=Count("member", distinct=True))
    for joined_in, week, members in rows:
        active[joined_in.date()][week] = members
    return [_cohort(week, sizes[week], active[week], this) for week in sorted(sizes, reverse=True)]


def _cohort(week: date, size: int, active: dict[date, int], this: date) -> Cohort:
    ages = range((this - week) // WEEK)
    return Cohort(week, size, [10_000 * active.get(week + age * WEEK, 0) // size for age in ages])
