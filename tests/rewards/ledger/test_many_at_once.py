"""Threads on one ledger: the same key, the same balance, opposite directions. On SQLite and on PostgreSQL."""

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import close_old_connections, connection

from metya.web.errors import ActionError
from rewards.ledger import checking, reads
from rewards.ledger.accounts import held, owed, payable
from rewards.ledger.actions import Movement, transfer, transfer_many
from rewards.ledger.models import Transfer
from tests.rewards.ledger.conftest import ANN, BEN, issue

pytestmark = pytest.mark.django_db(transaction=True)
# A PostgreSQL as it comes lets a hundred in, and other tests run beside these: the rest waits, as at the site's pool.
CONNECTIONS = 40


@pytest.fixture(autouse=True)
def _patience():
    """A hundred threads on two cores may wait longer for SQLite's one writer than a page would."""
    options = connection.settings_dict["OPTIONS"]
    before = options.get("timeout")
    if connection.vendor == "sqlite":
        options["timeout"] = 120
    yield
    if before is not None:
        options["timeout"] = before


def at_once(count: int, deed: Callable[[int], object]) -> list[object]:
    """Runs `deed(0…count-1)` in as many threads that start together; answers or refusals, in any order."""
    gate, pool = threading.Barrier(count), threading.BoundedSemaphore(CONNECTIONS)
    answers: list[object] = []

    def run(number: int) -> None:
        gate.wait(60)
        with pool:
            try:
                answers.append(deed(number))
            except Exception as refusal:
                answers.append(refusal)
            finally:
                close_old_connections()
                connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(180)
    return answers


def kinds(answers: list[object]) -> Counter[str]:
    return Counter(answer.code if isinstance(answer, ActionError) else type(answer).__name__ for answer in answers)


def test_a_hundred_with_one_key_are_one_transfer():
    source = issue(ANN, 1_000, "ann")
    answers = at_once(100, lambda _: transfer(source=source, target=held(ANN), amount=7, key="once").pk)
    assert kinds(answers) == {"int": 100}
    assert set(answers) == {Transfer.objects.get(key="once").pk}
    assert reads.balances_of(ANN) == reads.Balances(owed=993, held=7)


def test_a_hundred_spends_of_a_balance_for_ten():
    source = issue(ANN, 10, "ann")
    answers = at_once(100, lambda n: transfer(source=source, target=held(ANN), amount=1, key=f"spend:{n}"))
    assert kinds(answers) == {"Transfer": 10, "insufficient-funds": 90}
    assert reads.balances_of(ANN) == reads.Balances(held=10)


def test_there_and_back_by_many_neither_deadlocks_nor_loses():
    one, other = issue(ANN, 1_000, "ann"), issue(BEN, 1_000, "ben")

    def swap(number: int) -> None:
        ends = (one, other) if number % 2 else (other, one)
        for turn in range(5):
            transfer(source=ends[0], target=ends[1], amount=3, key=f"swap:{number}:{turn}")

    assert kinds(at_once(24, swap)) == {"NoneType": 24}
    assert reads.balances_of(ANN, BEN).owed == 2_000
    assert reads.balances_of(ANN).owed == 1_000
    assert not checking.differences()


def test_many_workers_book_the_same_batch_once():
    issue(ANN, 1_000, "ann")
    issue(BEN, 1_000, "ben")
    batch = [Movement(owed(ANN), payable(ANN), 100, "b:1"), Movement(owed(BEN), payable(BEN), 200, "b:2")]
    answers = at_once(12, lambda n: transfer_many(batch if n % 2 else batch[::-1]))
    assert kinds(answers) == {"int": 12}
    assert sum(answers) == 2
    assert reads.balances_of(ANN, BEN) == reads.Balances(owed=1_700, payable=300)


def test_bulk_and_single_transfers_meet_on_the_same_accounts():
    issue(ANN, 10_000, "ann")
    issue(BEN, 10_000, "ben")

    def deed(number: int) -> None:
        if number % 2:
            transfer(source=owed(BEN), target=owed(ANN), amount=5, key=f"single:{number}")
        else:
            pair = [Movement(owed(ANN), owed(BEN), 5, f"a:{number}"), Movement(owed(BEN), held(BEN), 1, f"b:{number}")]
            transfer_many(pair)

    assert kinds(at_once(20, deed)) == {"NoneType": 20}
    assert reads.balances_of(BEN).held == 10
    assert reads.balances_of(ANN).owed == 10_000
    assert not checking.differences()
