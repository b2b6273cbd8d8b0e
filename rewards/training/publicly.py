"""The public page of a round: what was learned, what it paid, and the files from which anybody computes it again."""

import math
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum

from metya.wallets.models import Member
from rewards.training import records, styled
from social.training import folders, words
from social.training.models import MemberValue, Round, StyleShare


@dataclass(frozen=True)
class Page:
    """``paid`` members share ``given`` grains of the pool. ``mine`` is what the viewer was allotted, None without a part.
    ``sure``: the gain that pay follows from, in nano-nats; nothing of what was not taken into use."""

    round: Round
    promoted: bool
    verdict: str
    files: list[folders.File]
    rules: dict[str, Any]
    sure: int
    given: int
    left: int
    paid: int
    validators: int
    mine: int | None
    parts: records.Parts
    styles: styled.Rules
    styles_left: int
    my_styles: int
    before: int | None
    after: int | None


def _styles(one: Round, viewer: Member | None) -> int:
    """What the viewer was allotted for styles."""
    if viewer is None or not one.styles_pool:
        return 0
    found = StyleShare.objects.of(viewer).filter(round=one).aggregate(sum=Sum("grains"))["sum"]
    return int(found or 0)


def page(number: int, viewer: Member | None) -> Page | None:
    """Of a finished round, or None; five queries."""
    one = Round.objects.finished().filter(number=number).first()
    if one is None:
        return None
    values = MemberValue.objects.filter(round=one)
    sums = values.filter(grains__gt=0).aggregate(grains=Sum("grains"), count=Count("pk"))
    given = int(sums["grains"] or 0)
    around = set(Round.objects.finished().filter(number__in=[number - 1, number + 1]).values_list("number", flat=True))
    return Page(
        round=one,
        promoted=bool(one.verdict.get("promote")),
        verdict=words.verdict_of(one.verdict),
        files=records.files_of(one),
        rules=records.rules_of(one),
        sure=_sure(one) if one.verdict.get("promote") else 0,
        given=given,
        left=one.pool - given,
        paid=sums["count"],
        validators=int(one.verdict.get("validators", 0)),
        mine=values.of(viewer).values_list("grains", flat=True).first() if viewer else None,
        parts=records.parts_of(one),
        styles=styled.rules_of(one),
        styles_left=one.styles_pool - int(one.styles.get("given", 0)),
        my_styles=_styles(one, viewer),
        before=number - 1 if number - 1 in around else None,
        after=number + 1 if number + 1 in around else None,
    )


def _sure(one: Round) -> int:
    return max(0, math.floor((one.gain_low or 0.0) * 10**9))
