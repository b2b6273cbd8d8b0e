"""A payout is stopped, and later given back."""

from django.utils import timezone

from rewards import engine
from rewards.epochs import files
from rewards.ledger import reads
from rewards.ledger.reads import Balances
from rewards.payouts import holding
from rewards.payouts.models import Hold
from social.digest.models import MailDigest
from social.digest.reads import digest_of
from social.notifications.models import Notification
from tests.rewards import village


def test_stopped_in_doubt_and_let_go_before_anyone_approved(in_review, office):
    tomasz = in_review[1]
    amount = village.payout(0, tomasz).amount
    hold = holding.place(actor=office.first, payout=village.payout(0, tomasz), reason="Looks like two accounts")
    assert village.payout(0, tomasz).state == "held"
    assert reads.balances_of(tomasz.payout_wallet.address) == Balances(held=amount)
    assert "on hold: Looks like two accounts" in Notification.objects.get(member=tomasz).text
    # Why is for the page, behind the sign-in: a mail only says that there is something.
    row = MailDigest(member=tomasz, frequency="daily", address="tomasz@home.example")
    assert [line.words for line in digest_of(row, timezone.now()).lines] == ["News about a payout of yours"]

    holding.release(actor=office.second, hold=hold, note="He showed that they are two people")
    assert Hold.objects.get().state == "cancelled"
    assert village.payout(0, tomasz).state == "in review"
    office.review(0)
    office.accept(0)
    # As if nothing had been: his amount is in the tree of its own day.
    assert engine.read_holds(files.directory(0)) == []
    assert office.claim(0, tomasz) == amount


def test_stopped_published_without_it_and_paid_the_day_after(in_review, office):
    tomasz = in_review[1]
    wallet = tomasz.payout_wallet.address
    amount = village.payout(0, tomasz).amount
    hold = holding.place(actor=office.first, payout=village.payout(0, tomasz), reason="Under investigation")
    office.review(0)
    assert [(row.wallet, row.amount) for row in engine.read_holds(files.directory(0))] == [(wallet, amount)]
    assert engine.verify(files.directory(0)).ok
    office.accept(0)
    assert office.leaf(0, tomasz) == 0
    assert reads.balances_of(wallet) == Balances(held=amount)

    holding.release(actor=office.second, hold=hold, note="Nothing was found")
    assert village.payout(0, tomasz).state == "released"
    assert reads.balances_of(wallet) == Balances(owed=amount)

    # The next day that closes owes it again and pays it with its own part.
    village.lively_day(in_review, 1)
    village.close(1)
    day = village.payout(1, tomasz)
    assert day.amount == amount + day.earned
    assert Hold.objects.get().returned_epoch == 1
    office.review(1)
    office.accept(1)
    assert engine.read_holds(files.directory(1)) == []
    assert office.claim(1, tomasz) == amount + day.earned
    assert reads.balances_of(wallet) == Balances(claimed=amount + day.earned)


def test_stopped_while_the_next_day_was_already_closed(in_review, office):
    """The hold is in both trees' holds until a balances.csv knows of it, and comes back exactly once."""
    tomasz = in_review[1]
    wallet = tomasz.payout_wallet.address
    village.lively_day(in_review, 1)
    village.close(1)
    first, second = village.payout(0, tomasz).amount, village.payout(1, tomasz).amount
    hold = holding.place(actor=office.first, payout=village.payout(0, tomasz), reason="Under investigation")
    office.review(0, 1)
    office.accept(1)
    assert [row.amount for row in engine.read_holds(files.directory(1))] == [first]
    assert office.leaf(1, tomasz) == second
    assert office.claim(1, tomasz) == second

    village.close(2)
    assert Hold.objects.get().folded_epoch == 2
    holding.release(actor=office.second, hold=hold, note="Nothing was found")
    village.close(3)
    office.review(2, 3)
    office.accept(3)
    # Days 2 and 3 still pay for the deeds of days 0 and 1: the pool carries, and the window remembers.
    third, fourth = village.payout(2, tomasz), village.payout(3, tomasz)
    assert office.leaf(2, tomasz) == second + third.amount
    assert fourth.amount == first + fourth.earned
    assert office.leaf(3, tomasz) == second + third.amount + fourth.amount
    office.claim(3, tomasz)
    assert reads.balances_of(wallet).total == reads.balances_of(wallet).claimed == office.leaf(3, tomasz)


def test_folded_before_its_own_batch_was_approved(in_review, office):
    """Placed, the next day closes, then let go while still in review: it is returned, not cancelled."""
    tomasz = in_review[1]
    amount = village.payout(0, tomasz).amount
    hold = holding.place(actor=office.first, payout=village.payout(0, tomasz), reason="Under investigation")
    village.close(1)
    holding.release(actor=office.second, hold=hold, note="Nothing was found")
    assert Hold.objects.get().state == "released"
    village.close(2)
    office.review(0, 1, 2)
    office.accept(2)
    assert [office.leaf(epoch, tomasz) for epoch in (0, 1)] == [0, village.payout(1, tomasz).amount]
    assert village.payout(2, tomasz).amount == amount + village.payout(2, tomasz).earned
    assert office.claim(2, tomasz) == office.leaf(2, tomasz)
