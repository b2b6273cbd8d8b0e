"""Which wallet stands for a member, and which member stood behind a wallet."""

from collections.abc import Sequence
from datetime import datetime

from metya.wallets.models import Member, Wallet


def payout_wallets() -> dict[int, str]:
    """Member id → the address in force now: the payout wallet, else the first linked one."""
    linked = Wallet.objects.linked().order_by("-linked_at", "-pk").values_list("member_id", "address")
    found: dict[int, str] = dict(linked)
    chosen = Member.objects.filter(payout_wallet__unlinked_at=None, payout_wallet__isnull=False)
    found |= dict(chosen.values_list("pk", "payout_wallet__address"))
    return found


_FEW = 500


def owners(at: datetime, wallets: Sequence[str]) -> dict[str, int]:
    """Address → id of the member to whom it was linked at a moment, else of the last one before; one query."""
    rows = Wallet.objects.filter(linked_at__lte=at).order_by("linked_at", "pk")
    if len(wallets) <= _FEW:
        rows = rows.filter(address__in=wallets)
    last: dict[str, int] = {}
    then: dict[str, int] = {}
    for address, member, unlinked in rows.values_list("address", "member_id", "unlinked_at"):
        last[address] = member
        if unlinked is None or unlinked > at:
            then[address] = member
    return last | then
