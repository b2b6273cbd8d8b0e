"""Pictures of reports, and the sentence that says the same to whoever cannot see them."""

from collections.abc import Sequence
from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metya.web import numbers
from metya.web.charts import Bar, columns
from rewards.reports.metrics import Metric, Unit

LABELS = 6
# What an axis counts in: percent, and MET.
SCALES = {Unit.SHARE: 100, Unit.MET: 10**9}


def shown(value: int | None, unit: Unit) -> str:
    """A value as people read it; a dash for none."""
    if value is None:
        return "–"
    if unit is Unit.SHARE:
        return _percent(value / 100, 1)
    if unit is Unit.MINUTES:
        return _duration(value)
    if unit is Unit.MILLISECONDS:
        return _("%(n)s ms") % {"n": numbers.grouped(value)}
    return numbers.met(value) if unit is Unit.MET else numbers.grouped(value)


def unit_of(unit: Unit) -> str:
    """Behind a number of an axis, with its space."""
    names = {Unit.SHARE: "%", Unit.MET: "MET", Unit.MINUTES: _("min"), Unit.MILLISECONDS: "ms"}
    return f"\u00a0{names[unit]}" if unit in names else ""


def _duration(minutes: int) -> str:
    if minutes < 60:
        return _("%(n)d min") % {"n": minutes}
    if minutes < 48 * 60:
        return _("%(hours)d h %(minutes)02d min") % {"hours": minutes // 60, "minutes": minutes % 60}
    return ngettext("%(n)d day", "%(n)d days", minutes // 1440) % {"n": minutes // 1440}


def day_name(day: date) -> str:
    return date_format(day, _("j M"))


def daily(metric: Metric, points: Sequence[tuple[date, int | None]]) -> SafeString:
    """A column for each day; the last one is marked and says its value."""
    if not any(value for _day, value in points):
        return SafeString("")
    every = max(1, -(-len(points) // LABELS))
    bars = [
        Bar(
            value or 0,
            day_name(day) if place % every == 0 and len(points) - place > every // 2 or place == 0 else "",
            marked=place == len(points) - 1,
        )
        for place, (day, value) in enumerate(points)
    ]
    last = points[-1][1]
    return columns(
        bars, sentence(metric, points), note=shown(last, metric.unit) if last is not None else "", height=148
    )


def sentence(metric: Metric, points: Sequence[tuple[date, int | None]]) -> str:
    """The course of a figure in words: where it began and ended, least and most."""
    known = [(day, value) for day, value in points if value is not None]
    if not known:
        return _("%(title)s: nothing was counted.") % {"title": metric.title}
    least, most = min(known, key=lambda one: one[1]), max(known, key=lambda one: one[1])
    words = _(
        "%(title)s from %(first)s to %(last)s: least %(least)s on %(least_day)s, most %(most)s on %(most_day)s, "
        "at the end %(end)s."
    )
    return words % {
        "title": metric.title,
        "first": day_name(known[0][0]),
        "last": day_name(known[-1][0]),
        "least": shown(least[1], metric.unit),
        "least_day": day_name(least[0]),
        "most": shown(most[1], metric.unit),
        "most_day": day_name(most[0]),
        "end": shown(known[-1][1], metric.unit),
    }


def spark(values: Sequence[int | None], label: str) -> SafeString:
    """The course of a figure in a small picture; days without it leave a gap."""
    known = [value for value in values if value is not None]
    if len(known) < 2 or not any(known):
        return SafeString("")
    width, height, most = 160, 34, max(known)
    step = (width - 8) / max(1, len(values) - 1)
    lines: list[list[str]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            lines.append([])
        else:
            lines[-1].append(f"{4 + place * step:.1f},{height - 4 - (height - 8) * value / most:.1f}")
    drawn = format_html_join("", '<polyline class="ln" points="{}"/>', ((" ".join(line),) for line in lines if line))
    return format_html(
        '<svg class="chart spark" viewBox="0 0 {} {}" role="img" aria-label="{}"><line class="axis" x1="0" x2="{}"'
        ' y1="{}.5" y2="{}.5"/>{}</svg>',
        width,
        height,
        label,
        width,
        height - 4,
        height - 4,
        drawn,
    )


def percent(difference: int, of: int) -> str:
    """``difference`` as percent of ``of``, to one place; whole from ten percent on."""
    value = 100 * difference / of
    return _percent(value, 0 if value >= 10 else 1)


def points(hundredths: int) -> str:
    """A difference of two shares in percentage points."""
    return _("%(number)s points") % {"number": number_format(round(hundredths / 100, 1), 1)}


def _percent(value: float, places: int) -> str:
    """Rounded here: number_format alone cuts off."""
    return f"{number_format(round(value, places), places, force_grouping=True)}\u00a0%"
