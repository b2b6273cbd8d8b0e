"""Consent by address: the page, giving, taking back, receipts, and strangers."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from social.consent import actions, texts
from social.consent.models import Grant
from social.profiles.models import Profile

pytestmark = pytest.mark.django_db
PAGE = "/settings/consent/"


def form(purpose="train", **fields):
    return {"purpose": purpose, "version": "1", "language": "en"} | fields


def test_all_is_off_and_said_in_full(alice, as_member):
    page = as_member(alice).get(PAGE).content.decode()
    assert page.count("Allow<span") == 3 and "Take it back" not in page and page.count("state idle") == 3
    for versions in texts.TEXTS.values():
        assert versions[-1].never in page
    assert "a receipt with its exact words stands here" in page


def test_a_member_allows_reads_the_receipt_and_takes_it_back(alice, as_member):
    client = as_member(alice)
    given = client.post(PAGE + "give/", form(), follow=True)
    page = given.content.decode()
    grant = Grant.objects.get()
    assert given.redirect_chain == [(PAGE, 302)] and "Your receipt is on this page" in page
    assert f"{PAGE}receipts/{grant.pk}/" in page and page.count("Take it back<span") == 1
    receipt = client.get(f"{PAGE}receipts/{grant.pk}/").content.decode()
    assert grant.digest in receipt and "Between which posts you chose" in receipt and "Counts now" in receipt
    sent = client.get(f"{PAGE}receipts/{grant.pk}.json")
    assert sent["Content-Disposition"].startswith("attachment") and json.loads(sent.content)["sha256"] == grant.digest
    page = client.post(PAGE + "withdraw/", {"purpose": "train"}, follow=True).content.decode()
    assert "not used any more" in page and page.count("Allow<span") == 3
    assert not Grant.objects.open().exists()
    assert "Over" in client.get(f"{PAGE}receipts/{grant.pk}/").content.decode()


def test_what_is_sent_twice_is_the_same(alice, as_member):
    client = as_member(alice)
    for _time in range(2):
        assert client.post(PAGE + "give/", form()).status_code == 302
    assert Grant.objects.count() == 1
    for _time in range(2):
        assert client.post(PAGE + "withdraw/", form()).status_code == 302
    assert Grant.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 422),
        ({"purpose": "sell"}, 422),
        ({"version": "x"}, 422),
        ({"version": "-1"}, 422),
        ({"version": "9" * 40}, 422),
        ({"version": "2"}, 409),
    ],
)
def test_damaged_forms(alice, as_member, sent, status):
    answer = as_member(alice).post(PAGE + "give/", form(**sent) if sent else {})
    assert answer.status_code == status and not Grant.objects.exists()


def test_taking_back_what_is_no_purpose(alice, as_member):
    assert as_member(alice).post(PAGE + "withdraw/", {"purpose": "sell"}).status_code == 422


@pytest.mark.usefixtures("_still_windows")
def test_a_flood_of_grants_is_stopped_and_taking_back_never(alice, as_member):
    client = as_member(alice)
    for _time in range(30):
        client.post(PAGE + "give/", form())
        client.post(PAGE + "withdraw/", form())
    assert client.post(PAGE + "give/", form()).status_code == 429
    for _time in range(40):
        assert client.post(PAGE + "withdraw/", form()).status_code == 302


def test_a_stranger_sees_no_receipt(alice, carol, as_member, client):
    grant = actions.give(actor=alice, purpose="train", version=1)
    for path in (f"{PAGE}receipts/{grant.pk}/", f"{PAGE}receipts/{grant.pk}.json"):
        assert as_member(carol).get(path).status_code == 404
        assert client.get(path)["Location"].startswith("/sign-in/")
    as_member(carol).post(PAGE + "withdraw/", form())
    assert Grant.objects.open().get() == grant
    assert str(grant.digest) not in as_member(carol).get(PAGE).content.decode()


def test_wrong_verbs_and_signed_out(alice, as_member, client):
    member = as_member(alice)
    for path in ("give/", "withdraw/"):
        assert member.get(PAGE + path).status_code == 405
        assert client.post(PAGE + path, form())["Location"].startswith("/sign-in/")
    assert member.post(PAGE).status_code == 405
    assert client.get(PAGE)["Location"].startswith("/sign-in/")
    assert not Grant.objects.exists()


def test_the_page_costs_the_same_with_many_receipts_and_goes_on(alice, as_member):
    client = as_member(alice)

    def queries():
        with CaptureQueriesContext(connection) as seen:
            client.get(PAGE)
        return len(seen)

    for count in (3, 30):
        while Grant.objects.count() < count:
            actions.give(actor=alice, purpose="train", version=1)
            actions.withdraw(actor=alice, purpose="train")
        if count == 3:
            queries()
            few = queries()
    assert queries() == few
    page = client.get(PAGE).content.decode()
    following = page.split("?before=")[1].split('"')[0]
    rest = client.get(f"{PAGE}?before={following}").content.decode()
    assert rest.count("/receipts/") == 10 and "Allow<span" not in rest
    assert client.get(f"{PAGE}?before=x").status_code == 400


def test_a_new_text_is_said_and_asked_anew(alice, as_member, monkeypatch):
    client = as_member(alice)
    client.post(PAGE + "give/", form())
    monkeypatch.setitem(texts.TEXTS, "train", (*texts.TEXTS["train"], texts.Text("T", "New words.", "N", "E")))
    page = client.get(PAGE).content.decode()
    assert "The text has changed since you allowed this" in page and "New words." in page
    assert client.post(PAGE + "give/", form()).status_code == 409
    client.post(PAGE + "give/", form(version="2"))
    assert Grant.objects.open().get().version == 2 and Grant.objects.count() == 2
    assert Profile.objects.filter(member=alice).exists()
