"""The public page of a round: what was learned, what it paid, and the files from which anybody computes it again."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from rewards.training import records
from social.training.models import MemberValue, Round


@dataclass(frozen=True)
class Page:
    """``paid`` members share ``given`` grains of the pool. ``mine`` is what the viewer was allotted, None without a part."""

    round: Round
    promoted: bool
    reasons: list[str]
    files: list[records.File]
    rules: dict[str, Any]
    given: int
    left: int
    paid: int
    validators: int
    mine: int | None
    before: int | None
    after: int | None


def finished(number: int) -> Round | None:
    """A round that came to its end."""
    return Round.objects.finished().filter(number=number).first()


def page(number: int, viewer: Member | None) -> Page | None:
    """Of a finished round, or None; four queries."""
    one = finished(number)
    if one is None:
        return None
    values = MemberValue.objects.filter(round=one)
    sums = values.filter(grains__gt=0).aggregate(grains=Sum("grains"), count=Count("pk"))
    given = int(sums["grains"] or 0)
    around = set(Round.objects.finished().filter(number__in=[number - 1, number + 1]).values_list("number", flat=True))
    return Page(
        round=one,
        promoted=bool(one.verdict.get("promote")),
        reasons=[_reason(code) for code in one.verdict.get("reasons", [])],
        files=records.files_of(one),
        rules=records.rules_of(one),
        given=given,
        left=one.pool - given,
        paid=sums["count"],
        validators=int(one.verdict.get("validators", 0)),
        mine=values.of(viewer).values_list("grains", flat=True).first() if viewer else None,
        before=number - 1 if number - 1 in around else None,
        after=number + 1 if number + 1 in around else None,
    )


def _reason(code: str) -> str:
    """Why a challenger was not taken into use."""
    words = {
        "too-few-members": _("Too few members measured it."),
        "gain-unsure": _("It is not sure that it is better."),
        "group-worse": _("It serves a group worse."),
        "replay-worse": _("Played again on explored posts, it does worse."),
        "captured": _("Those who measure answered unlike everybody else; people look into it first."),
        "pinned": _("An administrator keeps the version in use for now."),
    }
    return words.get(code, code)
