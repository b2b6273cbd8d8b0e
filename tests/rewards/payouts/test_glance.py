"""The screen of a batch: the formula with its numbers, what changed, who is new, the files; and a batch of nobody."""

import re

import pytest
from django.urls import reverse

from metya.wallets import roles, secondfactor
from rewards.payouts import glance, holding, review
from rewards.payouts.models import Payout
from social.templatetags.metya import met_exact
from tests.rewards import village


@pytest.fixture(autouse=True)
def _staff(db, monkeypatch):
    roles.sync()
    monkeypatch.setattr(secondfactor, "verified", lambda request: True)


def page_of(client, epoch=0):
    return client.get(reverse("admin:rewards_batch_change", args=[village.batch(epoch).pk])).content.decode()


def test_the_formula_leads_from_the_release_to_the_total(in_review, fay):
    batch = village.batch(0)
    steps = glance.formula(batch.epoch, batch.checks)
    amounts = [step.amount for step in steps]
    epoch = batch.epoch
    assert amounts[:3] == [met_exact(value) for value in (epoch.release, epoch.pool, epoch.splits["influence"])]
    assert amounts[-1] == met_exact(batch.total)
    assert "5 active ÷ 1,000" in steps[0].rule and "no more left" not in steps[0].rule


def test_a_release_that_the_year_cut_short_says_so(in_review):
    batch = village.batch(0)
    batch.epoch.release -= 1
    assert "no more left to release" in glance.formula(batch.epoch, batch.checks)[0].rule


def test_what_changed_is_a_table_and_a_picture(in_review, fay, carol):
    village.deed(in_review[0], carol, "repost", 1, 10)
    village.close(1)
    page = review.review(village.batch(1), fay)
    paid = page.changes[0]
    assert (paid.name, paid.now) == ("Paid", glance.met(village.batch(1).total))
    assert paid.before == glance.met(village.batch(0).total) and paid.difference[0] in "+−"
    assert dict(page.moved.rows)["new"] == "1" and "new: 1, gone: 0" in page.moved.title
    assert "<svg" in page.moved.drawing
    assert [row.payout.member for row in page.new] == [carol]
    assert all(row.change.startswith("+") for row in page.risen)


def test_each_row_knows_what_its_wallet_got_before(in_review):
    village.deed(in_review[0], in_review[1], "repost", 1, 10)
    village.close(1)
    before = dict(Payout.objects.filter(epoch=0).values_list("wallet", "amount"))
    for row in Payout.objects.filter(epoch=1):
        assert row.before == before[row.wallet] > 0
    assert not Payout.objects.filter(epoch=0).exclude(before=0)


def test_the_first_batch_has_nothing_to_compare_with(in_review, fay):
    page = review.review(village.batch(0), fay)
    assert (page.changes, page.new, page.risen) == ([], [], [])


def test_files_and_hashes_are_those_of_the_disk(in_review, fay, as_member):
    body = page_of(as_member(fay))
    batch = village.batch(0)
    for name in ("wallets.csv", "interactions.csv", "payouts.csv", "result.json"):
        assert batch.epoch.files[name]["sha256"] in body and f"/rewards/epochs/0/{name}" in body
    assert batch.epoch.inputs_root in body and batch.epoch.result_root in body


def test_a_batch_of_nobody_can_be_read(everyone, office, fay, as_member):
    village.close(0)
    batch = village.batch(0)
    type(batch).objects.filter(pk=batch.pk).update(count=0, total=0, checks=[])
    batch.epoch.figures = {"count": 0, "bars": []}
    batch.epoch.splits = {}
    batch.epoch.save()
    Payout.objects.filter(epoch=0).update(amount=0, cumulative=0)
    body = page_of(as_member(fay))
    assert "Nobody is paid in this epoch." in body and "Nobody reached the smallest payout" in body
    assert "Nothing was computed for this epoch." in body
    answer = as_member(fay).get(reverse("admin:rewards_batch_payouts", args=[batch.pk]))
    assert "No payout is like that." in answer.content.decode()


def test_holds_show_their_reason_and_who_placed_them(in_review, fay, as_member):
    holding.place(actor=fay, payout=village.payout(0, in_review[0]), reason="Under investigation")
    body = page_of(as_member(fay))
    assert "Under investigation" in body and "are on hold" in body


def test_every_key_presses_what_is_on_the_page(in_review, fay, as_member):
    body = page_of(as_member(fay))
    assert re.findall(r'data-press="(\w)"', body) == ["l", "r"]
    assert body.count("data-hold") == 5 and 'id="decide"' in body and 'form="decide"' in body
    assert "js/review.js" in body
