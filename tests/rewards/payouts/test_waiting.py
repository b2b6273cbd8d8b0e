"""The front page of the staff names what waits for each, and only what they may act on."""

import pytest

from metya.ops.waiting import waiting_for
from metya.wallets import roles, secondfactor
from rewards.payouts import holding
from tests.rewards import village


def texts(member):
    return [line.text for line in waiting_for(member)]


def test_a_batch_waits_for_one_reviewer_and_then_for_another(in_review, office, cole):
    fay, finn = office.first, office.second
    assert texts(fay) == texts(finn) == ["Batch of epoch 0: look at it and submit it"]
    assert texts(cole) == texts(in_review[0]) == []
    office.submit(0)
    assert texts(fay) == ["Batch of epoch 0: waits for a second reviewer, since you submitted it"]
    assert texts(finn) == ["Batch of epoch 0: approve it as the second reviewer"]
    office.approve(0)
    assert texts(fay) == texts(finn) == []


def test_holds_wait_until_they_are_decided(in_review, office):
    payout = village.payout(0, in_review[0])
    hold = holding.place(actor=office.first, payout=payout, reason="Looks like a ring")
    assert "1 payout is on hold: release or forfeit it" in texts(office.second)
    holding.release(actor=office.second, hold=hold, note="It is none")
    assert not [text for text in texts(office.second) if "hold" in text]


@pytest.fixture
def _factor(monkeypatch):
    monkeypatch.setattr(secondfactor, "verified", lambda request: True)


@pytest.mark.usefixtures("_factor")
def test_the_front_page_shows_it(in_review, office, as_member):
    roles.sync()
    page = as_member(office.first).get("/admin/").content.decode()
    assert f'href="/admin/rewards/batch/{village.batch(0).pk}/change/">Batch of epoch 0: look at it' in page
    office.review(0)
    assert "Nothing waits for you." in as_member(office.first).get("/admin/").content.decode()
