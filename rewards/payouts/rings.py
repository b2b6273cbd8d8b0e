"""Rings in a batch: the evidence as it is kept with the batch's checks, and as a reviewer reads it."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from rewards import engine
from rewards.netchart import Link, Node, network
from rewards.payouts import policy
from rewards.payouts.models import Batch, Payout
from social.moderation.models import Report


class Booked(Protocol):
    """What is known of a wallet's payout row."""

    @property
    def member(self) -> int | None: ...

    @property
    def amount(self) -> int: ...


@dataclass(frozen=True)
class MemberView:
    """One member of a ring: figures in basis points, grains; ``reports`` are the open ones about them now."""

    wallet: str
    handle: str
    payout: Payout | None
    amount: int
    inside: int
    few: int
    supporters: int
    outside: int
    reports: int
    may_hold: bool


@dataclass(frozen=True)
class TieView:
    """What two of them gave each other, in points."""

    one: str
    other: str
    there: int
    back: int


@dataclass(frozen=True)
class RingView:
    """A ring with its evidence, ``number`` from 1; ``key`` names its wallets whatever the batch."""

    number: int
    key: str
    wallets: list[str]
    members: list[MemberView]
    ties: list[TieView]
    figures: dict[str, int]
    title: str
    picture: SafeString
    may_hold: int


def as_json(ring: engine.Ring, rows: Mapping[str, Booked]) -> dict[str, Any]:
    """A ring as it is kept with the checks of a batch."""
    members = []
    for one in ring.members:
        row = rows.get(one.wallet)
        members.append(
            {
                "wallet": one.wallet,
                "member": row.member if row else None,
                "amount": row.amount if row else 0,
                "inside": one.inside,
                "few": one.few,
                "supporters": one.supporters,
                "outside": one.outside,
            }
        )
    names = ("partners", "pairs", "inside", "given", "influence_inside", "outside", "allocated")
    figures = {name: getattr(ring, name) for name in names}
    ties = [[tie.one, tie.other, tie.there, tie.back] for tie in ring.ties]
    return {"members": members, "ties": ties, "figures": figures}


def kept(batch: Batch) -> list[dict[str, Any]]:
    """The rings that were found when the batch was prepared; none in batches from before they were looked for."""
    return [group for check in batch.checks for group in check.get("groups", [])]


def wallets_of(group: dict[str, Any]) -> list[str]:
    """The wallets of a kept ring, sorted."""
    return sorted(one["wallet"] for one in group["members"])


def key_of(wallets: list[str]) -> str:
    """The name of a group of wallets: SHA-256 in hex."""
    return hashlib.sha256(" ".join(sorted(wallets)).encode()).hexdigest()


def views(batch: Batch, viewer: Member) -> list[RingView]:
    """Every ring of a batch; three queries however many there are."""
    groups = kept(batch)
    wallets = [one["wallet"] for group in groups for one in group["members"]]
    rows = Payout.objects.filter(epoch=batch.epoch_id, wallet__in=wallets).select_related("member") if wallets else []
    payouts = {row.wallet: row for row in rows}
    about = [row.member_id for row in payouts.values() if row.member_id]
    open_reports = Report.objects.open().filter(member__in=about).values_list("member_id", flat=True) if about else []
    reports = Counter(open_reports)
    return [_view(number, group, payouts, reports, batch, viewer) for number, group in enumerate(groups, start=1)]


def _view(
    number: int,
    group: dict[str, Any],
    payouts: dict[str, Payout],
    reports: "Counter[int]",
    batch: Batch,
    viewer: Member,
) -> RingView:
    members = []
    for one in group["members"]:
        payout = payouts.get(one["wallet"])
        handle = payout.member.handle if payout and payout.member else ""
        members.append(
            MemberView(
                wallet=one["wallet"],
                handle=handle,
                payout=payout,
                amount=payout.amount if payout else one["amount"],
                inside=one["inside"],
                few=one["few"],
                supporters=one["supporters"],
                outside=one["outside"],
                reports=reports[payout.member_id] if payout and payout.member_id else 0,
                may_hold=payout is not None and policy.may_hold(viewer, payout, batch),
            )
        )
    wallets, figures = wallets_of(group), group["figures"]
    names = [f"@{one.handle}" if one.handle else f"{one.wallet[:6]}…{one.wallet[-4:]}" for one in members]
    title = _(
        "%(members)d members give each other %(inside)d %% of their support, in %(partners)d of %(pairs)d pairs"
    ) % {
        "members": len(members),
        "inside": (figures["inside"] + 50) // 100,
        "partners": figures["partners"],
        "pairs": figures["pairs"],
    }
    return RingView(
        number=number,
        key=key_of(wallets),
        wallets=wallets,
        members=members,
        ties=[TieView(names[one], names[other], there, back) for one, other, there, back in group["ties"]],
        figures=figures | {"amount": sum(one.amount for one in members)},
        title=title,
        picture=network(
            [Node(name, one.outside) for name, one in zip(names, members, strict=True)],
            [Link(one, other, there + back) for one, other, there, back in group["ties"]],
            title,
        ),
        may_hold=sum(1 for one in members if one.may_hold),
    )
