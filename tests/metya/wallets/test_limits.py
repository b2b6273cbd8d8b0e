"""Floods of sign-in end in 429 with the time to wait, and no header moves the counter."""

import pytest
from django.test import Client, RequestFactory

from metya.wallets import proving, views
from metya.web import ratelimit
from tests.metya.wallets import wallet
from tests.metya.wallets.wallet import code

pytestmark = pytest.mark.django_db


def send_challenge(**extra):
    return wallet.post(Client(), "/wallets/challenge/", {"address": "0x" + "1" * 40, "chain_id": 5}, **extra)


def send_nonce(**extra):
    return Client().get("/wallets/nonce/", **extra)


def send_verify(**extra):
    return wallet.post(Client(), "/wallets/verify/", {"nonce": "x", "signature": "0x"}, **extra)


@pytest.mark.parametrize(
    ("send", "most"),
    [
        (send_challenge, views.CHALLENGES_PER_CLIENT),
        (send_nonce, views.CHALLENGES_PER_CLIENT),
        (send_verify, views.CHECKS_PER_CLIENT),
    ],
)
def test_a_flood_from_one_address(send, most):
    statuses = [send(HTTP_X_FORWARDED_FOR=f"10.0.{n // 250}.{n % 250}").status_code for n in range(most + 3)]
    refused = send()
    assert set(statuses[:most]) <= {200, 400} and 429 in statuses
    assert refused.status_code == 429 and code(refused) == "too-many"
    assert 0 < int(refused["Retry-After"]) <= 60
    assert send(REMOTE_ADDR="203.0.113.5").status_code != 429, "others are not shut out"


@pytest.mark.usefixtures("_still_windows")
def test_a_flood_on_one_wallet_from_many_addresses():
    address = wallet.new().address
    codes = [
        wallet.post(
            Client(),
            "/wallets/challenge/",
            {"address": address, "chain_id": 1},
            REMOTE_ADDR=f"10.1.{n // 200}.{n % 200}",
        ).status_code
        for n in range(views.CHALLENGES_PER_WALLET + 2)
    ]
    assert codes[: views.CHALLENGES_PER_WALLET - 1] == [200] * (views.CHALLENGES_PER_WALLET - 1) and codes[-1] == 429


def test_checks_of_one_wallet_are_counted_too(monkeypatch):
    monkeypatch.setattr(proving, "CHECKS_PER_WALLET", 2)
    signer = wallet.new()
    codes = []
    for n in range(5):
        client = Client(REMOTE_ADDR=f"10.2.0.{n}")
        codes.append(wallet.answer(client, wallet.ask(client, signer).json(), wallet.new()).status_code)
    assert codes[:2] == [400, 400] and codes[-1] == 429


def test_one_stranger_cannot_lock_a_wallet_out():
    assert views.CHALLENGES_PER_WALLET > 2 * views.CHALLENGES_PER_CLIENT
    assert proving.CHECKS_PER_WALLET > views.CHECKS_PER_CLIENT


def bucket(address: str, **extra) -> str:
    return ratelimit.client_bucket(RequestFactory().get("/", REMOTE_ADDR=address, **extra))


def test_a_network_of_ipv6_is_one_client():
    assert bucket("2001:db8:1:2::1") == bucket("2001:db8:1:2:ffff::9") != bucket("2001:db8:1:3::1")
    assert bucket("::ffff:203.0.113.5") == "203.0.113.5" == bucket("203.0.113.5")
    assert bucket("") == "unknown"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("6.6.6.6, 203.0.113.5", "203.0.113.5"),
        ("203.0.113.5:4711", "203.0.113.5"),
        ("[2001:db8::1]:4711", "2001:db8::"),
        ("unknown", "10.0.0.1"),
        ("x" * 5000, "10.0.0.1"),
        ("", "10.0.0.1"),
        (", ,", "10.0.0.1"),
    ],
)
def test_the_entry_of_ones_own_proxy_counts(settings, header, expected):
    settings.TRUSTED_PROXIES = 1
    assert bucket("10.0.0.1", HTTP_X_FORWARDED_FOR=header) == expected
