"""What the one door lets through and what it refuses."""

import ast
import re
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from rewards.engine import TOTAL_SUPPLY
from rewards.ledger import models, reads
from rewards.ledger.accounts import EMISSION, POOL, TREASURY, Ref, held, owed, payable
from rewards.ledger.actions import Movement, transfer, transfer_many
from rewards.ledger.errors import BadTransfer, InsufficientFunds, KeyReused
from rewards.ledger.models import Account, Transfer
from tests.rewards.ledger.conftest import ANN, BEN

ROOT = Path(__file__).resolve().parent.parent.parent.parent


def test_a_transfer_moves_grains_from_one_account_to_another(ann):
    done = transfer(source=ann, target=held(ANN), amount=300, key="k")
    assert (done.amount, done.source.code, done.target.code) == (300, f"owed {ANN}", f"held {ANN}")
    assert reads.balances_of(ANN) == reads.Balances(owed=700, held=300)
    assert sum(reads.balances_by_kind().values()) == 0


def test_the_same_key_again_returns_the_first_transfer_and_moves_nothing(ann):
    first = transfer(source=ann, target=held(ANN), amount=300, key="k")
    again = transfer(source=ann, target=held(ANN), amount=300, key="k")
    assert again.pk == first.pk
    assert reads.balances_of(ANN).held == 300


@pytest.mark.parametrize(
    "change", [{"amount": 301}, {"target": payable(ANN)}, {"source": Ref("owed", BEN)}, {"source": POOL}]
)
def test_a_key_stands_for_one_content(ann, change):
    content = {"source": ann, "target": held(ANN), "amount": 300, "key": "k"}
    transfer(**content)
    with pytest.raises(KeyReused) as refused:
        transfer(**{**content, **change})
    assert refused.value.code == "key-reused"
    assert reads.balances_of(ANN) == reads.Balances(owed=700, held=300)


def test_nobody_spends_what_is_not_there(ann):
    with pytest.raises(InsufficientFunds) as refused:
        transfer(source=ann, target=held(ANN), amount=1_001, key="k")
    assert refused.value.data == {"account": f"owed {ANN}", "balance": 1_000, "needed": 1_001}
    assert reads.balances_of(ANN) == reads.Balances(owed=1_000)
    assert not Transfer.objects.filter(key="k").exists()


def test_an_empty_account_has_nothing_to_spend(db):
    with pytest.raises(InsufficientFunds):
        transfer(source=owed(ANN), target=held(ANN), amount=1, key="k")


@pytest.mark.parametrize("amount", [0, -1, TOTAL_SUPPLY + 1, 2**63, 10**30])
def test_an_amount_is_above_zero_and_within_the_supply(ann, amount):
    with pytest.raises(BadTransfer):
        transfer(source=ann, target=held(ANN), amount=amount, key="k")


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (owed(ANN), owed(ANN)),
        (Ref("pool", ANN), owed(ANN)),
        (owed(ANN), Ref("owed")),
        (owed(ANN), Ref("pocket")),
    ],
)
def test_accounts_that_cannot_be_are_refused(ann, source, target):
    with pytest.raises(BadTransfer):
        transfer(source=source, target=target, amount=1, key="k")


@pytest.mark.parametrize("key", ["", "k" * 121])
def test_a_key_has_a_length(ann, key):
    with pytest.raises(BadTransfer):
        transfer(source=ann, target=held(ANN), amount=1, key=key)


def test_emission_goes_below_zero_by_the_total_supply_and_no_further(db):
    transfer(source=EMISSION, target=POOL, amount=TOTAL_SUPPLY, key="all")
    assert reads.balance(EMISSION) == -TOTAL_SUPPLY
    with pytest.raises(InsufficientFunds):
        transfer(source=EMISSION, target=TREASURY, amount=1, key="more")
    with pytest.raises(InsufficientFunds):
        transfer_many([Movement(EMISSION, TREASURY, 1, "more")])


def test_the_supply_is_that_of_the_engine():
    assert models.TOTAL_SUPPLY == TOTAL_SUPPLY


def test_many_are_made_at_one_moment(ann, ben):
    made = transfer_many(
        [
            Movement(owed(BEN), payable(BEN), 400, "b"),
            Movement(ann, held(ANN), 250, "a"),
            # More than ann has left without what arrives in the same moment.
            Movement(ann, POOL, 900, "c"),
            Movement(owed(BEN), ann, 300, "d"),
        ]
    )
    assert made == 4
    assert reads.balances_of(ANN) == reads.Balances(owed=150, held=250)
    assert reads.balances_of(BEN) == reads.Balances(owed=300, payable=400)


def test_many_again_make_only_what_is_new(ann):
    first = Movement(ann, held(ANN), 250, "a")
    assert transfer_many([first, first]) == 1
    assert transfer_many([first, Movement(ann, held(ANN), 50, "b")]) == 1
    assert transfer_many([first]) == 0
    assert reads.balances_of(ANN).held == 300


def test_many_or_none(ann, ben):
    with pytest.raises(InsufficientFunds) as refused:
        transfer_many([Movement(owed(BEN), payable(BEN), 400, "b"), Movement(ann, held(ANN), 1_001, "a")])
    assert refused.value.data["account"] == f"owed {ANN}"
    assert reads.balances_of(ANN, BEN) == reads.Balances(owed=2_000)
    assert not Transfer.objects.filter(key__in=["a", "b"]).exists()


def test_many_refuse_a_key_of_other_content_within_and_before(ann):
    one, other = Movement(ann, held(ANN), 1, "a"), Movement(ann, held(ANN), 2, "a")
    with pytest.raises(KeyReused):
        transfer_many([one, other])
    transfer_many([one])
    with pytest.raises(KeyReused):
        transfer_many([Movement(ann, held(ANN), 5, "z"), other])
    assert reads.balances_of(ANN).held == 1


def test_many_of_nothing_do_nothing(db):
    assert transfer_many([]) == 0
    assert not Account.objects.exists()


def test_thousands_at_once_take_the_same_few_statements_per_chunk(db, django_assert_max_num_queries):
    wallets = [f"0x{number:040x}" for number in range(12_000)]
    transfer(source=EMISSION, target=POOL, amount=12_000 * 7, key="in")
    transfer_many([Movement(POOL, owed(wallet), 7, f"e:{wallet}") for wallet in wallets])
    assert reads.balance(POOL) == 0
    assert reads.balances_of(wallets[0], wallets[-1]).owed == 14


@pytest.mark.parametrize("verb", ["UPDATE rewards_transfer SET amount = 1", "DELETE FROM rewards_transfer"])
def test_the_database_refuses_to_change_a_transfer(ann, verb):
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb)
    assert Transfer.objects.get(key="ann:in").amount == 1_000


def test_the_database_refuses_a_negative_balance_whoever_asks(ann):
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(kind="owed", wallet=ANN).update(balance=-1)


def test_the_database_refuses_a_balance_beyond_the_supply(ann):
    with pytest.raises(DatabaseError), transaction.atomic():
        Account.objects.filter(kind="owed", wallet=ANN).update(balance=TOTAL_SUPPLY + 1)


def test_nothing_but_the_ledger_writes_a_balance():
    """No code outside rewards/ledger/actions.py sets, updates or creates a balance or a transfer."""
    writers = {"create", "bulk_create", "update", "bulk_update", "update_or_create", "get_or_create", "save", "delete"}
    found = []
    for package in ("metya", "social", "rewards"):
        for path in (ROOT / package).rglob("*.py"):
            if path.match("rewards/ledger/actions.py") or {"migrations", "node_modules"} & set(path.parts):
                continue
            text = path.read_text()
            for node in ast.walk(ast.parse(text)):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                    continue
                names = {keyword.arg for keyword in node.keywords}
                chain = ast.unparse(node.func)
                touches = re.search(r"\b(Account|Transfer)\.objects", chain) or "balance" in names
                if node.func.attr in writers and touches:
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno} {chain}")
            if re.search(r"insert\((Account|Transfer)\b", text):
                found.append(f"{path.relative_to(ROOT)} inserts past the ORM")
            if "rewards_account" in text or "rewards_transfer" in text:
                found.append(f"{path.relative_to(ROOT)} names the tables")
    assert not found


def test_a_target_that_would_pass_the_supply_is_a_source_that_is_short(db):
    # The target's row comes first in the order of locking here, and must not turn the refusal into a database error.
    target = owed("0x" + "c" * 40)
    Account.objects.create(kind="owed", wallet=target.wallet)
    transfer(source=EMISSION, target=target, amount=10**18, key="all there is")
    with pytest.raises(InsufficientFunds, match="emission"):
        transfer(source=EMISSION, target=target, amount=10**18, key="once more")
