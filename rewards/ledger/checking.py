"""Rebuilding every balance from the transfers, and what else must agree with them, and telling a person of any difference.
It never repairs."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from metya.ops import audit
from metya.ops.health import Part
from rewards.ledger.models import Account, LedgerCheck, Transfer

logger = logging.getLogger(__name__)
MOST_TOLD = 100
KEPT = timedelta(days=400)

# One statement, so that it sees one moment also while transfers are being made.
_DIFFERENCES = """
SELECT a.kind, a.wallet, a.balance, COALESCE(i.total, 0) - COALESCE(o.total, 0)
FROM {account} a
LEFT JOIN (SELECT target_id, SUM(amount) AS total FROM {transfer} GROUP BY target_id) i ON i.target_id = a.id
LEFT JOIN (SELECT source_id, SUM(amount) AS total FROM {transfer} GROUP BY source_id) o ON o.source_id = a.id
WHERE a.balance <> COALESCE(i.total, 0) - COALESCE(o.total, 0)
ORDER BY a.id
"""


@dataclass(frozen=True)
class Difference:
    """An account whose balance is not what its transfers add up to. Grains."""

    account: str
    balance: int
    rebuilt: int

    def __str__(self) -> str:
        return f"{self.account}: balance {self.balance}, its transfers give {self.rebuilt}"


# What other parts of the books know that their transfers must agree with.
Check = Callable[[], Iterable[str]]
_checks: list[Check] = []


def register(check: Check) -> None:
    """Ask ``check`` every night; what it answers are differences in words, and as grave as any."""
    if check not in _checks:
        _checks.append(check)


def differences() -> list[Difference]:
    """Every account whose balance is not the sum of its transfers."""
    quoted = connection.ops.quote_name
    sql = _DIFFERENCES.format(account=quoted(Account._meta.db_table), transfer=quoted(Transfer._meta.db_table))
    with connection.cursor() as cursor:
        cursor.execute(sql)
        rows = cursor.fetchall()
    return [Difference(f"{kind} {wallet}".strip(), balance, int(rebuilt)) for kind, wallet, balance, rebuilt in rows]


def run() -> list[str]:
    """Compares, keeps the outcome, and on any difference alerts: audit event, log, and /healthz says that it is down."""
    found = [str(difference) for difference in differences()]
    found += [said for check in _checks for said in check()]
    told = found[:MOST_TOLD]
    with transaction.atomic():
        check = LedgerCheck.objects.create(
            accounts=Account.objects.count(), transfers=Transfer.objects.count(), differences=told
        )
        if found:
            audit.record(None, "ledger.differs", check, accounts=len(found), differences=told[:10])
        LedgerCheck.objects.filter(at__lt=timezone.now() - KEPT).delete()
    if found:
        logger.critical("ledger: differences (%d): %s", len(found), "; ".join(told[:10]))
    return found


def health() -> Part:
    """The ledger's part of /healthz: down from a check that found a difference until one finds none."""
    last = LedgerCheck.objects.order_by("-pk").first()
    if last is None:
        return Part("ok", "not checked yet")
    return Part("down", "; ".join(last.differences[:3])) if last.differences else Part("ok")
