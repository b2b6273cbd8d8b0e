"""The list of sessions, and ending them."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.test import Client
from django.utils import timezone

from metya.wallets import sessions, tasks
from metya.wallets.signals import session_ended
from tests.metya.wallets import wallet

pytestmark = pytest.mark.django_db
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604.1"


def another(holder) -> Client:
    client = Client(headers={"User-Agent": PHONE}, REMOTE_ADDR="203.0.113.9")
    wallet.sign_in(client, holder.signer)
    return client


def number_of(client: Client) -> int:
    return UserSession.objects.get(session_key=client.session.session_key).pk


def test_the_list_says_where_from_and_which_is_this_one(holder):
    alice = holder("alice")
    another(alice)
    page = alice.client.get("/settings/sessions/").content.decode()
    assert "Safari on iPhone" in page and "203.0.113.9" in page and "this one" in page
    assert f"opened by {alice.signer.address.lower()[:6]}" in page
    assert page.count("/end/") == 1, "this one is ended by signing out"


def test_ending_one(holder):
    alice = holder("alice")
    phone, heard = another(alice), []
    key = phone.session.session_key
    session_ended.connect(lambda sender, session_key, **_: heard.append(session_key), weak=False, dispatch_uid="test")
    response = alice.client.post(f"/settings/sessions/{number_of(phone)}/end/")
    session_ended.disconnect(dispatch_uid="test")
    assert response["Location"] == "/settings/sessions/"
    assert heard == [key]
    assert phone.get("/settings/sessions/").status_code == 302
    assert alice.signed_in()
    assert alice.client.post("/settings/sessions/999999/end/").status_code == 404


def test_ending_all_others(holder):
    alice, bob = holder("alice"), holder("bob")
    phones = [another(alice), another(alice)]
    alice.client.post("/settings/sessions/end-others/")
    assert alice.signed_in() and bob.signed_in()
    assert [phone.get("/settings/sessions/").status_code for phone in phones] == [302, 302]
    alice.client.post("/settings/sessions/end-others/")
    assert alice.signed_in(), "a repeat changes nothing"


def test_there_are_two_cookies_and_no_third(holder):
    """Those two are named __Host- in production; what a page is to say next waits in the session."""
    alice = holder("alice")
    alice.client.post("/settings/sessions/end-others/")
    page = alice.client.get("/settings/sessions/")
    assert "0 other sessions have ended." in page.content.decode()
    assert set(alice.client.cookies) == {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}


def test_nobody_ends_a_strangers_session(holder):
    alice, bob = holder("alice"), holder("bob")
    number = number_of(bob.client)
    assert alice.client.post(f"/settings/sessions/{number}/end/").status_code == 404
    assert bob.signed_in()
    assert Client().post(f"/settings/sessions/{number}/end/").status_code == 302
    assert bob.signed_in()


def test_wrong_verbs(holder):
    alice = holder("alice")
    assert alice.client.get("/settings/sessions/end-others/").status_code == 405
    assert alice.client.get(f"/settings/sessions/{number_of(alice.client)}/end/").status_code == 405
    assert alice.client.post("/settings/sessions/").status_code == 405


def test_a_session_is_written_down_at_most_every_five_minutes(holder, django_assert_num_queries):
    alice = holder("alice")
    with django_assert_num_queries(2):  # session and member, nothing about where it was seen
        assert alice.client.get("/wallets/verify/", headers={"Accept": "application/json"}).status_code == 405
    session = alice.client.session
    session["seen"] = session["seen"] - 301
    session.save()
    alice.client.get("/settings/sessions/", headers={"User-Agent": PHONE})
    row = UserSession.objects.get(session_key=alice.client.session.session_key)
    assert row.user_agent == PHONE and row.data == {"wallet": alice.member.payout_wallet_id}


def test_where_somebody_was_is_forgotten_once_the_session_is_gone(holder):
    alice, bob = holder("alice"), holder("bob")
    old, young = another(alice), another(alice)
    rows = {client: number_of(client) for client in (old, young)}
    UserSession.objects.exclude(pk=rows[young]).update(last_seen_at=timezone.now() - timedelta(hours=2))
    for client in (old, young):
        client.post("/sign-out/")
    tasks.prune.func()
    assert not UserSession.objects.filter(pk=rows[old]).exists()
    assert UserSession.objects.filter(pk=rows[young]).exists(), "a session may just be beginning"
    assert alice.signed_in() and bob.signed_in() and UserSession.objects.count() == 3


def test_an_odd_client_address_does_no_harm(holder):
    alice = holder("alice")
    client = Client(REMOTE_ADDR="")
    assert wallet.sign_in(client, alice.signer).status_code == 200
    assert UserSession.objects.get(session_key=client.session.session_key).ip == "0.0.0.0"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("", "Unknown device"),
        ("curl/8", "Unknown device"),
        (PHONE, "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
    ],
)
def test_devices_in_words(agent, words):
    assert sessions.device(agent) == words
