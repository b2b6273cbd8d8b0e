"""Numbers, dates and ages as each language writes them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from metya.web import charts, numbers
from rewards.charts import short
from rewards.templatetags.rewards import bp
from social.templatetags import metya as tags

GRAIN = numbers.GRAINS


@pytest.mark.parametrize(
    ("language", "met", "exact", "dust"),
    [
        ("en", "1,234.50\u00a0MET", "1,234.500000001\u00a0MET", "<\u00a00.01\u00a0MET"),
        ("de", "1.234,50\u00a0MET", "1.234,500000001\u00a0MET", "<\u00a00,01\u00a0MET"),
    ],
)
def test_amounts(language, met, exact, dust):
    with translation.override(language):
        amount = 1_234 * GRAIN + GRAIN // 2 + 1
        assert (numbers.met(amount), numbers.met_exact(amount), numbers.met(1)) == (met, exact, dust)


@pytest.mark.parametrize(
    ("count", "english", "german"),
    [
        (0, "", ""),
        (950, "950", "950"),
        (1_234, "1.2K", "1,2\u00a0Tsd."),
        (34_000, "34K", "34\u00a0Tsd."),
        (5_600_000, "5.6M", "5,6\u00a0Mio."),
    ],
)
def test_counts_in_little_space(count, english, german):
    with translation.override("en"):
        assert numbers.compact(count) == english
    with translation.override("de"):
        assert numbers.compact(count) == german


def test_whole_numbers_have_their_thousands_apart():
    with translation.override("en"):
        assert numbers.grouped(12_345) == "12,345" and numbers.grouped(0) == "0" and numbers.grouped(None) == ""
    with translation.override("de"):
        assert numbers.grouped(12_345) == "12.345"


def test_charts_and_shares():
    with translation.override("en"):
        assert (short(12_300 * GRAIN), short(42 * GRAIN // 100), bp(41)) == ("12K", "0.42", "0.41\u00a0%")
    with translation.override("de"):
        assert (short(12_300 * GRAIN), short(42 * GRAIN // 100), bp(41)) == (
            "12\u00a0Tsd.",
            "0,42",
            "0,41\u00a0%",
        )


def test_ages_and_dates():
    now = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
    ago = [timedelta(0), timedelta(minutes=4), timedelta(hours=3), timedelta(days=2), timedelta(days=20)]
    with translation.override("en"):
        assert [tags.short_age(now - age, now) for age in ago] == ["now", "4 min", "3 h", "2 d", "8 Nov"]
    with translation.override("de"):
        said = [tags.short_age(now - age, now) for age in ago]
        assert said == ["jetzt", "4\u00a0Min.", "3\u00a0Std.", "2\u00a0T.", "8. Nov."]
        assert 'title="28. November 2026, 12:00 UTC"' in tags.ago(now)
    with translation.override("en"):
        assert 'title="28 November 2026, 12:00 UTC"' in tags.ago(now)


def test_a_note_stands_over_the_columns_that_it_covers():
    """Where the marked one is low and last, its neighbours would run through the words."""
    heights = [1, 3, 9, 30, 22, 12, 8, 2]
    drawn = str(charts.columns([charts.Bar(value, marked=value == 2) for value in heights], "x", note="you, 4.8K"))
    tops = [float(found) for found in re.findall(r'<rect class="dim"[^>]* y="([\d.]+)"', drawn)]
    words = float(re.search(r'class="strong"[^>]* y="([\d.]+)"', drawn)[1])
    assert words < tops[-1] and "today" in drawn
    alone = str(charts.columns([charts.Bar(1), charts.Bar(9, marked=True), charts.Bar(2)], "x", note="170K"))
    assert "today" not in alone and charts.columns([], "x") == ""


@pytest.mark.parametrize(("falls", "beside"), [(False, True), (True, False)])
def test_a_note_stands_clear_of_a_line_that_rises_from_its_point(falls, beside):
    points = [charts.Point(0, 9 if falls else 1, "9 %"), charts.Point(1, 5), charts.Point(2, 1 if falls else 9, "1 %")]
    drawn = str(charts.line(points, "x"))
    start = [float(at) for at in re.search(r'points="([\d.]+),([\d.]+)', drawn).groups()]
    note = [float(at) for at in re.search(r'class="strong" x="([\d.]+)"[^>]* y="([\d.]+)"', drawn).groups()]
    assert (note[0] > start[0] and note[1] > start[1]) is beside
    assert 'text-anchor="end"' in drawn


@pytest.mark.parametrize(
    ("language", "said"), [("en", ["28.1", "−4.0", "0.0", "−0.30"]), ("de", ["28,1", "−4,0", "0,0", "−0,30"])]
)
def test_decimals_are_written_as_the_language_does_with_a_sign_that_is_one(language, said):
    with translation.override(language):
        found = [numbers.decimals(28.14), numbers.decimals(-4.04), numbers.decimals(-0.04), numbers.decimals(-0.3, 2)]
    assert found == said
