"""Balances and history of wallets, in grains."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, Sum

from metya.web.paging import Page, page_by_id
from rewards.ledger.accounts import Ref
from rewards.ledger.models import WALLET_KINDS, Account, Transfer


@dataclass(frozen=True)
class Balances:
    """What a wallet, or several together, have in each state. Grains."""

    owed: int = 0
    held: int = 0
    payable: int = 0
    claimed: int = 0

    @property
    def total(self) -> int:
        return self.owed + self.held + self.payable + self.claimed


@dataclass(frozen=True)
class Entry:
    """One transfer as seen by a wallet. Grains; kinds of accounts."""

    id: int
    source: str
    target: str
    amount: int
    key: str
    at: datetime


def balances_of(*wallets: str) -> Balances:
    """The balances of the wallets together; zeros when they have no accounts. One query."""
    totals = dict.fromkeys(WALLET_KINDS, 0)
    rows = Account.objects.filter(wallet__in=wallets, kind__in=WALLET_KINDS)
    for kind, balance in rows.values_list("kind", "balance"):
        totals[kind] += balance
    return Balances(**totals)


def balance(place: Ref) -> int:
    """One account's balance; 0 when it does not exist."""
    found = Account.objects.filter(kind=place.kind, wallet=place.wallet).values_list("balance", flat=True).first()
    return found or 0


def balances_by_kind() -> dict[str, int]:
    """Sums of all accounts per kind; emission is negative by what was issued, so that all add up to 0."""
    rows = Account.objects.values("kind").annotate(total=Sum("balance")).values_list("kind", "total")
    return {kind: int(total) for kind, total in rows}


def history(wallets: Iterable[str], before: int | None = None) -> Page[Entry]:
    """Every transfer that touched the wallets, newest first."""
    pks = list(Account.objects.filter(wallet__in=list(wallets), kind__in=WALLET_KINDS).values_list("pk", flat=True))
    rows = Transfer.objects.filter(Q(source__in=pks) | Q(target__in=pks)).select_related("source", "target")
    page = page_by_id(rows, before)
    entries = [Entry(row.pk, row.source.kind, row.target.kind, row.amount, row.key, row.at) for row in page.items]
    return Page(entries, page.next)
