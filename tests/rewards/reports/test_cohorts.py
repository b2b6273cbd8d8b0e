"""Cohorts by week of joining, against weeks made by hand. DAY is a Tuesday."""

from datetime import timedelta

import pytest

from rewards.reports import cohorts
from rewards.reports.models import ActiveDay, MachineAccount
from tests.rewards.reports.conftest import DAY, after, at, before, person

pytestmark = pytest.mark.django_db
MONDAY = before(1)


def acted(member, *days):
    for day in days:
        ActiveDay.objects.create(day=day, member=member, acted=True)


def test_shares_of_each_week_after_joining():
    sunday = MONDAY - timedelta(days=1)
    ada, ben = person("ada", at(before(15), 0)), person("ben", at(before(9), 23, 59))
    cyn = person("cyn", at(before(15), 1))
    dan = person("dan", at(sunday, 23, 59))
    person("eve", at(MONDAY, 0))
    # Ada and Cyn joined on Monday two weeks ago, Ben on the Sunday that ended that week, Dan in the last week.
    acted(ada, before(15), before(14), sunday)
    acted(ben, before(9), before(8))
    acted(cyn, before(2), DAY)
    acted(dan, MONDAY)
    ActiveDay.objects.create(day=before(15), member=cyn, acted=False)
    found = cohorts.cohorts(after(1), people=False)
    assert [(one.week, one.size, one.shares) for one in found] == [
        (before(8), 1, [0]),
        (before(15), 3, [6_666, 10_000]),
    ]
    assert found[1].cells == [(67, 6), (100, 9)]


def test_machines_and_weeks_long_ago_are_left_out():
    ada, robot = person("ada", at(before(9))), person("robot", at(before(9)))
    person("old", at(before(7 * 9)))
    acted(ada, before(9))
    MachineAccount.objects.create(member=robot, marked_by=ada)
    assert [one.shares[0] for one in cohorts.cohorts(DAY, people=True)] == [10_000]
    assert [one.shares[0] for one in cohorts.cohorts(DAY, people=False)] == [5_000]


def test_nothing_of_nothing():
    assert cohorts.cohorts(DAY, people=True) == []
