"""A power cut before each single statement of each deed with money: what was begun is undone, and again makes it whole."""

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from rewards import engine
from rewards.epochs import files
from rewards.epochs.models import Epoch
from rewards.ledger import checking, reads
from rewards.ledger.models import Transfer
from rewards.payouts import actions, holding, publishing
from rewards.payouts.errors import WrongState
from rewards.payouts.models import Batch, Hold, Payout
from tests.rewards import village
from tests.rewards.payouts.conftest import Office


class PowerCut(BaseException):
    """Nothing catches it, as nothing catches a power cut."""


def outcome() -> dict[str, object]:
    """Everything that may not depend on how often something died."""
    return {
        "epochs": list(Epoch.objects.order_by("number").values_list("number", "state", "inputs_root", "result_root")),
        "transfers": sorted(Transfer.objects.values_list("source__kind", "target__kind", "amount")),
        "payouts": sorted(Payout.objects.values_list("epoch", "wallet", "amount", "state")),
        "holds": sorted(Hold.objects.values_list("payout__wallet", "amount", "state")),
        "batches": sorted(Batch.objects.values_list("epoch", "version", "state", "tree_root", "content_hash")),
        "balances": reads.balances_by_kind(),
    }


def run(deed: Callable[[], object], at: int) -> tuple[dict[str, object], bool]:
    """The outcome of ``deed`` when it dies before its statement number ``at`` and is done again; whether it died.

    Rows and files are then as they were before.
    """
    left = [at]

    def cut(execute, sql, params, many, context):
        # Nothing is done between these and the statement before them.
        if sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            return execute(sql, params, many, context)
        left[0] -= 1
        if left[0] == -1:
            raise PowerCut
        return execute(sql, params, many, context)

    kept = f"{settings.EPOCHS_DIR}-kept"
    shutil.copytree(settings.EPOCHS_DIR, kept)
    with transaction.atomic():
        died = False
        try:
            with connection.execute_wrapper(cut):
                deed()
        except PowerCut:
            died = True
            # What it left unfinished was undone; in real life there is no transaction around it.
            transaction.set_rollback(False)
            with contextlib.suppress(WrongState):
                deed()
            publishing.finish_interrupted()
        assert not checking.differences()
        for epoch in Epoch.objects.closed():
            assert engine.verify(files.directory(epoch.number)).ok
        found = outcome()
        transaction.set_rollback(True)
    shutil.rmtree(settings.EPOCHS_DIR)
    shutil.move(kept, settings.EPOCHS_DIR)
    return found, died


@pytest.fixture
def office(fay, finn) -> Office:
    return Office(fay, finn)


@pytest.fixture
def people(db):
    people = village.people(4)
    village.lively_day(people, 0)
    return people


def _hold(office, people):
    return holding.place(actor=office.first, payout=village.payout(0, people[1]), reason="Under investigation")


DEEDS = {
    "close": (lambda o, p: None, lambda o, p: village.close(0)),
    "next": (lambda o, p: (village.close(0), _hold(o, p)), lambda o, p: village.close(1)),
    "submit": (lambda o, p: village.close(0), lambda o, p: o.submit(0)),
    "approve": (lambda o, p: (village.close(0), o.submit(0)), lambda o, p: o.approve(0)),
    "reject": (
        lambda o, p: (village.close(0), o.submit(0)),
        lambda o, p: actions.reject(actor=o.second, batch=village.batch(0), reason="Look at it again"),
    ),
    "hold": (lambda o, p: (village.close(0), o.submit(0)), _hold),
    "cancel": (
        lambda o, p: (village.close(0), _hold(o, p)),
        lambda o, p: holding.release(actor=o.second, hold=Hold.objects.get(), note="Nothing was found"),
    ),
    "release": (
        lambda o, p: (village.close(0), _hold(o, p), o.review(0)),
        lambda o, p: holding.release(actor=o.second, hold=Hold.objects.get(), note="Nothing was found"),
    ),
    "forfeit": (
        lambda o, p: (village.close(0), _hold(o, p)),
        lambda o, p: holding.forfeit(actor=o.second, hold=Hold.objects.get(), note="Two accounts of one person"),
    ),
    "accept": (lambda o, p: (village.close(0), o.review(0)), lambda o, p: o.accept(0)),
    "revoke": (
        lambda o, p: (village.close(0), o.review(0)),
        lambda o, p: publishing.root_revoked(0, village.batch(0).tree_root),
    ),
}


@pytest.mark.parametrize("name", DEEDS)
def test_before_each_statement(name, people, office):
    before, deed = DEEDS[name]
    Path(settings.EPOCHS_DIR).mkdir(parents=True, exist_ok=True)
    before(office, people)
    found: list[dict[str, object]] = []
    died = True
    while died:
        one, died = run(lambda: deed(office, people), len(found))
        found.append(one)
    assert len(found) > 5
    assert all(one == found[-1] for one in found)
