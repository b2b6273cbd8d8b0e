"""The checklist: every point, from each of the two, recorded with the batch and in the audit trail."""

import pytest
from django.urls import reverse

from metya.ops.models import AuditEvent
from metya.wallets import roles, secondfactor
from rewards.payouts import actions, holding
from rewards.payouts.checklist import POINTS
from rewards.payouts.errors import PointsOpen
from tests.rewards import village


@pytest.mark.parametrize("points", [(), list(POINTS)[:-1], ["totals"] * 5, ["nonsense", *list(POINTS)[1:]]])
def test_nothing_is_submitted_or_approved_with_a_point_open(in_review, office, fay, finn, points):
    with pytest.raises(PointsOpen):
        actions.submit(actor=fay, batch=village.batch(0), points=points)
    assert village.batch(0).state == "draft"
    batch = office.submit(0)
    with pytest.raises(PointsOpen):
        actions.approve(actor=finn, batch=batch, content_hash=batch.content_hash, confirmed=True, points=points)
    assert village.batch(0).state == "submitted"


def test_both_confirmations_are_kept_and_audited(in_review, office):
    office.review(0)
    batch = village.batch(0)
    assert batch.submitted_points == batch.approved_points == list(POINTS)
    for verb in ("batch.submitted", "batch.approved"):
        assert AuditEvent.objects.get(verb=verb).data["points"] == list(POINTS)


def test_a_change_of_content_takes_the_confirmation_back(in_review, office, fay):
    office.submit(0)
    holding.place(actor=fay, payout=village.payout(0, in_review[0]), reason="Under investigation")
    assert village.batch(0).submitted_points == []


def test_an_open_point_brings_the_page_again_with_what_was_ticked(in_review, fay, as_member, monkeypatch):
    monkeypatch.setattr(secondfactor, "verified", lambda request: True)
    roles.sync()
    address = reverse("admin:rewards_batch_submit", args=[village.batch(0).pk])
    answer = as_member(fay).post(address, {"points": ["totals", "files"]})
    body = answer.content.decode()
    assert answer.status_code == 422 and "Still open on the checklist" in body
    assert body.count("required checked") == 2 and 'value="files" required checked' in body
    assert village.batch(0).state == "draft"


def test_what_was_ticked_comes_back_from_the_second_factor(in_review, office, finn, as_member, monkeypatch):
    monkeypatch.setattr(secondfactor, "verified", lambda request: True)
    monkeypatch.setattr(secondfactor, "recent", lambda request, seconds=300: False)
    roles.sync()
    batch = office.submit(0)
    address = reverse("admin:rewards_batch_approve", args=[batch.pk])
    answer = as_member(finn).post(address, {"content_hash": batch.content_hash, "points": ["totals", "<b>"]})
    assert answer.status_code == 302 and "ticked%3Dtotals" in answer["Location"]
    page = reverse("admin:rewards_batch_change", args=[batch.pk])
    body = as_member(finn).get(page, {"ticked": "totals,nonsense"}).content.decode()
    assert body.count("required checked") == 1 and 'value="totals" required checked' in body
