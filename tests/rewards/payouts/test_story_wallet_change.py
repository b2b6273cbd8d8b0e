"""A member changes wallets: the old leaf stays, the new one starts at nothing, what was owed moves along."""

import pytest
from django.utils import timezone

from metya.wallets.models import Wallet
from rewards.epochs.models import Parameters
from rewards.epochs.parameters import FIRST
from rewards.ledger import reads
from rewards.ledger.reads import Balances
from tests import make
from tests.rewards import village


def change_wallet(member, number: int) -> str:
    """Links a new wallet, pays out to it, and unlinks the old one."""
    address = make.key(number).address.lower()
    member.payout_wallet, old = Wallet.objects.create(member=member, address=address), member.payout_wallet
    member.save(update_fields=["payout_wallet"])
    Wallet.objects.filter(pk=old.pk).update(unlinked_at=timezone.now())
    return old.address


def test_amara_changes_wallets_between_two_days(in_review, office):
    amara = in_review[3]
    first = village.payout(0, amara).amount
    old = change_wallet(amara, 990_001)
    new = amara.payout_wallet.address
    village.lively_day(in_review, 1)
    village.close(1)
    second = village.payout(1, amara)
    assert (second.wallet, second.amount) == (new, second.earned)
    office.review(0, 1)
    office.accept(1)

    # Two leaves: what the old key earned is the old key's, the new one counts from 0.
    assert office.leaf(1, amara, old) == first
    assert office.leaf(1, amara, new) == second.amount
    assert reads.balances_of(old) == Balances(payable=first)
    assert office.claim(1, amara) == second.amount


@pytest.fixture
def high_minimum(db):
    """Nothing below 1,000 MET is paid, so that everybody is owed at first."""
    Parameters.objects.create(from_epoch=0, values=FIRST.to_json() | {"minimum_payout": 1_000 * village.MET})


def test_what_was_below_the_minimum_follows_her(high_minimum, in_review, office):
    amara = in_review[3]
    waiting = village.payout(0, amara)
    assert (waiting.amount, waiting.state) == (0, "owed") and waiting.owed > 0
    old = change_wallet(amara, 990_002)
    new = amara.payout_wallet.address
    village.lively_day(in_review, 1)
    village.close(1)
    assert reads.balances_of(old) == Balances()
    together = village.payout(1, amara)
    assert together.amount + together.owed == waiting.owed + together.earned
    assert reads.balances_of(new) == Balances(owed=waiting.owed + together.earned)


def test_what_she_left_behind_is_not_of_who_takes_the_wallet_next(high_minimum, in_review, office):
    amara, bela = in_review[3], in_review[4]
    waiting = village.payout(0, amara).owed
    old = change_wallet(amara, 990_003)
    bela.payout_wallet = Wallet.objects.create(member=bela, address=old)
    bela.save(update_fields=["payout_wallet"])
    village.lively_day(in_review, 1)
    village.close(1)
    hers, his = village.payout(1, amara), village.payout(1, bela)
    assert hers.amount + hers.owed == waiting + hers.earned
    assert his.wallet == old
    assert his.amount + his.owed == village.payout(0, bela).owed + his.earned
