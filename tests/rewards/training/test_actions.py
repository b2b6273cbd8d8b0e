"""What reviewers may do with pay for training."""

import pytest

from metya.ops.models import AuditEvent
from metya.ops.waiting import waiting_for
from metya.wallets import roles, secondfactor
from metya.web.errors import Invalid, NotAllowed
from rewards.ledger import reads
from rewards.ledger.accounts import TRAINING, TREASURY
from rewards.payouts.errors import NotReviewer, SamePerson, WrongState
from rewards.training import account, actions, allotting
from rewards.training.models import TrainingPay
from social.notifications.models import Notification
from tests import make
from tests.rewards import village
from tests.rewards.training.town import MET


@pytest.fixture
def one(town):
    town.endow(1_000 * MET)
    town.live(3)
    return town.released([5, 3, 2], 100 * MET)


@pytest.fixture
def pay(town, one):
    return town.pay(one, town.people[0])


def test_a_reviewer_stops_an_amount_and_the_member_is_told_why(town, pay, fay):
    actions.stop(actor=fay, pay=pay, reason="Two accounts, one hand")
    village.close(0)
    assert town.pay(pay.round, pay.member).state == "held"
    told = Notification.objects.get(member=pay.member, kind="payout")
    assert "Two accounts, one hand" in told.text and told.url == "/rewards/training/1/mine/"
    event = AuditEvent.objects.get(verb="training_pay.held")
    assert (
        event.actor == fay and event.data["reason"] == "Two accounts, one hand" and event.data["grains"] == pay.grains
    )
    # Neither the next round nor a week lets it go.
    town.round([1, 1, 1], 0)
    allotting.advance(village.on(20))
    assert town.pay(pay.round, pay.member).state == "held"


def test_released_it_comes_with_the_next_day(town, pay, fay):
    stopped = actions.stop(actor=fay, pay=pay, reason="Two accounts, one hand")
    village.close(0)
    actions.release(actor=fay, pay=stopped, note="They are two people")
    village.close(1)
    assert town.earned(1) == {pay.member.payout_wallet.address: pay.grains}
    assert Notification.objects.filter(member=pay.member, kind="payout").count() == 2


def test_released_before_its_round_is_over_it_goes_on_waiting_for_that(town, fay):
    town.endow(1_000 * MET)
    town.live(2)
    one = town.round([5, 3], 10 * MET)
    allotting.advance(village.on(0))
    pay = actions.stop(actor=fay, pay=town.pay(one, town.people[0]), reason="Look at this")
    pay = actions.release(actor=fay, pay=pay, note="Looked at")
    assert pay.state == "held" and pay.placed_by is None
    town.round([5, 3], 0)
    allotting.advance(village.on(0))
    assert town.states(one) == ["released"] * 2


def test_forfeiting_takes_a_second_person_and_goes_to_the_treasury(town, pay, fay, finn):
    stopped = actions.stop(actor=fay, pay=pay, reason="Two accounts, one hand")
    with pytest.raises(SamePerson):
        actions.forfeit(actor=fay, pay=stopped, note="It was")
    before = account.budget().grains
    gone = actions.forfeit(actor=finn, pay=stopped, note="It was one hand")
    assert gone.state == "forfeited" and gone.decided_by == finn
    assert reads.balance(TREASURY) == pay.grains and reads.balance(TRAINING) == 1_000 * MET - pay.grains
    assert account.budget().grains == before
    village.close(0)
    assert pay.member.payout_wallet.address not in town.earned(0)
    for deed in (actions.release, actions.forfeit):
        with pytest.raises(WrongState):
            deed(actor=finn, pay=gone, note="Once more")


@pytest.mark.parametrize("roles", [(), ("moderator",), ("manager",), ("admin",)])
def test_nobody_but_reviewers(town, pay, fay, roles):
    other = make.member("other", roles=roles)
    stopped = town.pay(pay.round, town.people[1])
    stopped = actions.stop(actor=fay, pay=stopped, reason="Look at this")
    with pytest.raises(NotReviewer):
        actions.stop(actor=other, pay=pay, reason="Because")
    for deed in (actions.release, actions.forfeit):
        with pytest.raises(NotReviewer):
            deed(actor=other, pay=stopped, note="Because")


def test_not_ones_own_not_twice_and_not_what_is_paid(town, pay, fay, finn):
    TrainingPay.objects.filter(pk=pay.pk).update(member=finn)
    stopped = actions.stop(actor=fay, pay=pay, reason="Look at this")
    for deed in (actions.release, actions.forfeit):
        with pytest.raises(NotAllowed):
            deed(actor=finn, pay=stopped, note="Mine")
    with pytest.raises(WrongState):
        actions.stop(actor=fay, pay=stopped, reason="Again")
    with pytest.raises(Invalid):
        actions.release(actor=fay, pay=stopped, note=" ")
    TrainingPay.objects.filter(pk=pay.pk).update(member=town.people[0])
    village.close(0)
    with pytest.raises(WrongState):
        actions.stop(actor=fay, pay=town.pay(pay.round, town.people[1]), reason="Too late")


def test_what_is_stopped_waits_on_the_first_page_of_reviewers(town, pay, fay, cole):
    assert not [line for line in waiting_for(fay) if "training" in line.text]
    actions.stop(actor=fay, pay=pay, reason="Look at this")
    (line,) = [line for line in waiting_for(fay) if "training" in line.text]
    assert "1 amount for training is on hold" in line.text
    assert not [line for line in waiting_for(cole) if "training" in line.text]


def test_the_admin_pages_stop_release_and_forfeit(town, pay, fay, finn, cole, as_member, monkeypatch):
    monkeypatch.setattr(secondfactor, "verified", lambda request: True)
    roles.sync()
    base = f"/admin/rewards/trainingpay/{pay.pk}"
    reviewer, second = as_member(fay), as_member(finn)
    page = reviewer.get("/admin/rewards/trainingpay/").content.decode()
    assert "released: 3 · 100.00" in page and "What each round of training allots" in page
    assert "Put on hold" in reviewer.get(f"{base}/change/").content.decode()
    assert reviewer.post(f"{base}/hold/", {"reason": ""}).status_code == 422
    assert reviewer.post(f"{base}/hold/", {"reason": "Two accounts, one hand"}).status_code == 302
    assert "Two accounts, one hand" in reviewer.get(f"{base}/change/").content.decode()
    assert "needs another reviewer" in reviewer.get(f"{base}/decide/").content.decode()
    answer = reviewer.post(f"{base}/decide/", {"decision": "forfeit", "reason": "It was"})
    assert answer.status_code == 403
    assert second.post(f"{base}/decide/", {"decision": "release", "reason": "It was not"}).status_code == 302
    assert town.pay(pay.round, pay.member).state == "released"
    assert reviewer.post(f"{base}/change/").status_code == 403
    assert as_member(cole).get(f"{base}/change/").status_code in (302, 403)
    assert reviewer.get("/admin/rewards/trainingpay/999999/change/").status_code == 404
