"""From days to a period: sums, means, shares of sums, medians over all cases."""

from datetime import date, timedelta

import pytest

from rewards.reports import catalogue, counting, drawing
from rewards.reports.metrics import Days, Family, Unit, share
from rewards.reports.reads import Period, Shown

FIRST = date(2026, 3, 1)


def days(*figures, spreads=()):
    at = [FIRST + timedelta(days=place) for place in range(len(figures))]
    return Days(FIRST, at[-1], dict(zip(at, figures, strict=True)), dict(zip(at, spreads, strict=False)))


def metric(name):
    return next(one for one in catalogue.METRICS if one.name == name)


def test_sums_means_and_the_newest():
    some = days({"x": 3}, {"x": 4}, {})
    assert (some.sum("x"), some.mean("x"), some.newest("x")) == (7, 4, 4)
    assert (some.sum("y"), some.mean("y"), some.newest("y")) == (None, None, None)


def test_a_share_is_of_the_sums_and_not_a_mean_of_shares():
    some = days({"activated": 1, "signups": 1}, {"activated": 1, "signups": 3})
    assert metric("activation").value(some) == 5_000
    assert share(0, 0) is None and share(None, 3) is None and share(1, 3) == 3_333


def test_a_median_is_of_all_cases_of_the_period():
    some = days({}, {}, spreads=[{"w": {"1": 9}}, {"w": {"100": 3, "7": 2}}])
    assert some.quantile("w", 50) == 1 and some.quantile("w", 65) == 7 and some.quantile("w", 90) == 100
    assert some.quantile("nothing", 50) is None
    even = days({}, spreads=[{"w": {"10": 1, "20": 1}}])
    assert even.quantile("w", 50) == 10


def test_stickiness_is_an_ordinary_day_in_a_month():
    some = days({"active.1": 10, "active.30": 90}, {"active.1": 20, "active.30": 60})
    assert metric("stickiness").value(some) == 2_500


def test_rates_of_the_end_are_of_the_last_day():
    some = days({"kept": 1, "keepable": 1}, {"kept": 1, "keepable": 4})
    assert metric("kept").value(some) == 2_500


def test_a_period_stands_beside_as_many_days_before():
    period = Period(date(2026, 3, 8), date(2026, 3, 14))
    assert (period.length, period.before) == (7, Period(date(2026, 3, 1), date(2026, 3, 7)))


def test_nothing_is_compared_with_days_that_were_not_counted():
    def one(value, before, comparable=True, name="posts"):
        return Shown(metric(name), value, before, comparable, [], "")

    assert (one(15, 10).direction, one(15, 10).change) == ("up", "+50\xa0%")
    assert (one(9, 10).direction, one(9, 10).change) == ("down", "−10\xa0%")
    assert (one(10, 10).direction, one(10, 10).change) == ("same", "±0.0\xa0%")
    assert (one(4, 0).direction, one(4, 0).change) == ("up", "")
    assert one(15, 10, comparable=False).direction == one(15, None).direction == ""
    assert one(5_050, 5_000, name="activation").change == "+0.5 points"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, Unit.COUNT, "–"), (12_345, Unit.COUNT, "12,345"), (1_238, Unit.SHARE, "12.4\xa0%"), (59, Unit.MINUTES, "59 min"),
        (61, Unit.MINUTES, "1 h 01 min"), (2_880, Unit.MINUTES, "2 days"), (1_500_000_000, Unit.MET, "1.50\xa0MET"),
    ],
)  # fmt: skip
def test_values_as_people_read_them(value, unit, text):
    assert drawing.shown(value, unit) == text


def test_a_picture_has_its_sentence():
    points = [(FIRST, 2), (FIRST + timedelta(days=1), 8), (FIRST + timedelta(days=2), 5)]
    words = drawing.sentence(metric("posts"), points)
    assert words == "Posts from 1 Mar to 3 Mar: least 2 on 1 Mar, most 8 on 2 Mar, at the end 5."
    drawn = drawing.daily(metric("posts"), points)
    assert f'aria-label="{words}"' in drawn and drawn.count("<rect") == 3 and "style=" not in drawn
    assert drawing.daily(metric("posts"), [(FIRST, 0), (FIRST, None)]) == ""
    assert drawing.spark([1, None, 3, 4], "x").count("<polyline") == 2


def test_every_metric_has_a_name_of_its_own_and_uses_figures_that_are_counted(db):
    names = [one.name for one in catalogue.METRICS]
    assert len(set(names)) == len(names) and {one.family for one in catalogue.METRICS} == set(Family)
    known = set(counting.count(FIRST, ()).figures) | {"pool", "reach", "paid", "earned", "median", "top.1", "gini"}
    known |= {f"live.{name}" for name in ("peak", "mean", "delivered", "slow", "dropped")}

    class Noting(Days):
        asked: set[str] = set()

        def values(self, name):
            self.asked.add(name)
            return [1]

    for one in catalogue.METRICS:
        one.value(Noting(FIRST, FIRST, {}))
    assert Noting.asked - known == set()
