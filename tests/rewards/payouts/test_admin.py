"""The reviewers' pages: every role at every address, and a review from the first click to the last."""

from urllib.parse import parse_qsl

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from metya.wallets import roles, secondfactor
from rewards.payouts import holding, listing
from rewards.payouts.checklist import POINTS
from rewards.payouts.models import Batch, Hold, Payout
from tests import make
from tests.rewards import village

VIEWABLE = {
    "account": {"reviewer"},
    "transfer": {"reviewer"},
    "ledgercheck": {"reviewer"},
    "hold": {"reviewer"},
    "batch": {"reviewer", "manager"},
    "payout": {"reviewer", "manager"},
    "epoch": {"reviewer", "manager"},
    "parameters": {"reviewer", "manager"},
    "seed": {"reviewer", "manager"},
    "trainingpay": {"reviewer"},
}


@pytest.fixture(autouse=True)
def _factor(monkeypatch):
    """A second factor was given a moment ago."""
    monkeypatch.setattr(secondfactor, "verified", lambda request: True)
    monkeypatch.setattr(secondfactor, "recent", lambda request, seconds=300: True)


@pytest.fixture
def staff(db):
    """One person for each role, with the permissions that the role has."""
    roles.sync()
    people = {role: make.member(f"a_{role}", roles=(role,)) for role in ("moderator", "reviewer", "manager")}
    return people | {"admin": make.member("a_admin", roles=("admin",), is_superuser=True), "": make.member("nobody")}


def url(name, *arguments):
    return reverse(f"admin:rewards_{name}", args=arguments)


@pytest.mark.parametrize("model", VIEWABLE)
@pytest.mark.parametrize("role", ["moderator", "reviewer", "manager", "admin", ""])
def test_every_list_against_every_role(as_member, staff, in_review, model, role):
    client = as_member(staff[role])
    status = client.get(url(f"{model}_changelist")).status_code
    allowed = role in VIEWABLE[model] | {"admin"}
    assert status == (200 if allowed else 403 if role else 302), (model, role)


@pytest.mark.parametrize("model", VIEWABLE)
def test_nobody_adds_changes_or_deletes_a_row(as_member, staff, in_review, model):
    row = apps.get_model("rewards", model).objects.first()
    for role in ("reviewer", "admin"):
        client = as_member(staff[role])
        assert client.get(url(f"{model}_add")).status_code == 403
        if row is None:
            continue
        assert client.get(url(f"{model}_delete", row.pk)).status_code == 403
        before = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
        assert client.post(url(f"{model}_change", row.pk), {"balance": 1, "state": "approved"}).status_code == 403
        row.refresh_from_db()
        assert {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields} == before


@pytest.fixture
def addresses(in_review, office):
    hold = holding.place(actor=office.first, payout=village.payout(0, in_review[1]), reason="Under investigation")
    batch = village.batch(0)
    return {
        "review": url("batch_change", batch.pk),
        "payouts": url("batch_payouts", batch.pk),
        "submit": url("batch_submit", batch.pk),
        "approve": url("batch_approve", batch.pk),
        "reject": url("batch_reject", batch.pk),
        "hold": url("batch_hold", village.payout(0, in_review[0]).pk),
        "decide": url("batch_decide", hold.pk),
    }


@pytest.mark.parametrize("role", ["moderator", "manager", "admin"])
def test_who_may_look_may_not_act(as_member, staff, addresses, role):
    client = as_member(staff[role])
    for name in ("review", "payouts"):
        assert client.get(addresses[name]).status_code == (403 if role == "moderator" else 200)
    for name in ("submit", "approve", "reject", "hold", "decide"):
        answer = client.post(addresses[name], {"reason": "Because I can", "decision": "release"})
        assert answer.status_code == 403, name
    for name in ("reject", "hold", "decide"):
        assert client.get(addresses[name]).status_code == 403, name
    assert village.batch(0).state == "draft" and Hold.objects.get().state == "active"


def test_members_and_visitors_are_sent_away(as_member, client, staff, addresses):
    for visitor in (client, as_member(staff[""])):
        for address in addresses.values():
            assert visitor.get(address).status_code in (302, 403)
            assert visitor.post(address).status_code in (302, 403)
    assert village.batch(0).state == "draft"


def test_verbs_are_posts(as_member, staff, addresses):
    client = as_member(staff["reviewer"])
    for name in ("submit", "approve"):
        assert client.get(addresses[name]).status_code == 405
    assert client.post(addresses["review"]).status_code == 403


def test_forms_keep_what_was_typed(as_member, staff, addresses):
    client = as_member(staff["reviewer"])
    for name in ("reject", "hold", "decide"):
        answer = client.post(addresses[name], {"reason": "x"})
        assert answer.status_code == 422, name
        assert ">\nx</textarea>" in answer.content.decode() or ">x</textarea>" in answer.content.decode()


def test_a_review_from_the_first_click_to_the_last(as_member, in_review, office, fay, finn, cole):
    roles.sync()
    first, second = as_member(fay), as_member(finn)
    batch = village.batch(0)
    page = url("batch_change", batch.pk)
    body = first.get(page).content.decode()
    assert "No check needs a look" in body and "Submit for approval" in body
    assert "style=" not in body.split("<body")[1] and "<svg" in body
    assert first.post(url("batch_submit", batch.pk), {"points": list(POINTS)}, follow=True).status_code == 200

    assert "You submitted this batch" in first.get(page).content.decode()
    content = Batch.objects.get(pk=batch.pk).content_hash
    assert first.post(url("batch_approve", batch.pk), {"content_hash": content}).status_code == 403

    body = second.get(page).content.decode()
    assert content in body and "Approve 5 payouts" in body
    stale = second.post(url("batch_approve", batch.pk), {"content_hash": "0" * 64, "points": list(POINTS)}, follow=True)
    assert "not what was submitted" in stale.content.decode()
    done = second.post(url("batch_approve", batch.pk), {"content_hash": content, "points": list(POINTS)}, follow=True)
    assert "Approved. It goes to the chain now." in done.content.decode()
    assert village.batch(0).state == "approved"
    for reader in (first, second):
        body = reader.get(page).content.decode()
        assert "By @fay and @finn" in body
        assert "Submit for approval" not in body and "Approve 5 payouts" not in body and "Reject" not in body


def test_without_a_recent_factor_the_second_reviewer_is_asked_for_it(as_member, in_review, office, finn, monkeypatch):
    roles.sync()
    batch = office.submit(0)
    monkeypatch.setattr(secondfactor, "recent", lambda request, seconds=300: False)
    answer = as_member(finn).post(url("batch_approve", batch.pk), {"content_hash": batch.content_hash})
    assert answer.status_code == 302 and "next=" in answer["Location"]
    assert village.batch(0).state == "submitted"


def test_hold_and_decision_by_form(as_member, in_review, fay, finn):
    roles.sync()
    payout = village.payout(0, in_review[0])
    answer = as_member(fay).post(url("batch_hold", payout.pk), {"reason": "Under investigation"}, follow=True)
    assert "On hold" in answer.content.decode() and "Under investigation" in answer.content.decode()
    hold = Hold.objects.get()
    own = as_member(fay).post(url("batch_decide", hold.pk), {"decision": "forfeit", "reason": "Admitted it"})
    assert own.status_code == 403
    as_member(finn).post(url("batch_decide", hold.pk), {"decision": "release", "reason": "Nothing was found"})
    assert Hold.objects.get().state == "cancelled"


def test_the_list_of_payouts_is_filtered_and_paged(as_member, staff, in_review):
    batch = village.batch(0)
    client = as_member(staff["reviewer"])
    address = url("batch_payouts", batch.pk)
    assert "@p0" in client.get(address, {"q": "@P0"}).content.decode()
    assert "No payout is like that" in client.get(address, {"q": "0xffff"}).content.decode()
    assert "No payout is like that" in client.get(address, {"state": "held"}).content.decode()
    assert client.get(address, {"after": "x"}).status_code == 400
    rows = [Payout(epoch_id=0, wallet=f"0x{n:040x}", amount=5 + n // 2, cumulative=5 + n // 2) for n in range(120)]
    Payout.objects.bulk_create(rows)
    seen, after = [], ""
    while True:
        page = listing.page(batch, staff["reviewer"], listing.Asked(after=after))
        seen += [row.payout.pk for row in page.rows]
        after = dict(parse_qsl(page.next)).get("after", "")
        if not after:
            break
    assert len(seen) == len(set(seen)) == 125
    Payout.objects.filter(wallet__startswith="0x0000").delete()


def test_the_review_takes_the_same_queries_however_long(as_member, staff, in_review):
    client, page = as_member(staff["reviewer"]), url("batch_change", village.batch(0).pk)
    client.get(page)

    def queries():
        with CaptureQueriesContext(connection) as caught:
            assert client.get(page).status_code == 200
        return len(caught)

    few = queries()
    member = in_review[0]
    Payout.objects.bulk_create(
        Payout(epoch_id=0, wallet=f"0x{n:040x}", amount=10**12, cumulative=10**12, member=member) for n in range(60)
    )
    assert queries() == few
    Payout.objects.filter(wallet__startswith="0x0000").delete()
