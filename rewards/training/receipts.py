"""The receipt of one member for one round: every comparison with its value, and why the amount is what it is."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from metya.wallets.models import Member
from metya.web.paging import Page, page_by_id
from rewards.training import reads, records, styled
from rewards.training.models import PayKind, TrainingPay
from social.comparisons.models import Example, Kind
from social.comparisons.reads import Shown, both_shown
from social.ranking.maths import payment
from social.training import storing
from social.training.models import ExampleValue, MemberValue, Round, RoundState

CHUNK = 500


@dataclass(frozen=True)
class Comparison:
    """One example and its value in pico-nats; the example and its posts are None where the member has deleted it."""

    row: int
    value: int
    example: Example | None
    winner: Shown | None
    loser: Shown | None


@dataclass(frozen=True)
class Sum:
    """Why this amount: two parts in grains that add up to it. Values in nano-nats; ``all_…`` None without the record."""

    equal: int
    by_value: int
    items: int
    all_items: int | None
    weighed: int | None
    all_weighed: int | None
    equal_pool: int
    value_pool: int
    capped: bool
    cap_percent: float


@dataclass(frozen=True)
class Receipt:
    """``carried`` (pico-nats, at most 0) came from earlier rounds; None where the record is lost."""

    round: Round
    value: MemberValue
    standing: reads.Standing
    carried: int | None
    counted: int | None
    sum: Sum
    page: Page[Comparison]
    comparisons: int
    kept_until: datetime | None

    @property
    def forgotten(self) -> bool:
        """The values of the single examples were kept for their time, and are gone."""
        return not self.comparisons and self.kept_until is not None and self.kept_until < timezone.now()


def receipt(member: Member, number: int, before: int | None = None) -> Receipt | None:
    """None where the member had no part in the round; eight queries at any length."""
    value = _value(member, number)
    if value is None:
        return None
    pay = TrainingPay.objects.of(member).of_kind(PayKind.EXAMPLES).filter(round=value.round_id).first()
    totals = records.totals_of(value.round)
    carried = totals.carried.get(value.number) if totals else None
    rows = ExampleValue.objects.of(member).filter(round=value.round_id)
    found = page_by_id(rows.select_related("example__winner__author", "example__loser__author"), before)
    return Receipt(
        round=value.round,
        value=value,
        standing=reads.standing(value, pay, member),
        carried=carried,
        counted=None if carried is None else value.phi + carried,
        sum=_sum(value, pay, totals, carried),
        page=Page(_comparisons(member, found.items), found.next),
        comparisons=rows.count(),
        kept_until=storing.kept_until(value.round),
    )


def _value(member: Member, number: int) -> MemberValue | None:
    rows = MemberValue.objects.of(member).filter(round__number=number, round__state=RoundState.DONE)
    return rows.select_related("round").first()


def _sum(value: MemberValue, pay: TrainingPay | None, totals: records.Totals | None, carried: int | None) -> Sum:
    pool, parts = value.round.pool, records.parts_of(value.round)
    by_value = pool * parts.value_bp // payment.BASIS_POINTS
    equal = pay.equal if pay else 0
    return Sum(
        equal=equal,
        by_value=value.grains - equal,
        items=min(value.items, parts.item_cap),
        all_items=totals.items if totals else None,
        weighed=None if carried is None else payment.weighed(value.phi + carried),
        all_weighed=totals.value if totals else None,
        equal_pool=pool - by_value,
        value_pool=by_value,
        capped=bool(pool) and value.grains >= pool * parts.member_cap_bp // payment.BASIS_POINTS,
        cap_percent=parts.cap_percent,
    )


def _comparisons(member: Member, rows: list[ExampleValue]) -> list[Comparison]:
    """One query: of the posts only what the member may see now."""
    shown = both_shown(member, [row.example for row in rows if row.example])
    return [
        Comparison(row.number, row.phi, row.example, *shown[row.example.pk])
        if row.example
        else Comparison(row.number, row.phi, None, None, None)
        for row in rows
    ]


# --- the download -------------------------------------------------------------------------------------------------

COLUMNS = ("example", "kind", "winner", "loser", "said_at", "value_pico_nats")


def rows(member: Member, number: int) -> Iterator[tuple[Any, ...]] | None:
    """Every comparison as COLUMNS, in the order of the record; None where the member had no part in the round.

    What the member said is theirs: the numbers of posts stand there also where these are gone.
    """
    if _value(member, number) is None:
        return None
    found = ExampleValue.objects.of(member).filter(round__number=number).select_related("example").order_by("number")
    return _piece_by_piece(found)


def _piece_by_piece(found: QuerySet[ExampleValue]) -> Iterator[tuple[Any, ...]]:
    """A query for each piece: what is sent over a while keeps no connection for itself."""
    last = -1
    while piece := list(found.filter(number__gt=last)[:CHUNK]):
        yield from map(_row, piece)
        last = piece[-1].number


def written(found: Iterator[tuple[Any, ...]]) -> Iterator[bytes]:
    """``rows`` as CSV under their names, some hundred lines at a time."""
    lines = chain([COLUMNS], found)
    while piece := list(islice(lines, CHUNK)):
        out = io.StringIO()
        csv.writer(out).writerows(piece)
        yield out.getvalue().encode()


def _row(one: ExampleValue) -> tuple[Any, ...]:
    said = one.example
    if said is None:
        return one.number, "", "", "", "", one.phi
    moment = said.created_at.isoformat(timespec="seconds")
    return one.number, Kind(said.kind).value, said.winner_id, said.loser_id, moment, one.phi


def plain(member: Member, number: int) -> dict[str, Any] | None:
    """The whole receipt, for a machine; of a member without examples in the round what stands of their styles."""
    found, lines, styles = receipt(member, number), rows(member, number), styled.receipt(member, number)
    told = {"styles": styled.plain(styles)} if styles else {}
    if found is None or lines is None:
        return {"round": number, "record_sha256": styles.round.record_sha256} | told if styles else None
    one, parts = found.round, found.sum
    return told | {
        "round": number,
        "finished_at": one.finished_at.isoformat(timespec="seconds") if one.finished_at else None,
        "record_sha256": one.record_sha256,
        "member": found.value.number,
        "gain_nats": {"mean": one.gain, "lower": one.gain_low, "upper": one.gain_high},
        "pool_grains": one.pool,
        "value_pico_nats": found.value.phi,
        "carried_pico_nats": found.carried,
        "balance_pico_nats": found.value.balance,
        "accepted_items": found.value.items,
        "grains": {"equal": parts.equal, "by_value": parts.by_value, "together": found.value.grains},
        "state": found.standing.code,
        "examples_kept_until": found.kept_until.isoformat(timespec="seconds") if found.kept_until else None,
        "examples": [dict(zip(COLUMNS, line, strict=True)) for line in lines],
    }
