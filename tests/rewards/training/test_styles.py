"""Pay for styles goes the way of pay for examples: made once, held, stopped, forfeited, paid with an epoch."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from metya.ops.models import AuditEvent
from rewards.ledger import reads as ledger
from rewards.ledger.accounts import TRAINING, TREASURY
from rewards.ledger.models import Transfer
from rewards.payouts.errors import SamePerson
from rewards.training import account, actions, allotting, records
from rewards.training import checking as pay_checking
from rewards.training.models import PayKind, TrainingPay
from social.notifications.models import Notification
from social.training.models import MemberValue, Round, StyleShare
from tests.metya.wallets.test_races import at_once
from tests.rewards import village
from tests.rewards.training.town import MET, Town

# The first of three wrote both styles; the second voted for one, the third for both.
PARTS = [
    (0, 0, "author", 7 * MET), (0, 1, "vote", 2 * MET), (0, 2, "vote", MET), (1, 0, "author", 3 * MET), (1, 2, "vote", MET)
]  # fmt: skip


def styles(one):
    return list(TrainingPay.objects.of_kind(PayKind.STYLES).filter(round=one).order_by("number"))


@pytest.fixture
def dressed(town):
    town.endow(1_000 * MET)
    town.live(3)
    one = town.round([5, 3, 2], 100 * MET)
    town.dress(one, PARTS, 20 * MET)
    return one


def test_each_person_gets_one_row_for_all_their_styles_and_votes(town, dressed):
    assert allotting.advance(village.on(0)) == (6, 0)
    rows = styles(dressed)
    assert [(row.member, row.grains, row.equal, row.state) for row in rows] == [
        (town.people[0], 10 * MET, 0, "held"),
        (town.people[1], 2 * MET, 0, "held"),
        (town.people[2], 2 * MET, 0, "held"),
    ]
    assert {row.held_until_round for row in rows} == {2}
    examples = TrainingPay.objects.of_kind(PayKind.EXAMPLES).filter(round=dressed)
    assert sum(row.grains for row in examples) == 100 * MET
    events = AuditEvent.objects.filter(verb="training.allotted").order_by("pk")
    assert [event.data for event in events] == [
        {"rows": 3, "grains": 100 * MET},
        {"rows": 3, "grains": 14 * MET, "kind": "styles"},
    ]


def test_nothing_is_allotted_twice(dressed):
    allotting.advance(village.on(0))
    before = list(TrainingPay.objects.values())
    assert allotting.advance(village.on(0)) == (0, 0) and allotting.allot(dressed, PayKind.STYLES) == 0
    assert list(TrainingPay.objects.values()) == before
    row = styles(dressed)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        TrainingPay.objects.create(
            round=dressed, member=row.member, kind=PayKind.STYLES, number=9, grains=1, held_until_round=2,
            held_until=village.on(9),
        )  # fmt: skip


def test_styles_alone_are_paid_by_a_round_that_promoted_nothing(town):
    town.endow(1_000 * MET)
    town.live(3)
    one = town.round([5, 3, 2], 0)
    town.dress(one, PARTS, 20 * MET)
    assert allotting.advance(village.on(0)) == (3, 0)
    assert set(TrainingPay.objects.values_list("kind", flat=True)) == {"styles"}


def test_a_round_that_failed_or_paid_nothing_for_styles_makes_no_rows(town):
    town.endow(1_000 * MET)
    town.live(3)
    failed = town.round([5, 3, 2], 0, state="failed")
    town.dress(failed, PARTS, 20 * MET)
    assert allotting.advance(village.on(0)) == (0, 0) and account.promised() == 0


class PowerCut(BaseException):
    """Nothing catches it."""


def test_a_power_cut_between_examples_and_styles_makes_the_rest_the_next_time(dressed, monkeypatch):
    real, calls = allotting.audit.record, []

    def cut(*args, **kwargs):
        calls.append(kwargs)
        if len(calls) == 2:
            raise PowerCut
        return real(*args, **kwargs)

    with monkeypatch.context() as patch, pytest.raises(PowerCut):
        patch.setattr(allotting.audit, "record", cut)
        allotting.advance(village.on(0))
    assert set(TrainingPay.objects.values_list("kind", flat=True)) == {"examples"}
    # What is promised does not depend on whether its rows are there.
    assert account.promised() == 114 * MET
    assert allotting.advance(village.on(0)) == (3, 0) and len(styles(dressed)) == 3
    assert account.promised() == 114 * MET


@pytest.mark.django_db(transaction=True)
def test_four_workers_make_the_rows_of_styles_once():
    town = Town()
    town.endow(1_000 * MET)
    town.live(3)
    one = town.round([5, 3, 2], 100 * MET)
    town.dress(one, PARTS, 20 * MET)
    assert sorted(at_once([lambda: allotting.allot(one, PayKind.STYLES)] * 4)) == [0, 0, 0, 3]
    assert len(styles(one)) == 3
    assert allotting.advance(village.on(0)) == (3, 0), "the examples'"


def test_the_next_round_lets_go_of_both_kinds(town, dressed):
    allotting.advance(village.on(0))
    town.round([5, 3, 2], 0)
    assert allotting.advance(village.on(0)) == (0, 6)
    assert town.states(dressed) == ["released"] * 6


@pytest.fixture
def released(town, dressed):
    allotting.advance(village.on(0))
    TrainingPay.objects.filter(round=dressed).update(held_until=village.on(0, 0))
    allotting.release_due(village.on(0) + timedelta(hours=1))
    return dressed


def test_both_kinds_come_once_as_one_amount_of_each_wallet(town, released):
    before = ledger.balance(TRAINING)
    sums = {
        member.payout_wallet.address: sum(TrainingPay.objects.of(member).values_list("grains", flat=True))
        for member in town.people
    }
    village.close(0)
    village.close(0)
    village.close(1)
    assert town.earned(0) == sums and sum(sums.values()) == 114 * MET and not town.earned(1)
    assert town.states(released) == ["paid"] * 6
    assert Transfer.objects.filter(key__startswith="epoch:0:training:").count() == 3
    moved = Transfer.objects.filter(key__startswith="epoch:0:training:").values_list("amount", flat=True)
    assert sum(moved) == 114 * MET
    assert ledger.balance(TRAINING) <= before and account.promised() == 0
    assert not list(pay_checking.differences())


def test_who_has_left_is_paid_to_the_wallet_they_left(town, released):
    gone = town.people[0]
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    village.close(0)
    assert town.earned(0)[gone.payout_wallet.address] >= 10 * MET


def test_a_round_may_pay_what_styles_were_not_promised(town, dressed, settings):
    settings.TRAINING_RATE = 7
    # 100 for examples and 14 for styles, also before any row is made.
    assert account.budget().grains == 886 * MET
    allotting.advance(village.on(0))
    assert account.budget().grains == 886 * MET


def test_styles_are_stopped_and_forfeited_by_two_people_apart_from_examples(town, released, fay, finn):
    author = town.people[0]
    pay = town.pay(released, author, PayKind.STYLES)
    pay = actions.stop(actor=fay, pay=pay, reason="One hand, five votes")
    told = Notification.objects.get(member=author, kind="payout")
    assert "for styles in round 1" in told.text and told.url == "/rewards/training/1/mine/"
    with pytest.raises(SamePerson):
        actions.forfeit(actor=fay, pay=pay, note="Indeed")
    village.close(0)
    assert town.pay(released, author).state == "paid" and town.pay(released, author, PayKind.STYLES).state == "held"
    before = ledger.balance(TREASURY)
    actions.forfeit(actor=finn, pay=pay, note="Indeed")
    assert ledger.balance(TREASURY) == before + 10 * MET
    assert Transfer.objects.get(key=f"training:{pay.pk}:forfeited").amount == 10 * MET
    assert account.promised() == 0
    village.close(1)
    assert not town.earned(1)
    assert "for styles" in Notification.objects.filter(member=author, kind="payout").latest("pk").text


def test_styles_released_by_a_reviewer_come_with_the_next_day(town, released, fay):
    pay = actions.stop(actor=fay, pay=town.pay(released, town.people[1], PayKind.STYLES), reason="To be looked at")
    village.close(0)
    actions.release(actor=fay, pay=pay, note="Two people")
    village.close(1)
    assert town.earned(1) == {town.people[1].payout_wallet.address: 2 * MET}


def test_the_nightly_check_tells_what_does_not_agree(town, dressed):
    with transaction.atomic():
        Round.objects.filter(pk=dressed.pk).update(finished_at=village.on(0) - timedelta(days=3))
        assert any("for styles, and no rows" in said for said in pay_checking.differences())
        transaction.set_rollback(True)
    allotting.advance(village.on(0))
    assert not list(pay_checking.differences())
    changes = [
        (lambda: StyleShare.objects.filter(member=town.people[1]).update(grains=1), "for styles, its rows of pay"),
        (lambda: Round.objects.filter(pk=dressed.pk).update(styles_pool=1), "has a pool of 1 grains for styles"),
        (lambda: Round.objects.filter(pk=dressed.pk).update(budget=119 * MET), "the pools of round 1"),
        (lambda: StyleShare.objects.filter(member=town.people[1]).update(grains=2_000 * MET), "are promised"),
    ]
    for change, told in changes:
        with transaction.atomic():
            change()
            assert any(told in said for said in pay_checking.differences()), told
            transaction.set_rollback(True)


# --- by the round's own rules -------------------------------------------------------------------------------------


def test_the_equal_part_follows_the_rules_of_its_round(town):
    town.endow(1_000 * MET)
    town.live(2)
    one = town.round([5, 3], 100 * MET)
    allotting.advance(village.on(0))
    values = list(MemberValue.objects.filter(round=one).order_by("number"))
    assert allotting.equal_parts(one, values) == [10 * MET, 10 * MET], "today's: a tenth at most"
    one.rules = {"value_bp": 6_000, "item_cap": 50, "member_cap_bp": 10_000}
    assert allotting.equal_parts(one, values) == [20 * MET, 20 * MET]
    one.rules = {"value_bp": 6_000, "item_cap": 4, "member_cap_bp": 1_500}
    assert allotting.equal_parts(one, values) == [15 * MET, 15 * MET]
    assert records.parts_of(one) == records.Parts(6_000, 4, 1_500)


def test_rules_of_a_round_from_before_are_those_of_its_record_else_the_first_ones(town, settings):
    town.live(2)
    one = town.round([5, 3], 0)
    assert records.rules_of(one) == {} and records.parts_of(one) == records.Parts()
    place = settings.TRAINING_DIR / "1"
    place.mkdir(parents=True)
    (place / "round.json").write_text('{"rules": {"value_bp": 5000, "item_cap": 9, "member_cap_bp": 77}}')
    assert records.parts_of(one) == records.Parts(5_000, 9, 77)
    one.rules = {"value_bp": 4_000, "item_cap": 8, "member_cap_bp": 66}
    assert records.parts_of(one) == records.Parts(4_000, 8, 66), "the row's own come first"
