"""What each of the two reviewers confirms to have looked at: recorded with the batch and in the audit trail."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rewards.payouts.errors import PointsOpen

# Codes never change: they stand in the audit trail.
POINTS = {
    "totals": gettext_lazy("The totals follow from the formula: pool, parts, amounts"),
    "change": gettext_lazy("What changed against the epoch before has a reason I understand"),
    "flagged": gettext_lazy("I looked at every check that is flagged, and at every ring"),
    "holds": gettext_lazy("Every hold has a reason that its member may read"),
    "files": gettext_lazy("All files are there, each with its hash"),
}


@dataclass(frozen=True)
class Point:
    """A line of the checklist, and whether it is confirmed."""

    code: str
    text: str
    ticked: bool


def points(ticked: Collection[str]) -> list[Point]:
    """The whole list with what is ticked."""
    return [Point(code, str(text), code in ticked) for code, text in POINTS.items()]


def known(raw: Collection[str]) -> list[str]:
    """Those of the codes that are on the list, in its order, each once."""
    return [code for code in POINTS if code in raw]


def require(raw: Collection[str]) -> list[str]:
    """All codes, in order. Raises PointsOpen when one of them is not confirmed."""
    found = known(raw)
    if missing := [str(text) for code, text in POINTS.items() if code not in found]:
        message = _("Still open on the checklist: %(points)s. Confirm each point when you have looked at it.")
        raise PointsOpen(message % {"points": "; ".join(missing)}, data={"field": "points"})
    return found
