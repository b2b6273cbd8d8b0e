"""The pictures of the model's page; each stands beside its table."""

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from metya.web.charts import Bar, Point, line, rows
from metya.web.numbers import decimals, grouped
from social.training.reads import Told


def percent(share: float) -> str:
    """With one decimal, as the language writes it."""
    return f"{decimals(share)} %"


def curve(found: Told | None) -> SafeString:
    """Of how many members' examples the model orders how many comparisons rightly."""
    if found is None or len(found.round.curve) < 2:
        return SafeString("")
    points = [(int(each["members"]), 100 * float(each["accuracy"])) for each in found.round.curve]
    ends = (0, len(points) - 1)
    # Evenly apart: the first members teach most, and stand close together on a true scale.
    drawn = [
        Point(place, share, percent(share) if place in ends else "", grouped(members))
        for place, (members, share) in enumerate(points)
    ]
    label = _("Comparisons that the model orders rightly, by members trained on: %(list)s.") % {
        "list": ", ".join(f"{grouped(members)}: {percent(share)}" for members, share in points)
    }
    return line(drawn, label, axis=_("members whose examples it learned from"))


def groups(found: Told | None) -> SafeString:
    """How often the model is right for each group of fifty; nothing where there is but one."""
    if found is None or len(found.served) < 2:
        return SafeString("")
    named = [(row.name or _("everybody else"), row) for row in found.served]
    bars = [Bar(round(row.after), name, marked=bool(row.name)) for name, row in named]
    notes = [percent(row.after) for _name, row in named]
    label = _("How often it is right by group: %(list)s.") % {
        "list": ", ".join(f"{name} {percent(row.after)}" for name, row in named)
    }
    return rows(bars, label, notes=notes)
