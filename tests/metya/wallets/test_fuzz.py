"""Whatever is sent to the sign-in endpoints: a coded refusal, never an error page."""

import json
import string

import pytest
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metya.wallets import received
from metya.wallets.errors import TABLE, SignInRefused
from tests.metya.wallets import wallet

pytestmark = pytest.mark.django_db
CODES = {*TABLE, "bad-json", "too-large", "too-many"}
quick = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)
addresses = st.text(string.hexdigits, min_size=40, max_size=40).map(lambda digits: "0x" + digits) | junk
purposes = st.sampled_from(["sign-in", "link", "unlink", "confirm", "SIGN-IN"]) | junk
subjects = st.sampled_from(["security", "link:", "payout:0x" + "1" * 40]) | junk
signatures = st.binary(max_size=140).map(lambda raw: "0x" + raw.hex()) | junk
nonces = st.text(string.ascii_letters + string.digits, max_size=70) | junk

CHALLENGE = {
    "address": addresses,
    "chain_id": st.sampled_from([1, 5]) | junk,
    "purpose": purposes,
    "subject": subjects,
    "next": junk,
}
VERIFICATION = {"nonce": nonces, "message": st.text(max_size=400) | junk, "signature": signatures}


def check(response) -> None:
    cache.clear()
    assert response.status_code < 500, response.content
    if response.status_code != 200:
        assert response.json()["code"] in CODES


@quick
@given(body=st.binary(max_size=300))
def test_any_bytes(body):
    for path in ("/wallets/challenge/", "/wallets/verify/"):
        check(wallet.post(Client(), path, body))


@quick
@given(
    data=st.fixed_dictionaries(
        {},
        optional={
            "address": addresses,
            "chain_id": st.sampled_from([1, 5]) | junk,
            "purpose": purposes,
            "subject": subjects,
            "next": junk,
        },
    )
)
def test_any_challenge(holder, data):
    check(wallet.post(Client(), "/wallets/challenge/", json.dumps(data)))


@quick
@given(
    data=st.fixed_dictionaries(
        {}, optional={"nonce": nonces, "message": st.text(max_size=400) | junk, "signature": signatures}
    )
)
def test_any_verification(data):
    check(wallet.post(Client(), "/wallets/verify/", json.dumps(data)))


@quick
@given(signature=st.binary(min_size=64, max_size=66))
def test_any_signature_of_a_real_text(signature):
    client = Client()
    asked = wallet.ask(client, wallet.new()).json()
    answer = wallet.post(client, "/wallets/verify/", {"nonce": asked["nonce"], "signature": "0x" + signature.hex()})
    check(answer)
    assert answer.status_code == 400


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_damage_to_a_good_text_is_refused_or_read_the_same(data):
    """Cut, doubled, swapped or changed in one place: it never reads as something that it does not say."""
    signer = wallet.Account.from_key(b"\x01" * 32)
    text = wallet.written(signer, "a" * 32, statement=data.draw(st.sampled_from([None, "Hello."])))
    at = data.draw(st.integers(0, len(text) - 1))
    kind = data.draw(st.sampled_from(["cut", "double", "change", "insert"]))
    new = data.draw(st.characters())
    damaged = {
        "cut": text[:at] + text[at + 1 :],
        "double": text[:at] + text[at] + text[at:],
        "change": text[:at] + new + text[at + 1 :],
        "insert": text[:at] + new + text[at:],
    }[kind]
    try:
        read = received.read(damaged)
        received.check_twice(read)
    except SignInRefused:
        return
    assert f"\nNonce: {read.nonce}\n" in damaged and f"\nURI: {read.uri}\n" in damaged
    assert f"\nChain ID: {read.chain_id}\n" in damaged and damaged.split("\n")[1] == read.address
