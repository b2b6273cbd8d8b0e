"""What is looked at before people look: invariants of a batch, and what changed against the one before.

Each check is a figure and a flag. A flag that is not ok does not stop anything; it says where two people should look.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.models import Sum

from metya.wallets.models import Member, Wallet
from rewards import engine
from rewards.engine.params import read_params
from rewards.epochs import files
from rewards.epochs.models import Epoch
from rewards.ledger.models import Transfer
from rewards.payouts import content, rings
from rewards.payouts.models import Payout
from social.moderation.models import Report

SHOWN = 50
# Below this many payouts shares and jumps say little.
FEW = 20
# A batch in which more than this part is new, or raised fivefold, is not an ordinary day. Basis points.
MANY_NEW_BP = 3_000
MANY_RAISED_BP = 2_000
RAISED_TIMES = 5
# Shares above these were not seen on the real trust graphs that the engine was tried on. Basis points.
TOP_SHARE_BP = 2_500
GINI_BP = 9_300
GINI_JUMP_BP = 500
LARGE_TIMES = 20


@dataclass(frozen=True)
class Check:
    """``code`` names it; ``figures`` are what it found; ``items`` are the payouts to look at, the largest
    first; ``groups`` are rings with their evidence."""

    code: str
    ok: bool
    figures: dict[str, int]
    items: list[dict[str, Any]] = field(default_factory=list)
    groups: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Row:
    """What checks need of a payout. Grains."""

    wallet: str
    member: int | None
    amount: int
    earned: int


def run(epoch: Epoch) -> list[Check]:
    """All checks of an epoch's payouts; a dozen queries, whatever the size. Raises FilesDamaged."""
    columns = ("wallet", "member_id", "amount", "earned")
    rows = [Row(*values) for values in Payout.objects.filter(epoch=epoch).values_list(*columns)]
    paid = sorted((row for row in rows if row.amount), key=lambda row: (-row.amount, row.wallet))
    before = dict(Payout.objects.filter(epoch=epoch.number - 1, amount__gt=0).values_list("wallet", "amount"))
    booked = _booked(epoch)
    return [
        _sum(epoch, rows, sum(booked.values())),
        _cap(epoch, rows, booked),
        _change(paid, before),
        _concentration(epoch),
        _members(paid),
        _wallets(paid),
        _large(epoch, paid, before),
        _rings(epoch, rows),
    ]


def _booked(epoch: Epoch) -> dict[str, int]:
    """What the ledger moved from the pool to each wallet for its influence: evidence of its own beside rows and files."""
    moved = Transfer.objects.filter(key__startswith=f"epoch:{epoch.number}:influence:")
    totals = moved.values("target__wallet").annotate(total=Sum("amount")).values_list("target__wallet", "total")
    return {wallet: int(total) for wallet, total in totals}


def _sum(epoch: Epoch, rows: list[Row], booked: int) -> Check:
    """Pool = release + carry = its parts; the influence part = booked + carried on; earned = booked + other earnings;
    and the file's amounts = owed before + earned − owed after."""
    payouts = content.payouts_of(epoch)
    parts, earned = sum(epoch.splits.values()), sum(row.earned for row in rows)
    due = booked + int(epoch.figures.get("earnings", 0))
    owed_before, owed_after = int(epoch.figures.get("owed_before", 0)), int(payouts.owed.sum())
    amount = int(payouts.amount.sum())
    figures = {
        "pool": epoch.pool,
        "parts": parts,
        "booked": booked,
        "earned": earned,
        "due": due,
        "amount": amount,
        "owed_before": owed_before,
        "owed_after": owed_after,
        "carry": epoch.carry_out,
    }
    right = (
        epoch.pool == epoch.release + epoch.carry_in == parts
        and int(epoch.splits["influence"]) == booked + epoch.carry_out
        and earned == due
        and amount + owed_after == owed_before + earned
    )
    return Check("sum", right, figures)


def _cap(epoch: Epoch, rows: list[Row], booked: dict[str, int]) -> Check:
    """Nobody was booked more than the cap for influence, over all wallets that a member has."""
    params = read_params(files.directory(epoch.number) / "params.json")
    cap = int(epoch.splits["influence"]) * params.member_cap_bp // 10_000
    members = {row.wallet: row.member for row in rows if row.member is not None}
    together: dict[int | str, int] = defaultdict(int)
    for wallet, amount in booked.items():
        together[members.get(wallet, wallet)] += amount
    at_cap = [row for row in rows if cap and together[members.get(row.wallet, row.wallet)] >= cap]
    figures = {"cap": cap, "largest": max(together.values(), default=0), "at_cap": len(at_cap)}
    return Check("cap", figures["largest"] <= cap, figures, _items(sorted(at_cap, key=lambda row: -row.earned)))


def _change(paid: list[Row], before: dict[str, int]) -> Check:
    now = {row.wallet for row in paid}
    new = [row for row in paid if row.wallet not in before]
    raised = [row for row in paid if row.amount > before.get(row.wallet, row.amount)]
    jumped = [row for row in raised if row.amount > RAISED_TIMES * before[row.wallet]]
    lowered = sum(1 for row in paid if row.amount < before.get(row.wallet, 0))
    figures = {
        "count": len(paid),
        "count_before": len(before),
        "total": sum(row.amount for row in paid),
        "total_before": sum(before.values()),
        "new": len(new),
        "raised": len(raised),
        "jumped": len(jumped),
        "lowered": lowered,
        "gone": len(before.keys() - now),
    }
    unusual = len(before) >= FEW and (
        len(new) * 10_000 > MANY_NEW_BP * len(paid) or len(jumped) * 10_000 > MANY_RAISED_BP * len(paid)
    )
    return Check("change", not unusual, figures, _items(jumped, before))


def _concentration(epoch: Epoch) -> Check:
    now = epoch.figures
    last = Epoch.objects.filter(pk=epoch.number - 1).values_list("figures", flat=True).first() or {}
    figures = {name: int(now.get(name, 0)) for name in ("top20_bp", "top1_bp", "gini_bp")}
    figures |= {f"{name}_before": int(last.get(name, 0)) for name in ("top20_bp", "top1_bp", "gini_bp")}
    enough = int(now.get("count", 0)) >= 100
    jumped = int(last.get("count", 0)) >= 100 and figures["gini_bp"] - figures["gini_bp_before"] > GINI_JUMP_BP
    unusual = enough and (figures["top1_bp"] > TOP_SHARE_BP or figures["gini_bp"] > GINI_BP or jumped)
    return Check("concentration", not unusual, figures)


def _members(paid: list[Row]) -> Check:
    """Payouts to members who are suspended, have left or opted out, or whom an open or upheld report is about."""
    ids = {row.member for row in paid}
    flagged: dict[int, list[str]] = defaultdict(list)
    for member in Member.objects.exclude(is_active=True, suspended_until=None, opted_out=False):
        if member.suspended:
            flagged[member.pk].append("suspended")
        if not member.is_active:
            flagged[member.pk].append("ended")
        if member.opted_out:
            flagged[member.pk].append("opted out")
    reports = Report.objects.exclude(state=Report.State.DISMISSED).values_list("member_id", "state").distinct()
    for reported, state in reports:
        flagged[reported].append("reported" if state == Report.State.OPEN else "report upheld")
    found = [row for row in paid if row.member in flagged]
    figures = {
        "flagged": len(found),
        "amount": sum(row.amount for row in found),
        "no_member": sum(1 for row in paid if row.member is None),
        "members": len(ids - {None}),
    }
    notes = {row.wallet: ", ".join(flagged[row.member]) for row in found if row.member is not None}
    return Check("members", not found, figures, _items(found, notes=notes))


def _wallets(paid: list[Row]) -> Check:
    """Members of whom one used a wallet that another uses or used, when more than one of them is paid."""
    users: dict[str, set[int]] = defaultdict(set)
    history = Wallet.objects.values_list("address", "member_id")
    reused = _repeated(address for address, _ in history.iterator(chunk_size=10_000))
    for address, member in history.filter(address__in=reused[:10_000]):
        users[address].add(member)
    paid_members = {row.member for row in paid}
    together: dict[int, str] = {}
    for address, members in users.items():
        if len(members) > 1:
            together |= dict.fromkeys(members & paid_members, address)
    found = [row for row in paid if row.member in together]
    notes = {row.wallet: together[row.member] for row in found if row.member is not None}
    figures = {"payouts": len(found), "wallets": sum(1 for members in users.values() if len(members) > 1)}
    return Check("wallets", len(found) < 2, figures, _items(found, notes=notes))


def _large(epoch: Epoch, paid: list[Row], before: dict[str, int]) -> Check:
    """Amounts above twenty times the middle one."""
    limit = LARGE_TIMES * int(epoch.figures.get("median", 0))
    found = [row for row in paid if row.amount > limit]
    share = sum(row.amount for row in found) * 10_000 // max(1, sum(row.amount for row in paid))
    figures = {"limit": limit, "count": len(found), "share_bp": share}
    return Check("large", len(paid) < FEW or not found, figures, _items(found, before))


def _rings(epoch: Epoch, rows: list[Row]) -> Check:
    """Small groups who support each other strongly and are supported by few others, computed from the frozen files."""
    found = engine.find_rings(engine.score(engine.read_inputs(files.settle(epoch))))
    by_wallet = {row.wallet: row for row in rows}
    groups = [rings.as_json(ring, by_wallet) for ring in found]
    members = [by_wallet[one.wallet] for ring in found for one in ring.members if one.wallet in by_wallet]
    figures = {
        "rings": len(found),
        "members": sum(len(ring.members) for ring in found),
        "amount": sum(row.amount for row in members),
    }
    return Check("rings", not found, figures, groups=groups)


def _repeated(values: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    again: set[str] = set()
    for value in values:
        (again if value in seen else seen).add(value)
    return sorted(again)


def _items(
    rows: list[Row], before: dict[str, int] | None = None, notes: dict[str, str] | None = None
) -> list[dict[str, Any]]:
    return [
        {
            "wallet": row.wallet,
            "member": row.member,
            "amount": row.amount,
            "before": before.get(row.wallet, 0) if before is not None else None,
            "note": (notes or {}).get(row.wallet, ""),
        }
        for row in rows[:SHOWN]
    ]
