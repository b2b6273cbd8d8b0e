"""Today's estimate: by the rules of the close, booked nowhere, and never taken for more than it is."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from rewards.epochs import actions, estimating, jobs
from rewards.epochs.models import Epoch
from rewards.ledger.models import Transfer
from rewards.payouts.models import Payout
from social.templatetags.metya import met
from tests import make
from tests.rewards import village


@pytest.fixture
def today(settings, db):
    """Day 0 was yesterday and is in review; today is a lively day 1."""
    settings.GENESIS_DATE = (timezone.now() - timedelta(days=1)).date().isoformat()
    everyone = village.people(5)
    for epoch in (0, 1):
        village.lively_day(everyone, epoch)
    village.close(0)
    return everyone


def wallet(member):
    return member.payout_wallet.address


def test_it_is_what_the_close_pays_when_nothing_more_happens(today):
    transfers = Transfer.objects.count()
    jobs.estimate_today.call()
    found = {member: estimating.of([wallet(member)]) for member in today}
    assert Transfer.objects.count() == transfers
    assert Epoch.objects.get(pk=1).state == "open"
    village.close(1)
    for member, estimate in found.items():
        assert estimate.amount == Payout.objects.get(epoch=1, member=member).earned > 0
        assert (estimate.epoch, estimate.closes_at) == (1, village.on(2, 0))
        assert timedelta(0) < timezone.now() - estimate.at < timedelta(hours=1)


def test_it_moves_with_the_day_and_ends_with_it(today):
    assert estimating.compute()
    first, second = today[:2]
    before = estimating.of([wallet(first)]).amount, estimating.of([wallet(second)]).amount
    assert estimating.of([wallet(first), wallet(second)]).amount == sum(before)
    village.deed(today[4], today[2], "follow", 1)
    newcomer = make.member("late")
    for member in today:
        village.deed(newcomer, member, "like", 1)
        village.deed(member, newcomer, "repost", 1, 3)
    assert estimating.of([wallet(newcomer)]).amount == 0
    assert estimating.compute()
    assert estimating.of([wallet(newcomer)]).amount > 0
    assert estimating.of([wallet(first)], village.on(2, 1)) is None


def test_none_while_the_day_before_is_not_computed(today):
    Epoch.objects.filter(pk=0).update(state="closed")
    assert not estimating.compute()
    assert estimating.of([wallet(today[0])]) is None


def test_none_before_genesis_and_of_a_stranger_nothing(today, settings):
    estimating.compute()
    assert estimating.of([]).amount == estimating.of(["0x" + "00" * 20, "0x" + "ff" * 20]).amount == 0
    settings.GENESIS_DATE = "2999-01-01"
    assert not estimating.compute()
    assert estimating.of([wallet(today[0])]) is None


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x05\x06" + b"\x00" * 18])
def test_a_damaged_file_is_no_estimate(today, settings, content):
    (Path(settings.EPOCHS_DIR) / estimating.FILE).write_bytes(content)
    assert estimating.of([wallet(today[0])]) is None


def test_it_is_shown_as_an_estimate_and_to_nobody_else(today, as_member, carol):
    ines = as_member(today[0])
    assert "estimate" not in ines.get("/rewards/").content.decode()
    estimating.compute()
    amount = met(estimating.of([wallet(today[0])]).amount)
    for path in ("/rewards/", "/rewards/chip/"):
        body = ines.get(path).content.decode()
        assert "estimate</" in body and amount in body.split("estimate</")[0]
    assert amount not in as_member(carol).get("/rewards/").content.decode()
    assert ines.get("/rewards/epochs/1/").status_code == 404


def test_the_file_is_not_in_the_way_of_the_close(today):
    estimating.compute()
    actions.advance(Epoch.objects.get(pk=1), now=village.after(1))
    assert Epoch.objects.get(pk=1).state == "in review"
