"""Rows of pay from finished rounds, held for one round: once, whoever dies and whoever works at the same time."""

from datetime import timedelta

import pytest
from django.db import transaction

from metya.ops.models import AuditEvent
from rewards.ledger.accounts import TRAINING, TREASURY
from rewards.ledger.actions import transfer
from rewards.training import account, allotting, jobs
from rewards.training import checking as pay_checking
from rewards.training.models import TrainingPay
from social.training import budget
from social.training.models import MemberValue
from tests.metya.wallets.test_races import at_once
from tests.rewards import village
from tests.rewards.training.town import MET, Town


def test_everybody_to_whom_a_round_allots_something_gets_a_row(town):
    town.endow(1_000 * MET)
    people = town.live(4)
    one = town.round([500, 300, 0, -200], 100 * MET)
    assert allotting.advance(village.on(0)) == (4, 0)
    rows = list(TrainingPay.objects.filter(round=one).order_by("number"))
    # Who was worth nothing or less has the equal part alone: 30 %, by accepted examples.
    assert [row.equal for row in rows] == [75 * MET // 10] * 4
    assert [row.grains - row.equal for row in rows] == [43_750_000_000, 26_250_000_000, 0, 0]
    assert sum(row.grains for row in rows) == one.pool
    assert [row.member for row in rows] == people and {row.state for row in rows} == {"held"}
    event = AuditEvent.objects.get(verb="training.allotted")
    assert event.data == {"rows": 4, "grains": one.pool}


def test_nothing_is_allotted_twice_nor_by_rounds_that_paid_nothing_or_failed(town):
    town.endow(1_000 * MET)
    town.live(3)
    town.round([5, 3, 1], 10 * MET)
    town.round([5, 3, 1], 0)
    town.round([5, 3, 1], 10 * MET, state="failed")
    jobs.advance_pay.call()
    before = list(TrainingPay.objects.values())
    for _ in range(2):
        allotting.advance(village.on(0))
    assert list(TrainingPay.objects.values()) == before and len(before) == 3
    assert AuditEvent.objects.filter(verb="training.allotted").count() == 1


class PowerCut(BaseException):
    """Nothing catches it."""


def test_a_power_cut_while_rows_are_made_leaves_none_and_the_next_pass_makes_all(town, monkeypatch):
    town.endow(1_000 * MET)
    town.live(3)
    one = town.round([5, 3, 1], 10 * MET)

    def cut(*_args, **_kwargs):
        raise PowerCut

    with monkeypatch.context() as patch, pytest.raises(PowerCut), transaction.atomic():
        patch.setattr(allotting.audit, "record", cut)
        allotting.allot(one)
    assert not TrainingPay.objects.exists()
    assert allotting.advance(village.on(0))[0] == 3


@pytest.mark.django_db(transaction=True)
def test_four_workers_make_the_rows_of_one_round_once():
    town = Town()
    town.endow(1_000 * MET)
    town.live(3)
    one = town.round([5, 3, 1], 10 * MET)
    assert sorted(at_once([lambda: allotting.allot(one)] * 4)) == [0, 0, 0, 3]
    assert TrainingPay.objects.count() == 3


def test_the_next_finished_round_lets_go_what_the_one_before_allotted(town):
    town.endow(1_000 * MET)
    town.live(2)
    first = town.round([5, 3], 10 * MET)
    allotting.advance(village.on(0))
    town.round([5, 3], 0, state="failed")
    assert allotting.advance(village.on(0)) == (0, 0)
    # A round that learned nothing new has looked as well: it counts, though it pays nothing.
    third = town.round([5, 3], 5 * MET)
    assert allotting.advance(village.on(0)) == (2, 2)
    assert town.states(first) == ["released"] * 2 and town.states(third) == ["held"] * 2
    assert AuditEvent.objects.get(verb="training.released").data == {"rows": 2}


def test_where_no_round_follows_a_week_is_enough(town):
    town.endow(1_000 * MET)
    town.live(2)
    one = town.round([5, 3], 10 * MET)
    assert allotting.advance(village.on(0) + timedelta(days=7, seconds=-1)) == (2, 0)
    assert allotting.advance(village.on(0) + timedelta(days=7)) == (0, 2)
    assert town.states(one) == ["released"] * 2


def test_a_round_may_pay_what_the_account_holds_and_nobody_was_promised(town, settings):
    settings.TRAINING_RATE, settings.STYLES_RATE = 7, 3
    assert account.budget() == budget.Budget(0, 7, 3) and account.budget().for_styles == 3
    town.endow(100 * MET)
    town.live(2)
    assert budget.now() == budget.Budget(100 * MET, 7, 3)
    town.round([5, 3], 30 * MET)
    # Promised already, though no row was made.
    assert account.budget().grains == 70 * MET
    allotting.advance(village.on(0))
    assert account.budget().grains == 70 * MET


def test_an_epoch_booked_while_the_budget_is_read_makes_it_no_larger(town, monkeypatch):
    town.endow(100 * MET)
    town.live(2)
    town.round([5, 3], 30 * MET)
    real, booked = account.promised, []

    def overtaken():
        found = real()
        transfer(source=TRAINING, target=TREASURY, amount=30 * MET, key="test:booked")
        booked.append(found)
        return found

    allotting.advance(village.on(0))
    with transaction.atomic(), monkeypatch.context() as patch:
        patch.setattr(account, "promised", overtaken)
        assert account.budget().grains == 40 * MET and booked == [30 * MET]
        transaction.set_rollback(True)


def test_the_nightly_check_tells_what_does_not_agree(town):
    town.endow(100 * MET)
    town.live(2)
    one = town.round([5, 3], 30 * MET)
    allotting.advance(village.on(0))
    assert not list(pay_checking.differences())
    with transaction.atomic():
        MemberValue.objects.filter(round=one, number=0).update(grains=1)
        assert any("round 1 allots" in said for said in pay_checking.differences())
        transaction.set_rollback(True)
    with transaction.atomic():
        transfer(source=TRAINING, target=TREASURY, amount=90 * MET, key="test:gone")
        assert any("are promised" in said for said in pay_checking.differences())
        assert account.budget().grains == 0
        transaction.set_rollback(True)
    with transaction.atomic():
        type(one).objects.filter(pk=one.pk).update(pool=1)
        assert any("has a pool of 1" in said for said in pay_checking.differences())
        transaction.set_rollback(True)
