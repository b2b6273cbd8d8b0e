"""A payout is stopped and goes to the treasury for good."""

import pytest

from rewards.ledger import reads
from rewards.ledger.accounts import TREASURY
from rewards.ledger.reads import Balances
from rewards.payouts import holding
from rewards.payouts.errors import SamePerson
from social.notifications.models import Notification
from tests.rewards import village


def test_a_ring_does_not_keep_what_it_took(in_review, office):
    cheat = in_review[2]
    wallet = cheat.payout_wallet.address
    amount = village.payout(0, cheat).amount
    hold = holding.place(actor=office.first, payout=village.payout(0, cheat), reason="Paid members for likes")
    office.review(0)
    office.accept(0)
    before = reads.balance(TREASURY)

    # Taking it for good needs somebody else than who stopped it.
    with pytest.raises(SamePerson):
        holding.forfeit(actor=office.first, hold=hold, note="Admitted")
    holding.forfeit(actor=office.second, hold=hold, note="Admitted in public")
    assert village.payout(0, cheat).state == "forfeited"
    assert reads.balances_of(wallet) == Balances()
    assert reads.balance(TREASURY) == before + amount
    assert Notification.objects.filter(member=cheat, text__contains="went to the treasury").exists()

    # No later tree gives it back.
    village.lively_day(in_review, 1)
    village.close_all([1, 2])
    office.review(1, 2)
    office.accept(2)
    assert office.leaf(1, cheat) == village.payout(1, cheat).amount
    assert office.leaf(2, cheat) == village.payout(1, cheat).amount + village.payout(2, cheat).amount
    assert office.claim(2, cheat) == office.leaf(2, cheat)
