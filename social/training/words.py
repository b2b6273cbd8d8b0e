"""What became of a round, why, and what changed between two versions, in plain words."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from social.ranking.maths.features import KEYS
from social.ranking.maths.weights import Weights
from social.ranking.words import name_of
from social.training.models import Round, RoundState

REASONS: dict[str, Any] = {
    "too-few-members": _l("too few members measured it"),
    "gain-unsure": _l("it is not surely better"),
    "group-worse": _l("it is worse for a group"),
    "replay-worse": _l("it would have shown less of what members chose where posts were drawn by chance"),
    "captured": _l("those who measure answered unlike everybody else, so people have to look first"),
    "pinned": _l("administrators keep the version in use"),
    "voted-down": _l("more members were against it than for it"),
    "too-few-votes": _l("too few members voted"),
    "another-in-use": _l("another version came into use during the vote"),
    "unreadable": _l("it can no longer be read, as after an update of the site"),
}
_ERRORS: dict[str, Any] = {
    "no-examples": _l("There are no examples yet that may be trained on."),
    "no-validation": _l("Nobody yet allows that their answers measure a model."),
    "silent": _l("It stopped without an end, as when the server was switched off. The next night begins anew."),
    "withdrawn": _l("Members kept taking their consent back while it was computed. The next night begins anew."),
    "champion-changed": _l("The version in use kept changing while it was computed."),
    "switched": _l("Training was switched while it was computed."),
    "champion-unreadable": _l("The version in use cannot be read. Administrators can bring an earlier one back."),
    "disk": _l("Its record could not be written to the disk."),
}
# What is less than this part of the larger weight is no change that anybody would notice, nor is what is less than LEAST.
_NOTICED = 0.05
LEAST = 0.05


def reason_of(code: str) -> str:
    """Why a challenger was refused."""
    return str(REASONS.get(code, code))


def error_of(error: str) -> str:
    """What went wrong, from the error of a round; of what has no words the site's log has the rest."""
    code = error.partition(":")[0]
    return str(_ERRORS.get(code, _("Something went wrong; the site's log says what.")))


@dataclass(frozen=True)
class Change:
    """How a factor's weight moved; ``group`` is blank for everybody's."""

    key: str
    name: str
    before: float
    after: float
    group: str = ""

    @property
    def size(self) -> float:
        return abs(self.after - self.before)

    @property
    def up(self) -> bool:
        return self.after > self.before

    @property
    def said(self) -> str:
        """Whether it counts more, less, not any more, or the other way."""
        if abs(self.before) < LEAST:
            return _("counts for a post now") if self.after > 0 else _("counts against a post now")
        if abs(self.after) < LEAST:
            return _("hardly counts any more")
        if (self.before > 0) != (self.after > 0):
            return _("counts for a post now, not against it") if self.up else _("counts against a post now, not for it")
        more = abs(self.after) > abs(self.before)
        if self.before < 0:
            return _("counts more against a post") if more else _("counts less against a post")
        return _("counts more") if more else _("counts less")


def changes(before: Weights, after: Weights) -> list[Change]:
    """What a reader could notice, the largest first; offsets of groups after everybody's."""
    found = between(before.theta, after.theta, "")
    for group, offset in after.offsets.items():
        known = before.offsets.get(group)
        found += between(before.theta + (0 if known is None else known), after.theta + offset, group)
    everybody = [one for one in found if not one.group]
    moved = {one.key: one for one in everybody}
    # Of a group only what moved for it alone.
    own = [
        one
        for one in found
        if one.group and (one.key not in moved or one.said != moved[one.key].said or one.size > 2 * moved[one.key].size)
    ]
    return everybody + own


def between(before: Any, after: Any, group: str) -> list[Change]:
    """How two rows of weights differ, as far as anybody would notice, the largest first; ``group`` is what they are of."""
    pairs = zip(KEYS, before.tolist(), after.tolist(), strict=True)
    found = [Change(key, name_of(key), one, other, group) for key, one, other in pairs]
    noticed = [one for one in found if one.size >= max(LEAST, _NOTICED * max(abs(one.before), abs(one.after)))]
    return sorted(noticed, key=lambda one: (-one.size, one.key))


def said_of(one: Round) -> str:
    """What became of a round that is over."""
    if one.state == RoundState.VOTING:
        until = date_format(timezone.localtime(one.votes_until), _("j M Y, H:i"))
        return _("Surely better. Members vote until %(until)s whether it is taken into use.") % {"until": until}
    return verdict_of(one.verdict) if one.state == RoundState.DONE else error_of(one.error)


def verdict_of(verdict: dict[str, Any]) -> str:
    """In one sentence."""
    if verdict.get("promote") and "votes" in verdict:
        return _("Taken into use: it is surely better, and members voted for it.")
    if verdict.get("promote"):
        return _("Taken into use: it is surely better.")
    why = "; ".join(reason_of(code) for code in verdict.get("reasons", []))
    return _("Not taken into use: %(why)s.") % {"why": why}
