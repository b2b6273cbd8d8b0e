"""Into an epoch's earnings.csv exactly once, and booked from the training account with it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from metya.wallets.models import Wallet
from rewards import engine
from rewards.epochs import actions, earnings, files
from rewards.epochs.errors import Overtaken
from rewards.epochs.models import Epoch
from rewards.ledger import reads
from rewards.ledger.accounts import TRAINING, TREASURY
from rewards.ledger.actions import transfer
from rewards.ledger.models import Transfer
from rewards.training import account, checking, earning
from rewards.training import actions as deeds
from rewards.training.models import TrainingPay
from tests import make
from tests.rewards import village
from tests.rewards.training.town import MET


@pytest.fixture
def paid(town):
    """Three people, one round that is released."""
    town.endow(1_000 * MET)
    town.live(3)
    return town.released([5, 3, 2], 100 * MET)


def sums(town, one):
    return {
        pay.member.payout_wallet.address: pay.grains
        for pay in TrainingPay.objects.filter(round=one).select_related("member__payout_wallet")
    }


def test_what_is_released_comes_with_the_epoch_that_ends_next(town, paid):
    before = reads.balance(TRAINING)
    village.close(0)
    assert town.earned(0) == sums(town, paid) and sum(town.earned(0).values()) == 100 * MET
    assert town.states(paid) == ["paid"] * 3
    row = town.pay(paid, town.people[0])
    assert (row.epoch_id, row.wallet) == (0, town.people[0].payout_wallet.address) and row.paid_at
    # Booked at scoring, out of the account for training.
    split = Epoch.objects.get(pk=0).splits["training"]
    assert reads.balance(TRAINING) == before - 100 * MET + split
    moved = Transfer.objects.get(key=f"epoch:0:training:{row.wallet}")
    assert moved.amount == row.grains
    assert village.payout(0, town.people[0]).earned == row.grains
    assert reads.balances_of(row.wallet).owed == row.grains
    assert engine.verify(files.directory(0)).ok
    assert account.promised() == 0


def test_it_comes_once_however_often_epochs_are_frozen(town, paid):
    asked = town.asked(0)
    assert asked == town.asked(0) and len(asked) == 3
    village.close(0)
    village.close(0)
    village.close(1)
    assert town.earned(0) and not town.earned(1)
    assert Transfer.objects.filter(key__startswith="epoch:0:training:").count() == 3
    assert not list(checking.differences())


def test_what_is_not_released_before_the_day_ends_waits_for_the_next(town):
    town.endow(1_000 * MET)
    town.live(2)
    town.released([5, 3], 10 * MET, on=1)
    village.close(0)
    assert not town.earned(0)
    village.close(1)
    assert sum(town.earned(1).values()) == 10 * MET


class PowerCut(BaseException):
    """Nothing catches it."""


@pytest.mark.parametrize("place", ["freeze", "note", "transfer_many"])
def test_a_power_cut_anywhere_changes_nothing(town, paid, place, monkeypatch):
    module = {"freeze": actions.freezing, "note": earnings, "transfer_many": actions}[place]
    whole = getattr(module, place)

    def dying(*args, **kwargs):
        answer = whole(*args, **kwargs)
        if place != "transfer_many" or answer:
            raise PowerCut
        return answer

    with monkeypatch.context() as patch, pytest.raises(PowerCut):
        patch.setattr(module, place, dying)
        village.close(0)
    village.close(0)
    assert town.earned(0) == sums(town, paid)
    assert town.states(paid) == ["paid"] * 3
    assert Transfer.objects.filter(key__startswith="epoch:0:training:").count() == 3


def test_what_is_stopped_while_the_files_are_written_is_not_in_them(town, paid, fay, monkeypatch):
    whole, stopped = actions.freezing.freeze, []

    def meanwhile(epoch):
        frozen = whole(epoch)
        if not stopped:
            stopped.append(deeds.stop(actor=fay, pay=town.pay(paid, town.people[1]), reason="Two accounts, one hand"))
        return frozen

    monkeypatch.setattr(actions.freezing, "freeze", meanwhile)
    village.close(0)
    assert town.states(paid) == ["paid", "held", "paid"]
    assert len(town.earned(0)) == 2 and stopped
    assert engine.verify(files.directory(0)).ok


def test_a_note_of_other_amounts_is_refused(town, paid):
    given = earning.answer(0)
    with pytest.raises(Overtaken):
        earning.noted(0, given[1:])
    assert town.states(paid) == ["released"] * 3


def test_an_amount_waits_for_a_wallet_and_then_comes(town, paid):
    someone = town.people[0]
    Wallet.objects.filter(member=someone).update(unlinked_at=timezone.now())
    type(someone).objects.filter(pk=someone.pk).update(payout_wallet=None)
    village.close(0)
    assert town.states(paid) == ["released", "paid", "paid"]
    wallet = Wallet.objects.create(member=someone, address=make.key(900_001).address.lower())
    village.close(1)
    assert town.earned(1) == {wallet.address: town.pay(paid, someone).grains}


def test_the_wallet_of_the_close_counts(town, paid):
    someone = town.people[0]
    newer = Wallet.objects.create(member=someone, address=make.key(900_002).address.lower())
    type(someone).objects.filter(pk=someone.pk).update(payout_wallet=newer)
    village.close(0)
    assert newer.address in town.earned(0) and town.pay(paid, someone).wallet == newer.address


def test_a_suspended_member_is_paid_when_that_is_over_and_one_who_left_at_once(town, paid):
    suspended, gone, _third = town.people
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    rows = type(suspended).objects.filter(pk=suspended.pk)
    rows.update(suspended_until=timezone.now() + timedelta(days=30))
    village.close(0)
    assert town.states(paid) == ["released", "paid", "paid"]
    assert gone.payout_wallet.address in town.earned(0)
    rows.update(suspended_until=timezone.now() - timedelta(seconds=1))
    village.close(1)
    assert town.states(paid) == ["paid"] * 3


def test_two_rounds_of_one_member_are_one_line(town, paid):
    more = town.released([1, 1, 1], 9 * MET)
    village.close(0)
    both = sums(town, paid), sums(town, more)
    assert town.earned(0) == {wallet: amount + both[1][wallet] for wallet, amount in both[0].items()}


def test_when_the_account_is_short_the_oldest_are_paid_whole_and_the_rest_waits(town, paid):
    more = town.released([1, 1, 1], 9 * MET)
    # Somebody moved money out of the account, which nothing of this house does.
    first, second, third = (town.pay(paid, member).grains for member in town.people)
    left = first + second + third // 2
    transfer(source=TRAINING, target=TREASURY, amount=1_000 * MET - left, key="test:gone")
    assert sum(earning.amount for earning in town.asked(0)) == first + second
    village.close(0)
    assert town.states(paid) == ["paid", "paid", "released"] and town.states(more) == ["released"] * 3
    # Money comes in: those who waited are first.
    transfer(source=TREASURY, target=TRAINING, amount=500 * MET, key="test:back")
    village.close(1)
    assert town.states(paid) == town.states(more) == ["paid"] * 3


def test_an_estimate_of_today_shows_it_and_notes_nothing(town, paid, tmp_path):
    actions.freezing.freeze(Epoch.objects.get(pk=0), tmp_path / "estimate")
    assert town.states(paid) == ["released"] * 3
