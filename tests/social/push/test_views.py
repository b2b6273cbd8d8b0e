"""Turning push on and off, by address: what a browser may say, whose devices they are, and that they go with the session."""

import json
import stat
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone
from py_vapid import Vapid02

from metya.members import departures
from metya.wallets import sessions
from social.leaving import telling
from social.posts import actions as posts
from social.push import keys, sending
from social.push.models import MOST_DEVICES, PushDevice
from tests import make
from tests.social.push.conftest import DEVICES, HOST, Browser, b64, device_of, run_all

pytestmark = pytest.mark.django_db
RENEW = f"{DEVICES}renew/"
SETTINGS = "/settings/notifications/"


def test_on_and_off_again(alice, browser_of):
    browser = browser_of(alice, on=False)
    page = browser.client.get(SETTINGS).content.decode()
    assert f'data-push="{keys.public_key()}"' in page and "data-here" not in page and "Turn on for this device" in page
    assert browser.turn_on().status_code == 204
    device = device_of(browser)
    assert (device.member, device.label) == (alice, "Firefox on Android")
    for path in (SETTINGS, DEVICES):
        page = browser.client.get(path).content.decode()
        assert f'data-here="{device.digest}"' in page and "Firefox on Android" in page and "Send a test" in page
        assert browser.endpoint not in page
    answer = browser.client.post(f"{DEVICES}{device.pk}/remove/")
    assert (answer.status_code, answer["Location"]) == (302, "/settings/notifications/#push")
    assert not PushDevice.objects.exists()
    assert browser.client.post(f"{DEVICES}{device.pk}/remove/").status_code == 404


def test_twice_is_once(alice, browser_of):
    browser = browser_of(alice)
    assert browser.turn_on().status_code == 204
    assert PushDevice.objects.count() == 1
    # The browser has another subscription now: it takes the place of the first.
    browser.path = "/push/fresh"
    assert browser.turn_on().status_code == 204
    assert PushDevice.objects.get().endpoint == browser.endpoint


@pytest.mark.parametrize(
    "endpoint",
    [
        "", None, 5, [], "http://safe.example.net/x", "https://127.0.0.1/x", "https://localhost/x", "https://10.0.0.1/",
        "https://safe.example.net:8443/x", "https://user@safe.example.net/", "ftp://safe.example.net/", "file:///etc/passwd",
        "https://redis/x", "https://[::1]/", "https://metadata.google.internal/", "https://safe.example.net/" + "x" * 2000,
        "https://2130706433/", "https://safe.example.net/\r\nx: y",
    ],
)  # fmt: skip
def test_only_public_https_addresses(alice, browser_of, service, endpoint):
    browser = browser_of(alice, on=False)
    answer = browser.turn_on(endpoint=endpoint)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert not PushDevice.objects.exists() and not service.connected


GOOD = {"p256dh": "", "auth": "AAAAAAAAAAAAAAAAAAAAAA"}


@pytest.mark.parametrize(
    "given",
    [
        None, [], "x", {}, {"p256dh": "x"}, GOOD, GOOD | {"p256dh": "A" * 87}, GOOD | {"p256dh": "\u00e4" * 87},
        {"auth": 5, "p256dh": 7}, GOOD | {"p256dh": "BA" + "A" * 85}, GOOD | {"p256dh": "=" * 300},
    ],
)  # fmt: skip
def test_only_usable_keys(alice, browser_of, given):
    assert browser_of(alice, on=False).turn_on(keys=given).status_code == 422
    assert not PushDevice.objects.exists()


@pytest.mark.parametrize("auth", ["", "AAAA", "A" * 40, "!" * 22])
def test_the_secret_has_its_length(alice, browser_of, auth):
    browser = browser_of(alice, on=False)
    assert browser.turn_on(keys=browser.subscription["keys"] | {"auth": auth}).status_code == 422


@pytest.mark.parametrize("body", [b"", b"x", b"[]", b'{"endpoint"', b"\xff", b'"' + b"x" * 20_000 + b'"'])
def test_nonsense_is_refused(alice, browser_of, body):
    client = browser_of(alice, on=False).client
    for path in (DEVICES, RENEW):
        assert client.post(path, body, "application/json").status_code in (400, 413, 422)


def test_signed_out_and_strangers(alice, carol, browser_of):
    browser, other = browser_of(alice), browser_of(carol)
    pk = device_of(browser).pk
    for verb in ("remove", "test"):
        assert Client().post(f"{DEVICES}{pk}/{verb}/")["Location"].startswith("/sign-in/")
        assert other.client.post(f"{DEVICES}{pk}/{verb}/").status_code == 404
        assert browser.client.get(f"{DEVICES}{pk}/{verb}/").status_code == 405
    assert Client().get(DEVICES).status_code == 302 and PushDevice.objects.count() == 2
    page = other.client.get(SETTINGS).content.decode()
    assert page.count("Firefox on Android") == 1


def test_forms_of_others_are_refused(alice, browser_of):
    browser = browser_of(alice, on=False)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    strict.get("/help/")
    for path in (DEVICES, RENEW):
        assert strict.post(path, json.dumps(browser.subscription), "application/json").status_code == 403
    assert not PushDevice.objects.exists()


def test_no_more_than_ten(alice, browser_of):
    browsers = [browser_of(alice, f"number-{n}") for n in range(MOST_DEVICES)]
    late = browser_of(alice, "late", on=False)
    answer = late.turn_on()
    assert (answer.status_code, answer.json()["code"]) == (403, "too-many-devices")
    assert browsers[0].turn_on().status_code == 204  # this one is known
    late.client.post(f"{DEVICES}{device_of(browsers[3]).pk}/remove/")
    assert late.turn_on().status_code == 204


def test_a_flood_is_refused(alice, browser_of, _still_windows):
    browser = browser_of(alice)
    codes = [browser.turn_on().status_code for _n in range(25)]
    assert codes[0] == 204 and codes[-1] == 429


def test_a_browser_tells_one_member_alone(alice, carol, browser_of):
    first = browser_of(alice, "shared")
    second = Browser(browser_of(carol, on=False).client, "shared")
    second.key = first.key
    assert second.turn_on().status_code == 204
    assert [device.member for device in PushDevice.objects.all()] == [carol]


def test_who_only_knows_the_address_cannot_take_a_device_away(alice, carol, browser_of):
    browser_of(alice, "shared")
    thief = browser_of(carol, "shared", on=False)  # keys of their own
    answer = thief.turn_on()
    assert (answer.status_code, answer.json()["code"]) == (409, "known")
    assert PushDevice.objects.get().member == alice


# --- renewed by the browser --------------------------------------------------------------------------------------


def test_the_worker_renews_what_is_on(alice, browser_of):
    browser = browser_of(alice)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.client.cookies
    asked = strict.get(RENEW)
    assert asked["Cache-Control"].startswith("max-age=0") and asked.json()["key"] == keys.public_key()
    browser.path = "/push/renewed"
    headers = {"X-CSRFToken": asked.json()["token"], "Accept": "application/json"}
    answer = strict.post(RENEW, json.dumps(browser.subscription), "application/json", headers=headers)
    assert answer.status_code == 204 and PushDevice.objects.get().endpoint == browser.endpoint


def test_the_worker_turns_nothing_on(alice, browser_of):
    browser = browser_of(alice, on=False)
    assert browser.client.post(RENEW, json.dumps(browser.subscription), "application/json").status_code == 404
    assert not PushDevice.objects.exists()


# --- with the session --------------------------------------------------------------------------------------------


def test_signing_out_ends_it_there_and_nowhere_else(alice, browser_of):
    here, there = browser_of(alice, "here"), browser_of(alice, "there")
    here.client.post("/sign-out/")
    assert list(PushDevice.objects.all()) == [device_of(there)]


def test_ending_the_others_ends_their_devices(alice, browser_of):
    here = browser_of(alice, "here")
    browser_of(alice, "there")
    here.client.post("/settings/sessions/end-others/")
    assert list(PushDevice.objects.all()) == [device_of(here)]


@pytest.mark.parametrize("how", ["suspended", "left", "wallet", "ran out", "pruned"])
def test_every_other_end(alice, bob, mona, browser_of, service, how):
    browser = browser_of(alice)
    if how == "suspended":
        make.suspend(mona, alice)
    elif how == "left":
        departures.leave(actor=alice, handle="alice")
    elif how == "wallet":
        UserSession.objects.update(data={"wallet": alice.payout_wallet_id})
        sessions.end_of_wallet(alice.payout_wallet)
    elif how == "ran out":
        Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
        sending.forget()
    else:
        Session.objects.all().delete()
        UserSession.objects.update(last_seen_at=timezone.now() - timedelta(hours=2))
        sessions.prune()
    assert not PushDevice.objects.exists()
    run_all()
    assert not service.got and browser.path


def test_a_session_that_ran_out_is_told_nothing_even_before_it_is_tidied(alice, bob, browser_of, service):
    browser_of(alice)
    posts.publish(actor=bob, text="@alice hello")
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    run_all()
    assert not service.got


# --- trying it ---------------------------------------------------------------------------------------------------


def test_a_test_reaches_that_device_alone(alice, browser_of, service, _still_windows):
    browser, other = browser_of(alice), browser_of(alice, "other")
    path = f"{DEVICES}{device_of(browser).pk}/test/"
    assert browser.client.post(path).status_code == 302
    run_all()
    (asked,) = service.got
    assert asked.path == browser.path != other.path
    assert browser.read(asked)["title"] == "It works"
    assert [browser.client.post(path).status_code for _n in range(7)][-1] == 429


# --- the key -----------------------------------------------------------------------------------------------------


def test_the_key_is_made_once_and_only_its_owner_can_read_it(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    found = keys.public_key()
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and len(found) == 87
    assert keys.public_key() == found
    keys._read.cache_clear()
    assert keys.public_key() == found


def test_of_two_processes_one_makes_it(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    theirs = Vapid02()
    theirs.generate_keys()
    made = Vapid02.private_pem

    def slower(self):
        (tmp_path / keys.FILE).write_bytes(made(theirs))
        return made(self)

    monkeypatch.setattr(Vapid02, "private_pem", slower)
    assert keys._pair().private_pem() == made(theirs) and len(list(tmp_path.iterdir())) == 1


def test_a_given_key_is_used_in_each_of_its_forms(settings):
    made = Vapid02()
    made.generate_keys()
    number = made.private_key.private_numbers().private_value.to_bytes(32, "big")
    found = set()
    for text in (made.private_pem().decode(), b64(number)):
        settings.VAPID_PRIVATE_KEY = text
        keys.check()
        found.add(keys.public_key())
    assert len(found) == 1


@pytest.mark.parametrize("text", ["x", "AAAA", "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----", "\u00e4"])
def test_a_given_key_that_is_none_is_refused(settings, text):
    settings.VAPID_PRIVATE_KEY = text
    with pytest.raises(ImproperlyConfigured, match="VAPID_PRIVATE_KEY") as error:
        keys.check()
    assert text not in str(error.value) or len(text) == 1


# --- taken along -------------------------------------------------------------------------------------------------


def test_devices_stand_in_the_download_without_their_secrets(alice, browser_of):
    browser = browser_of(alice)
    (section,) = [one for one in telling.sections(alice) if one.name == "devices"]
    (row,) = section.rows()
    assert row["device"] == "Firefox on Android" and set(row) == {"device", "since", "last_told"}
    assert HOST not in str(row) and browser.path not in str(row)


def test_the_page_takes_as_many_queries_with_many_devices(alice, browser_of, django_assert_max_num_queries):
    browser = browser_of(alice)
    for n in range(4):
        browser_of(alice, f"more-{n}")
    with django_assert_max_num_queries(8):
        browser.client.get(SETTINGS)
    assert make.member()
