"""Pay for training on a moderator's card and on the transparency page; and what a suspension does to it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from rewards.training import actions
from rewards.training.moderated import held_between
from social.moderation import stakes
from social.transparency import held
from social.transparency.held import Held
from tests.rewards import village
from tests.rewards.training.town import MET


@pytest.fixture
def one(town):
    town.endow(1_000 * MET)
    town.live(3)
    return town.released([5, 3, 2], 100 * MET)


def test_a_moderator_sees_what_is_on_its_way(town, one, carol, django_assert_max_num_queries):
    member = town.people[0]
    pay = town.pay(one, member)
    told = [stake for stake in stakes.at_stake(member) if "training" in stake.words]
    assert [(stake.words, stake.amount) for stake in told] == [("for training, on its way, 1 round", pay.grains)]
    village.close(0)
    assert not [stake for stake in stakes.at_stake(member) if "training" in stake.words]
    assert not [stake for stake in stakes.at_stake(carol) if "training" in stake.words]


def test_a_suspended_member_is_paid_with_the_first_day_after_it(town, one):
    member = town.people[0]
    grains, address = town.pay(one, member).grains, member.payout_wallet.address
    member.suspended_until = timezone.now() + timedelta(days=3)
    member.save(update_fields=["suspended_until"])
    village.close(0)
    assert address not in town.earned(0)
    assert any("training" in stake.words for stake in stakes.at_stake(member))
    member.suspended_until = None
    member.save(update_fields=["suspended_until"])
    village.close(1)
    assert town.earned(1)[address] == grains


def test_the_transparency_page_counts_what_reviewers_stopped(town, one, fay, finn):
    today = timezone.now().date()
    assert held_between(today, today) == Held(0, 0, 0, 0)
    first, second, third = (town.pay(one, member) for member in town.people)
    for pay in (first, second, third):
        actions.stop(actor=fay, pay=pay, reason="Two accounts, one hand")
    assert held_between(today, today) == Held(placed=3, standing=3, released=0, forfeited=0)
    actions.release(actor=fay, pay=first, note="They are two people")
    actions.forfeit(actor=finn, pay=second, note="They are one person")
    assert held_between(today, today) == Held(placed=3, standing=1, released=1, forfeited=1)
    # Stopped again it is the same amount.
    actions.stop(actor=fay, pay=town.pay(one, town.people[0]), reason="There is something new")
    assert held_between(today, today) == Held(placed=3, standing=2, released=0, forfeited=1)
    assert held_between(today - timedelta(days=9), today - timedelta(days=1)) == Held(0, 0, 0, 0)
    assert held_between in held._sources
