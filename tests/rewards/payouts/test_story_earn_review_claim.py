"""The ordinary way: earned, reviewed by two people, published, claimed."""

from django.test import Client
from django.utils import timezone

from metya.web.numbers import met
from rewards import engine
from rewards.epochs import files
from rewards.epochs.models import Epoch
from rewards.ledger import reads
from rewards.ledger.reads import Balances
from rewards.payouts import publishing
from social.digest.models import MailDigest
from social.digest.reads import digest_of
from social.notifications.models import Notification
from tests.rewards import village


def test_ines_earns_is_reviewed_and_claims(in_review, office):
    as_ines = Client()
    ines = in_review[0]
    wallet = ines.payout_wallet.address
    payout = village.payout(0, ines)
    earned = payout.amount
    assert earned > 100 * village.MET

    # Her amount is owed, and two people look at it.
    assert payout.state == "in review"
    assert reads.balances_of(wallet) == Balances(owed=earned)
    office.submit(0)
    assert village.payout(0, ines).state == "in review"
    office.approve(0)
    assert village.payout(0, ines).state == "approved"
    assert reads.balances_of(wallet) == Balances(owed=earned)

    # From now on anyone can check her place in the tree.
    assert engine.verify(files.directory(0)).tree_checked
    assert office.leaf(0, ines) == earned

    # The root is in force on the chain: now it is hers to take, and she is told once.
    office.accept(0)
    assert village.payout(0, ines).state == "claimable"
    assert reads.balances_of(wallet) == Balances(payable=earned)
    assert Epoch.objects.get(pk=0).state == "final"
    told = Notification.objects.get(member=ines, kind="payout")
    assert "of epoch 0 can be claimed" in told.text
    office.accept(0)
    assert Notification.objects.filter(member=ines, kind="payout").count() == 1
    # A mail to her names it as her rewards page does, and nothing of anybody else's.
    row = MailDigest(member=ines, frequency="daily", address="ines@home.example")
    assert [line.words for line in digest_of(row, timezone.now()).lines] == [
        f"{met(earned)} of epoch 0 can be claimed."
    ]
    as_ines.force_login(ines)
    assert met(earned) in as_ines.get("/rewards/").content.decode()

    assert office.claim(0, ines) == earned
    assert village.payout(0, ines).state == "claimed"
    assert reads.balances_of(wallet) == Balances(claimed=earned)

    # The next day adds to what she took: the tree counts on from there.
    village.lively_day(in_review, 1)
    village.close(1)
    office.review(1)
    office.accept(1)
    more = village.payout(1, ines).amount
    assert office.leaf(1, ines) == earned + more
    assert office.claim(1, ines) == more
    assert reads.balances_of(wallet) == Balances(claimed=earned + more)


def test_she_claims_two_days_at_once(in_review, office):
    ines = in_review[0]
    village.lively_day(in_review, 1)
    village.close(1)
    office.review(0, 1)
    office.accept(1)
    both = village.payout(0, ines).amount + village.payout(1, ines).amount
    assert office.claim(1, ines) == both
    assert {village.payout(epoch, ines).state for epoch in (0, 1)} == {"claimed"}


def test_a_claim_of_the_first_day_leaves_the_second_claimable(in_review, office):
    ines = in_review[0]
    village.lively_day(in_review, 1)
    village.close(1)
    office.review(0)
    office.accept(0)
    first = office.leaf(0, ines)
    office.review(1)
    office.accept(1)
    wallet = ines.payout_wallet.address
    # Her transaction was made with the proof of the first tree and became final late.
    publishing.claim_final(wallet, first, first, 77)
    assert [village.payout(epoch, ines).state for epoch in (0, 1)] == ["claimed", "claimable"]
    assert reads.balances_of(wallet).payable == village.payout(1, ines).amount
