"""Dates that a template writes by the name of their format."""

from datetime import UTC, datetime

from django.utils import translation
from django.utils.formats import date_format

MOMENT = datetime(2026, 11, 28, 19, 15, tzinfo=UTC)


def test_english_dates_are_written_as_everywhere_on_the_site():
    with translation.override("en"):
        assert date_format(MOMENT, "DATE_FORMAT") == "28 Nov 2026"
        assert date_format(MOMENT, "DATETIME_FORMAT") == "28 Nov 2026, 19:15"
        assert date_format(MOMENT, "TIME_FORMAT") == "19:15"


def test_german_keeps_its_own():
    with translation.override("de"):
        assert date_format(MOMENT, "DATETIME_FORMAT") == "28. November 2026 19:15"
