"""From the minutes of the hubs to the figures of a day."""

from datetime import timedelta

import pytest
from django.utils import timezone

from rewards.reports import catalogue, drawing, rollups
from rewards.reports.datasets import DATASETS, Wanted
from rewards.reports.metrics import Days, Family, Unit
from rewards.reports.models import DayFigure, ReportDay
from social.live.models import LiveMinute
from tests import make
from tests.rewards.reports.conftest import DAY, after, at, before, count, figure, spread

pytestmark = pytest.mark.django_db


def minute(moment, process="one", **counted):
    return LiveMinute.objects.create(process=process, minute=moment, **counted)


def test_processes_are_added_up_by_the_minute():
    minute(at(hour=9), "one", peak=5, held=40, samples=10, delivered=7, slow=1, delays={"10": 6, "2500": 1})
    minute(at(hour=9), "two", peak=4, held=20, samples=10, delivered=3, delays={"10": 2, "50": 1})
    minute(at(hour=10), "one", peak=8, held=80, samples=10, delivered=1, dropped=2, delays={"90": 1})
    minute(at(after(1), hour=0), "one", peak=99, held=99, samples=1, delivered=99)  # another day
    count(DAY)
    found = {name: figure(f"live.{name}") for name in ("peak", "mean", "delivered", "slow", "dropped")}
    assert found == {"peak": 9, "mean": 7, "delivered": 11, "slow": 1, "dropped": 2}
    assert spread("live.delay") == {"10": 8, "50": 1, "90": 1, "2500": 1}


def test_counting_again_replaces_and_nothing_comes_of_nothing():
    count(DAY)
    assert figure("live.peak") is None
    minute(at(hour=9), peak=5, held=5, samples=1)
    count(DAY)
    count(DAY)
    assert figure("live.peak") == 5 and DayFigure.objects.filter(day=DAY, name="live.peak").count() == 2


def test_figures_outlive_their_minutes():
    minute(at(hour=9), peak=5, held=5, samples=1, delays={"10": 3})
    count(DAY)
    LiveMinute.objects.all().delete()
    count(DAY)  # DAY is long over: its minutes were forgotten
    assert figure("live.peak") == figure("live.peak", people=True) == 5 and spread("live.delay") == {"10": 3}
    young = timezone.now().date() - timedelta(days=2)
    DayFigure.objects.create(day=young, people=False, name="live.peak", value=5)
    count(young)
    assert figure("live.peak", young) is None


def test_the_metrics_of_a_period():
    days = Days(
        before(1),
        DAY,
        {
            before(1): {"live.peak": 9, "live.mean": 4, "live.delivered": 10},
            DAY: {"live.peak": 3, "live.mean": 5, "live.delivered": 5},
        },
        {before(1): {"live.delay": {"10": 90}}, DAY: {"live.delay": {"900": 6, "2500": 4}}},
    )
    got = {one.name: one.value(days) for one in catalogue.of(Family.LIVE)}
    assert got == {
        "live.peak": 9, "live.mean": 5, "live.delivered": 15, "live.median": 10, "live.95": 900, "live.slow": None,
        "live.dropped": None,
    }  # fmt: skip
    assert drawing.shown(1_250, Unit.MILLISECONDS) == "1,250 ms"
    assert all(not one.people and str(one.definition) for one in catalogue.of(Family.LIVE))


def test_the_page_and_the_table_of_exports(as_member, settings):
    settings.DEMO = True
    from metya.wallets import roles

    roles.sync()
    client = as_member(make.member("cole", roles=("manager",), is_demo=True))
    yesterday = rollups.today() - timedelta(days=1)
    minute(at(yesterday, 9), peak=12, held=12, samples=1, delivered=33, delays={"40": 33})
    minute(at(rollups.today(), 0), peak=7, held=7, samples=1, delivered=3)
    rollups.count_day(yesterday)
    rollups.count_today()
    page = client.get("/admin/reports/live/?days=7").content.decode()
    assert "Most connections at once" in page and "40 ms" in page and "once a second" in page
    assert client.get("/admin/reports/").status_code == 200
    assert ReportDay.objects.filter(day=rollups.today()).exists()
    table = DATASETS["live"]
    assert table.rows(Wanted(yesterday, yesterday)).count() == 1
    assert not [column for column in table.columns if column.personal]
