"""A reviewer finds a planted ring with its evidence, and puts it on hold."""

import pytest
from django.urls import reverse

from metya.ops.models import AuditEvent
from metya.wallets import roles, secondfactor
from metya.wallets.models import Member
from rewards.payouts import holding, rings
from rewards.payouts.errors import NotReviewer, WrongState
from rewards.payouts.models import Batch, Hold
from tests import make
from tests.rewards import village


@pytest.fixture
def planted(office) -> list[Member]:
    five = village.ring(0)
    village.close(0)
    return five


@pytest.fixture
def client(fay, as_member, monkeypatch):
    monkeypatch.setattr(secondfactor, "verified", lambda request: True)
    roles.sync()
    return as_member(fay)


def address(number=1, batch=None):
    return reverse("admin:rewards_batch_ring", args=[(batch or village.batch(0)).pk, number])


def test_it_is_kept_with_the_checks_and_explained(planted, client, carol, fay):
    batch = village.batch(0)
    check = next(one for one in batch.checks if one["code"] == "rings")
    assert not check["ok"] and check["figures"]["rings"] == 1 and check["figures"]["members"] == 5
    make.report(carol, planted[0])
    (ring,) = rings.views(batch, fay)
    assert {one.handle for one in ring.members} == {one.handle for one in planted}
    reported = next(one for one in ring.members if one.reports)
    assert (reported.handle, reported.reports, reported.outside) == ("r0", 1, 2)
    body = client.get(reverse("admin:rewards_batch_change", args=[batch.pk])).content.decode()
    assert "Ring 1" in body and ring.title in body and address() in body
    body = client.get(address()).content.decode()
    assert body.count('class="tie"') == 10 and body.count('class="mark"') == 5
    assert f'aria-label="{ring.title}"' in body and "of 10 pairs support each other strongly" in body
    assert "style=" not in body.split("<body")[1]


def test_the_whole_ring_is_held_at_once_for_one_reason(planted, client, office):
    office.submit(0)
    paid = village.batch(0)
    payable = rings.views(paid, office.first)[0].may_hold
    assert payable > 0
    answer = client.post(address(), {"reason": "They support only each other"}, follow=True)
    body = answer.content.decode()
    assert "On hold" in body and "They support only each other" in body
    assert Hold.objects.filter(payout__member__in=planted, state="active").count() == payable
    batch = village.batch(0)
    assert batch.state == "draft" and batch.content_hash == ""
    assert AuditEvent.objects.filter(verb="hold.placed").count() == payable
    assert AuditEvent.objects.filter(verb="batch.voided").count() == 1
    again = client.post(address(), {"reason": "They support only each other"}, follow=True)
    assert "can be put on hold any more" in again.content.decode()
    assert Hold.objects.count() == payable
    office.review(0)
    assert all(office.leaf(0, member) == 0 for member in planted)


def test_one_that_cannot_be_held_stops_all(planted, office, fay):
    payouts = [one.payout for one in rings.views(village.batch(0), fay)[0].members if one.may_hold]
    holding.place(actor=fay, payout=payouts[-1], reason="Under investigation")
    with pytest.raises(WrongState):
        holding.place_all(actor=fay, payouts=payouts, reason="They support only each other")
    assert Hold.objects.count() == 1
    with pytest.raises(WrongState):
        holding.place_all(actor=fay, payouts=[], reason="They support only each other")


def test_a_reason_is_wanted_and_what_was_typed_stays(planted, client):
    answer = client.post(address(), {"reason": "x"})
    assert answer.status_code == 422 and "x</textarea>" in answer.content.decode()
    assert not Hold.objects.exists()


def test_who_may_look_may_not_hold(planted, cole, mona, client, as_member, office):
    assert as_member(cole).get(address()).status_code == 200
    assert as_member(cole).post(address(), {"reason": "Because I can"}).status_code == 403
    assert as_member(mona).get(address()).status_code == 403
    assert "<textarea" not in as_member(cole).get(address()).content.decode()
    with pytest.raises(NotReviewer):
        holding.place_all(actor=cole, payouts=[village.payout(0, planted[0])], reason="Because I can")
    assert not Hold.objects.exists()


def test_a_ring_that_is_not_there_is_not_found(planted, client):
    assert client.get(address(2)).status_code == 404


def test_batches_from_before_rings_were_looked_for_can_be_read(planted, client):
    batch = village.batch(0)
    old = [{key: value for key, value in check.items() if key != "groups"} for check in batch.checks[:-1]]
    Batch.objects.filter(pk=batch.pk).update(checks=old)
    assert client.get(reverse("admin:rewards_batch_change", args=[batch.pk])).status_code == 200
    assert client.get(address()).status_code == 404


def test_the_screen_takes_the_same_queries_with_more_rings(planted, fay, django_assert_num_queries):
    batch = village.batch(0)
    rings.views(batch, fay)
    with django_assert_num_queries(2):
        rings.views(batch, fay)
    group = rings.kept(batch)[0]
    batch.checks[-1]["groups"] = [group] * 5
    with django_assert_num_queries(2):
        assert len(rings.views(batch, fay)) == 5
