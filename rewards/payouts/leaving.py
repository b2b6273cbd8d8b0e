"""Payouts in a member's download. Nothing of them is erased: amounts belong to wallets, and stay claimable by them."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from metya.members.parts import Row, Section
from metya.wallets.models import Member
from rewards.ledger.reads import balances_of
from rewards.payouts.models import Payout
from rewards.payouts.reads import wallets_of

CHUNK = 500
_BOOKS = "kept: the books, by number"
RULES = {
    "rewards.Payout.member": "kept: the books; what is owed stays with the wallet and can be claimed by it",
    "rewards.Batch.submitted_by": _BOOKS,
    "rewards.Batch.approved_by": _BOOKS,
    "rewards.Batch.rejected_by": _BOOKS,
    "rewards.Hold.placed_by": _BOOKS,
    "rewards.Hold.decided_by": _BOOKS,
    "rewards.Simulation.asked_by": _BOOKS,
    "rewards.Seed.member": "kept: from whom influence started in past epochs, which are computed again",
}


def sections(member: Member) -> list[Section]:
    return [
        Section("balances", _("What your wallets have earned"), lambda: _balances(member)),
        Section("payouts", _("Payouts"), lambda: _payouts(member)),
    ]


def _balances(member: Member) -> Iterator[Row]:
    """In grains, a thousand-millionth of a MET each."""
    for wallet in wallets_of(member):
        found = balances_of(wallet)
        yield {"wallet": wallet, "unit": "grains", "owed": found.owed, "held": found.held,
               "payable": found.payable, "claimed": found.claimed}  # fmt: skip


def _payouts(member: Member) -> Iterator[Row]:
    rows = Payout.objects.of(member).order_by("pk")
    names = ("epoch", "wallet", "earned", "amount", "owed", "state", "state_at")
    yield from rows.values(*names).iterator(chunk_size=CHUNK)


def erase(member: Member, most: int) -> int:
    """Nothing: the ledger is for ever."""
    return 0
