"""Who measures: by lot, never by choice, and never so many that nobody trains."""

import numpy as np
import pytest

from social.comparisons.models import Example
from social.consent import actions as consent
from social.notifications.models import Notification
from social.ranking.maths.weights import Weights
from social.training import capture, computing, lots, running, snapshot
from social.training.computing import Setting
from social.training.models import Draw, Validator
from tests.social.training import village

pytestmark = pytest.mark.django_db


def test_the_lot_depends_on_the_seed_alone_and_is_even():
    members = list(range(1, 101))
    one, other = lots.in_order(members, "a"), lots.in_order(members, "b")
    assert sorted(one) == members and one != other
    assert one == lots.in_order(list(reversed(members)), "a")
    assert [pk for pk in one if pk != 7] == lots.in_order([pk for pk in members if pk != 7], "a")
    firsts = [lots.in_order(members, str(seed))[0] for seed in range(2000)]
    assert max(np.bincount(firsts)) < 60


@pytest.mark.parametrize(
    ("of", "many"), [(0, 0), (1, 0), (2, 1), (19, 9), (20, 10), (40, 10), (100, 20), (50_000, 2000)]
)
def test_how_many_are_drawn(of, many):
    assert lots.how_many(of) == many


def test_twenty_answers_of_one_member_count_the_newest():
    members = village.people(2)
    village.ask(members, 30)
    taken = snapshot.take().measuring
    rows = lots.answers(taken, np.array([members[0].pk]))
    assert len(rows) == 20 and set(rows.members.tolist()) == {members[0].pk}
    newest = Example.objects.filter(member=members[0]).order_by("-pk").values_list("pk", flat=True)[:20]
    assert sorted(newest) == rows.ids.tolist()


def test_those_drawn_are_asked_once_and_the_count_is_kept():
    members = village.people(30)
    village.allow(members, "evaluate")
    assert lots.invite(1) == 10 and lots.invite(1) == 10
    assert Validator.objects.count() == 10 and Notification.objects.filter(kind="notice").count() == 10
    drawn = Validator.objects.order_by("pk").first()
    village.ask([drawn.member], 25, purposes=())
    grant = drawn.member.grants.get(purpose="evaluate")
    Example.objects.filter(member=drawn.member).update(evaluation=grant)
    lots.invite(2)
    drawn.refresh_from_db()
    assert drawn.answered == 20 and drawn.closed_at
    assert Validator.objects.open().count() == 10 and set(
        Validator.objects.open().values_list("number", flat=True)
    ) == {2}


def test_who_does_not_allow_measuring_is_never_drawn():
    members = village.people(30)
    village.allow(members, "train")
    consent.withdraw(actor=members[0], purpose="train")
    assert lots.invite(1) == 0 and not Notification.objects.exists()


def test_the_seed_is_sealed_until_the_round_is_over_and_made_once():
    one = lots.draw(5)
    assert lots.draw(5).seed == one.seed and Draw.objects.count() == 1
    assert lots.sealed(one.seed) != one.seed and len(lots.sealed(one.seed)) == 64


# --- captured ------------------------------------------------------------------------------------------------------


def honest_and_bought(share):
    """A village in which so large a part of those who are drawn answers the wrong way round."""
    members = village.people(300)
    drawn = lots.in_order([one.pk for one in members], lots.draw(1).seed)[:60]
    bought = [one for one in members if one.pk in drawn[: round(share * 60)]]
    village.ask(members, 20, flipped=bought)
    return snapshot.take()


def setting():
    return Setting(number=1, version=2, parent=1, champion=Weights.start(), seed=lots.draw(1).seed)


@pytest.mark.parametrize(("share", "alarm"), [(0.0, False), (0.3, True)])
def test_bought_measuring_is_an_alarm_and_honest_is_none(share, alarm):
    result = computing.compute(honest_and_bought(share), setting())
    assert result.capture.alarm is alarm and result.capture.drawn is not None
    if alarm:
        assert not result.promote and result.outcome.shares.pool == 0


def test_a_captured_round_promotes_and_pays_nothing_and_says_so(purse, client):
    honest_and_bought(0.3)
    one = running.train()
    assert "captured" in one.verdict["reasons"] and not one.verdict["promote"] and one.pool == 0
    assert "unlike everybody else" in client.get("/ranking/").content.decode()
    assert "unlike everybody else" in client.get("/ranking/1/").content.decode()


def test_of_too_few_answers_nothing_is_said():
    village.village(20, 5)
    result = computing.compute(snapshot.take(), setting())
    assert result.capture.drawn is None and not result.capture.alarm


def test_few_members_have_to_be_further_apart_than_many_before_it_is_no_chance():
    chance = np.random.default_rng(4)
    many, few = chance.random(5_000), chance.random(10)
    error = np.hypot(many.std() / np.sqrt(5_000), many.std() / np.sqrt(5_000))
    assert capture._chance(many, many) == pytest.approx(3 * error, rel=0.01)
    assert capture._chance(few, many) > 3.9 * few.std(ddof=1) / np.sqrt(10)
    assert capture._chance(np.full(10, 0.8), np.full(20, 0.8)) == pytest.approx(0, abs=1e-12)


def test_ten_honest_members_hardly_ever_look_bought():
    """Sixteen answers each, of which a model puts four fifths right, as with everybody else: three standard errors, as many
    members allow, would halt four times as many rounds of a small community."""
    chance = np.random.default_rng(5)
    drawn, others = chance.binomial(16, 0.82, (4_000, 10)) / 16, chance.binomial(16, 0.82, (4_000, 26)) / 16
    apart = np.abs(drawn.mean(axis=1) - others.mean(axis=1))
    found = [one > capture._chance(*both) for one, both in zip(apart, zip(drawn, others, strict=True), strict=True)]
    assert np.mean(found) < 0.006
    bought = [one.mean() - capture._chance(one, two) > 1 - two.mean() for one, two in zip(drawn, others, strict=True)]
    assert np.mean(bought) > 0.99, "ten who turn all of their answers round are seen nearly always"
