"""What the correction of a group changes against everybody's weights, in plain words."""

from typing import Any

from django.utils.translation import gettext as _

from social.ranking.maths.weights import Weights
from social.training.words import LEAST, Change, between

# So many of the strongest are told.
MOST = 5


def leanings(weights: Weights, key: str, most: int = MOST) -> list[tuple[str, str]]:
    """(factor, what it does here) of the factors that the group's members would notice, the strongest first; [] without a
    correction."""
    offset: Any = weights.offsets.get(key)
    if offset is None:
        return []
    return [(one.name, _said(one)) for one in between(weights.theta, weights.theta + offset, key)[:most]]


def _said(one: Change) -> str:
    """``before`` is everybody's weight, ``after`` the group's."""
    if abs(one.before) < LEAST:
        return _("counts for a post") if one.after > 0 else _("counts against a post")
    if abs(one.after) < LEAST:
        return _("hardly counts")
    if (one.before > 0) != (one.after > 0):
        return _("counts for a post, not against it") if one.up else _("counts against a post, not for it")
    # Compared with everybody, these are the same words as between two versions.
    return one.said
