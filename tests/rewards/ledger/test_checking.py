"""The nightly check finds what was changed behind the ledger's back, tells, and repairs nothing."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from metya.ops import health
from metya.ops.models import AuditEvent
from rewards.ledger import checking, jobs, reads
from rewards.ledger.models import Account, LedgerCheck, Transfer
from tests.rewards.ledger.conftest import ANN

LIFT = {
    "sqlite": ("DROP TRIGGER rewards_transfer_no_update", "DROP TRIGGER rewards_transfer_no_delete"),
    "postgresql": (
        "SET CONSTRAINTS ALL IMMEDIATE",
        "ALTER TABLE rewards_transfer DISABLE TRIGGER rewards_transfer_forever",
    ),
}
TAMPERING = {
    "raised": "UPDATE rewards_transfer SET amount = amount + 1 WHERE key = 'ann:out'",
    "redirected": "UPDATE rewards_transfer SET target_id = (SELECT id FROM rewards_account WHERE kind = 'treasury') "
    "WHERE key = 'ann:out'",
    "deleted": "DELETE FROM rewards_transfer WHERE key = 'ann:out'",
    "forged": "INSERT INTO rewards_transfer (source_id, target_id, amount, key, at) "
    "SELECT source_id, target_id, 5, 'forged', at FROM rewards_transfer WHERE key = 'ann:out'",
}


def test_a_right_ledger_is_said_to_be_right(ann):
    out = StringIO()
    call_command("check_ledger", stdout=out)
    assert "3 balances are the sum of their 2 transfers" in out.getvalue()
    assert checking.health().state == "ok"
    assert not AuditEvent.objects.exists()


def test_a_changed_balance_is_told_and_not_repaired(ann, caplog):
    Account.objects.filter(kind="owed", wallet=ANN).update(balance=1_001)
    err = StringIO()
    with pytest.raises(CommandError) as failed:
        call_command("check_ledger", stderr=err)
    assert failed.value.returncode == 1
    assert err.getvalue().strip() == f"owed {ANN}: balance 1001, its transfers give 1000"
    assert reads.balances_of(ANN).owed == 1_001
    assert AuditEvent.objects.get(verb="ledger.differs").data["accounts"] == 1
    assert "its transfers give 1000" in caplog.text
    assert health.report(["ledger"])["ledger"].state == "down"

    Account.objects.filter(kind="owed", wallet=ANN).update(balance=1_000)
    jobs.check_ledger.call()
    assert health.report(["ledger"])["ledger"].state == "ok"
    assert LedgerCheck.objects.count() == 2


def test_an_account_without_transfers_is_compared_too(db):
    Account.objects.create(kind="owed", wallet=ANN, balance=5)
    assert [str(found) for found in checking.differences()] == [f"owed {ANN}: balance 5, its transfers give 0"]


def test_history_of_a_wallet(ann):
    page = reads.history([ANN])
    assert [(entry.source, entry.target, entry.amount) for entry in page.items] == [("pool", "owed", 1_000)]
    assert page.next is None


@pytest.mark.parametrize("deed", TAMPERING)
def test_whatever_somebody_with_the_database_does_to_a_transfer_is_found(ann, deed):
    Account.objects.create(kind="treasury")
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (*LIFT[connection.vendor], TAMPERING[deed]):
            cursor.execute(statement)
        assert len(checking.run()) == 2
        assert checking.health().state == "down"
        transaction.set_rollback(True)
    assert not checking.differences() and Transfer.objects.count() == 2
