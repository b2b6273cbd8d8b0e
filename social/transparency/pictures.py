"""The pictures of the transparency page; each stands beside its table."""

from collections import Counter
from datetime import date

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metya.web.charts import Bar, columns, rows
from metya.web.numbers import grouped
from social.transparency.reads import Figures

LABELS, MOST = 6, 53
HOUR = 60
# Up to so many minutes; the promises of the queues are among them.
STEPS = (15, HOUR, 4 * HOUR, 24 * HOUR, 72 * HOUR)


def duration(minutes: int | None) -> str:
    """A time as people read it; a dash for none."""
    if minutes is None:
        return "–"
    if minutes < HOUR:
        return _("%(n)d min") % {"n": minutes}
    if minutes < 48 * HOUR:
        return _("%(hours)d h %(minutes)02d min") % {"hours": minutes // HOUR, "minutes": minutes % HOUR}
    return ngettext("%(n)d day", "%(n)d days", minutes // 1440) % {"n": minutes // 1440}


def by_time(found: Figures) -> list[tuple[date, int]]:
    """By week, or by month where that would be too many."""
    if len(found.weeks) <= MOST:
        return found.weeks
    months: Counter[date] = Counter()
    for week, times in found.weeks:
        months[week.replace(day=1)] += times
    return sorted(months.items())


def named(found: Figures) -> list[tuple[str, int]]:
    """The same with the names of the weeks or months, for the table."""
    wording = _("j M Y") if len(found.weeks) <= MOST else "F Y"
    return [(date_format(day, wording), times) for day, times in by_time(found)]


def course(found: Figures) -> SafeString:
    """Decisions over time."""
    points = by_time(found)
    every, wording = max(1, -(-len(points) // LABELS)), _("j M") if len(found.weeks) <= MOST else _("M Y")
    bars = [
        Bar(times, date_format(day, wording) if place % every == 0 else "", marked=place == len(points) - 1)
        for place, (day, times) in enumerate(points)
    ]
    most = max(points, key=lambda one: one[1])
    words = _("Decisions from %(first)s to %(last)s: %(total)s in all, most of them, %(most)s, from %(day)s on.")
    label = words % {
        "first": date_format(found.span.first, _("j M Y")),
        "last": date_format(found.span.end, _("j M Y")),
        "total": grouped(found.decisions),
        "most": grouped(most[1]),
        "day": date_format(most[0], _("j M Y")),
    }
    return columns(bars, label, note=grouped(points[-1][1]), height=148)


def by_rule(found: Figures) -> SafeString:
    """Decisions by rule, most first."""
    named = [(row.title or _("no rule named"), row.total) for row in found.rules]
    bars = [Bar(total, title, marked=place == 0) for place, (title, total) in enumerate(named)]
    label = _("Decisions by rule: %(list)s.") % {"list": ", ".join(f"{title} {grouped(n)}" for title, n in named)}
    return rows(bars, label, notes=[grouped(total) for _title, total in named])


def steps(found: Figures) -> list[tuple[str, int]]:
    """How many were decided within which time."""
    counts = [0] * (len(STEPS) + 1)
    for minutes, times in found.waits:
        counts[next((place for place, most in enumerate(STEPS) if minutes <= most), len(STEPS))] += times
    names = [_("15 min"), _("1 h"), _("4 h"), _("24 h"), _("3 days"), _("longer")]
    return list(zip(names, counts, strict=True))


def waits(found: Figures) -> SafeString:
    """The same as columns."""
    told = steps(found)
    most = max(times for _name, times in told)
    bars = [Bar(times, name, marked=times == most and bool(times)) for name, times in told]
    label = _("Decided within: %(list)s.") % {"list": ", ".join(f"{name} {grouped(times)}" for name, times in told)}
    return columns(bars, label, note=grouped(most), height=148)
