"""Small amounts wait until they are worth a transaction; quiet days lose nothing."""

import pytest

from rewards.epochs.models import Epoch, Parameters
from rewards.epochs.parameters import FIRST
from rewards.ledger import reads
from rewards.ledger.accounts import POOL
from rewards.ledger.reads import Balances
from tests.rewards import village


@pytest.fixture
def high_minimum(db):
    Parameters.objects.create(from_epoch=0, values=FIRST.to_json() | {"minimum_payout": 1_000 * village.MET})


def test_below_the_minimum_is_carried_until_it_is_enough(high_minimum, in_review, office):
    ines = in_review[0]
    wallet = ines.payout_wallet.address
    owed, day = 0, 0
    while True:
        payout = village.payout(day, ines)
        owed += payout.earned
        if payout.amount:
            break
        assert (payout.state, payout.owed, payout.cumulative) == ("owed", owed, 0)
        office.review(day)
        office.accept(day)
        assert office.leaf(day, ines) == 0
        assert reads.balances_of(wallet) == Balances(owed=owed)
        day += 1
        assert day < 10
        village.lively_day(in_review, day)
        village.close(day)
    assert day > 0 and owed >= 1_000 * village.MET
    assert (payout.amount, payout.owed) == (owed, 0)
    office.review(day)
    office.accept(day)
    assert office.claim(day, ines) == owed


def test_a_quiet_day_is_reviewed_like_any_other_and_its_pool_goes_on(in_review, office):
    ines = in_review[0]
    carried = Epoch.objects.get(pk=0).carry_out
    assert carried > 0
    quiet = village.close(1)
    quiet.refresh_from_db()
    # Nobody did anything; what the day before could not give under the cap is given on.
    assert (quiet.release, quiet.pool, reads.balance(POOL)) == (0, carried, quiet.carry_out)
    office.review(0, 1)
    office.accept(1)
    amount = village.payout(0, ines).amount + village.payout(1, ines).amount
    assert office.claim(1, ines) == amount


def test_days_in_which_nobody_ever_did_anything(db, office):
    village.close_all([0, 1])
    office.review(0, 1)
    office.accept(1)
    assert set(Epoch.objects.filter(number__lte=1).values_list("state", flat=True)) == {"final"}
    assert reads.balances_by_kind() == {}
