"""Sign-in texts that clients wrote themselves."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings as site
from django.test import Client
from django.utils import timezone
from eth_account import Account

from metya.wallets import received, signatures
from metya.wallets.errors import SignInRefused
from metya.wallets.models import Member
from tests.metya.wallets import vectors, wallet
from tests.metya.wallets.wallet import code, stamp

pytestmark = pytest.mark.django_db


def later(**parts) -> str:
    return stamp(timezone.now() + timedelta(**parts))


def test_a_client_that_writes_its_own_text_signs_in():
    client, signer = Client(), wallet.new()
    response = wallet.send_written(client, signer)
    assert response.status_code == 200 and response.json() == {"next": "/welcome/"}
    assert "_auth_user_id" in client.session


@pytest.mark.parametrize(
    "changes",
    [
        {"statement": None},
        {"expiration_time": None},
        {"uri": "http://testserver"},
        {"uri": "http://testserver/sign-in/?next=/x#y"},
        {"scheme": "http"},
        {"chain_id": 42161},
        {"tail": "\nRequest ID: some-id_1"},
        {"tail": "\nResources:\n- https://example.com/tos\n- ipfs://Qme7ss3ARVgxv6rXqVPiikMJ8u2NLgmgszg13pYrDKEoiu"},
        {"statement": "x" * 1500},
    ],
)
def test_what_the_grammar_allows_is_taken(changes):
    assert wallet.send_written(Client(), wallet.new(), **changes).status_code == 200


def test_times_may_be_written_with_an_offset_and_a_little_fast():
    moment = timezone.now().astimezone(UTC) + timedelta(seconds=30)
    written = (moment + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S+02:00")
    assert (
        wallet.send_written(Client(), wallet.new(), issued_at=written, not_before=later(seconds=-5)).status_code == 200
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"domain": "evil.example"}, "wrong-domain"),
        ({"domain": "testserver.evil.example"}, "wrong-domain"),
        ({"domain": "user@testserver"}, "wrong-domain"),
        ({"domain": "testserver:8000"}, "wrong-domain"),
        ({"scheme": "https"}, "wrong-domain"),
        ({"uri": "http://evil.example/"}, "wrong-uri"),
        ({"uri": "http://testserver.evil.example/"}, "wrong-uri"),
        ({"uri": "http://testserver@evil.example/"}, "wrong-uri"),
        ({"uri": "https://testserver/"}, "wrong-uri"),
        ({"chain_id": 5}, "chain-not-allowed"),
        ({"chain_id": 31337}, "chain-not-allowed"),
        ({"chain_id": 0}, "message-malformed"),
        ({"chain_id": "01"}, "message-malformed"),
        ({"chain_id": "1" * 30}, "message-malformed"),
        ({"version": "2"}, "message-malformed"),
        ({"nonce": "a" * 32}, "challenge-unknown"),
        ({"nonce": "short"}, "message-malformed"),
        ({"nonce": ""}, "message-malformed"),
        ({"nonce": "a" * 65}, "message-malformed"),
        ({"nonce": "a-b-c-d-e-f"}, "message-malformed"),
        ({"uri": "/relative"}, "message-malformed"),
        ({"statement": "two\nlines"}, "message-malformed"),
        ({"statement": "bidi \u202e"}, "message-malformed"),
        ({"statement": "tab\t"}, "message-malformed"),
        ({"statement": "carriage\r"}, "message-malformed"),
        ({"statement": "x" * 2048}, "message-too-long"),
        ({"tail": "\n"}, "message-malformed"),
        ({"tail": "\nRequest ID: "}, "message-malformed"),
        ({"tail": "\nResources:"}, "message-malformed"),
        ({"tail": "\nResources:\n- no scheme"}, "message-malformed"),
        ({"tail": "\nResources:" + "\n- a:b" * 11}, "message-malformed"),
        ({"tail": "\nChain ID: 1"}, "message-malformed"),
        ({"issued_at": "2026-13-01T00:00:00Z"}, "message-malformed"),
        ({"issued_at": "2026-02-30T00:00:00Z"}, "message-malformed"),
        ({"issued_at": "yesterday"}, "message-malformed"),
        ({"issued_at": "2026-01-01T00:00:00"}, "message-malformed"),
        ({"expiration_time": "99999-01-01T00:00:00Z"}, "message-malformed"),
    ],
)
def test_every_field_is_compared(changes, expected):
    client = Client()
    assert code(wallet.send_written(client, wallet.new(), **changes)) == expected
    assert "_auth_user_id" not in client.session and not Member.objects.exists()


@pytest.mark.parametrize(
    ("field", "shift", "expected"),
    [
        ("issued_at", {"seconds": 90}, "issued-in-future"),
        ("issued_at", {"minutes": -7}, "issued-too-early"),
        ("issued_at", {"days": -3650}, "issued-too-early"),
        ("expiration_time", {"seconds": -1}, "message-expired"),
        ("expiration_time", {"minutes": 11}, "expiry-too-late"),
        ("expiration_time", {"days": 365}, "expiry-too-late"),
        ("not_before", {"seconds": 30}, "message-not-yet-valid"),
    ],
)
def test_times_are_compared(field, shift, expected):
    assert code(wallet.send_written(Client(), wallet.new(), **{field: later(**shift)})) == expected


def test_the_address_needs_its_checksum():
    signer = wallet.new()
    assert code(wallet.send_written(Client(), signer, address=signer.address.lower())) == "bad-checksum"


def test_a_number_in_the_statement_is_not_the_number():
    client, signer = Client(), wallet.new()
    good = client.get("/wallets/nonce/").json()["nonce"]
    assert code(wallet.send_written(client, signer, nonce="b" * 32, statement=f"Nonce: {good}")) == "challenge-unknown"
    injected = f"I agree\n\nURI: http://testserver/\nVersion: 1\nChain ID: 1\nNonce: {good}\nIssued At: {later()}"
    assert code(wallet.send_written(client, signer, nonce="b" * 32, statement=injected)) == "message-malformed"


def test_a_number_is_good_once_and_for_its_own_session():
    client, other, signer = Client(), Client(), wallet.new()
    nonce = client.get("/wallets/nonce/").json()["nonce"]
    text = wallet.written(signer, nonce)
    sent = {"message": text, "signature": wallet.signature(signer, text)}
    other.get("/wallets/nonce/")
    assert code(wallet.post(other, "/wallets/verify/", sent)) == "challenge-unknown"
    assert wallet.post(client, "/wallets/verify/", sent).status_code == 200
    assert code(wallet.post(client, "/wallets/verify/", sent)) == "challenge-unknown"


def test_a_number_alone_is_no_text():
    client = Client()
    nonce = client.get("/wallets/nonce/").json()["nonce"]
    assert code(wallet.post(client, "/wallets/verify/", {"nonce": nonce, "signature": "0x" + "11" * 65})) == "bad-field"


def test_the_sites_own_text_may_be_sent_back_whole_but_not_another_under_its_number():
    client, signer = Client(), wallet.new()
    asked = wallet.ask(client, signer).json()
    other = wallet.written(signer, asked["nonce"])
    sent = {"message": other, "signature": wallet.signature(signer, other)}
    assert code(wallet.post(client, "/wallets/verify/", sent)) == "message-changed"
    asked = wallet.ask(client, signer).json()
    whole = {"message": asked["message"], "signature": wallet.signature(signer, asked["message"])}
    assert wallet.post(client, "/wallets/verify/", whole).status_code == 200


def test_another_wallets_text_under_a_text_made_for_me():
    """The number was given for one wallet's text; another wallet's text does not pass under it."""
    client, mine, other = Client(), wallet.new(), wallet.new()
    asked = wallet.ask(client, mine).json()
    swapped = asked["message"].replace(mine.address, other.address)
    sent = {"message": swapped, "signature": wallet.signature(other, swapped)}
    assert code(wallet.post(client, "/wallets/verify/", sent)) == "message-changed"


@pytest.mark.parametrize("message", [None, 1, [], {}, True])
def test_a_message_that_is_no_text(message):
    assert (
        code(wallet.post(Client(), "/wallets/verify/", {"message": message, "signature": "0x" + "11" * 65}))
        == "bad-field"
    )


@pytest.mark.parametrize("nonce", [None, 1, [], {}, "", "\x00", "a b", "é" * 8, "a" * 65, "\ud800"])
def test_a_number_that_is_none(nonce):
    assert (
        code(wallet.post(Client(), "/wallets/verify/", {"nonce": nonce, "signature": "0x" + "11" * 65})) == "bad-field"
    )


def test_chain_id_zero_signed_over_one_does_not_pass():
    """siwe writes chain 0 back as 1, so a text and what was signed could differ."""
    client, signer = Client(), wallet.new()
    nonce = client.get("/wallets/nonce/").json()["nonce"]
    text = wallet.written(signer, nonce)
    sent = {"message": text.replace("Chain ID: 1", "Chain ID: 0"), "signature": wallet.signature(signer, text)}
    assert code(wallet.post(client, "/wallets/verify/", sent)) == "message-malformed"


def test_the_grammar_parser_never_sees_what_was_received(monkeypatch):
    from siwe import siwe

    def never(*args, **kwargs):
        raise AssertionError("the grammar parser ran")

    monkeypatch.setattr(siwe, "ABNFParsedMessage", never)
    assert wallet.send_written(Client(), wallet.new()).status_code == 200


HARD = [
    "x" * 2000,
    "//" + "a" * 1900 + " b",
    "a" * 990 + "://" + "b" * 990,
    "\n" * 2000,
    "testserver wants you to sign in with your Ethereum account:\n" * 30,
]


@pytest.mark.parametrize("statement", [None, "s" * 900])
@pytest.mark.parametrize(
    "tail",
    [
        "\nResources:" + "\n- a://" + "b" * 60 + "\n- a://" + "c" * 60 + " d",
        "\nResources:" + "\n- a://b" * 10 + "!" * 90,
        "\nResources:" + "\n- //aaaaaaaa" * 10 + " ",
        "\nRequest ID: " + "a" * 500 + "\x7f",
    ],
)
@pytest.mark.parametrize(
    "uri", ["http://testserver/", "http://testserver/" + "/" * 400, "http:" + "//a" * 100 + "?#" * 40]
)
def test_no_text_is_expensive_to_read(statement, tail, uri):
    signer = Account.create()
    text = wallet.written(signer, "a" * 32, statement=statement, uri=uri, tail=tail)[: received.MAX_BYTES]
    _is_quick(text)


@pytest.mark.parametrize("text", HARD)
def test_no_nonsense_is_expensive_to_read(text):
    _is_quick(text)


def _is_quick(text: str) -> None:
    begun = time.process_time()
    try:
        read = received.read(text)
        received.compare(read, now=timezone.now(), oldest=timedelta(minutes=5))
        received.check_twice(read)
    except SignInRefused:
        pass
    assert time.process_time() - begun < 0.2


# --- the vectors of the reference implementation ----------------------------------------------------------------------

SHARED = Path(site.BASE_DIR).parent / "shared" / "data" / "siwe"


def cases(name: str) -> list:
    path = SHARED / f"{name}.json"
    found = json.loads(path.read_text()) if path.is_file() else vectors.FEW[name]
    return [pytest.param(value, id=key) for key, value in found.items()]


@pytest.mark.parametrize("case", cases("parsing_positive"))
def test_positive_vectors_are_read(case):
    read = received.read(case["message"])
    received.check_twice(read)
    fields = case["fields"]
    assert (read.domain, read.address, read.uri) == (fields["domain"], fields["address"], fields["uri"])
    assert (read.chain_id, read.nonce, read.statement) == (
        fields["chainId"],
        fields["nonce"],
        fields.get("statement") or None,
    )
    assert read.issued_at == datetime.fromisoformat(fields["issuedAt"])
    assert read.scheme == fields.get("scheme")


@pytest.mark.parametrize("case", cases("parsing_negative"))
def test_negative_vectors_are_refused(case):
    with pytest.raises(SignInRefused):
        received.check_twice(received.read(case))


@pytest.mark.parametrize("case", cases("verification_positive"))
def test_verification_vectors_pass(case, settings):
    settings.SITE_DOMAIN, settings.SITE_URL = case["domain"], case["uri"]
    signer = type("Signer", (), {"address": case["address"]})
    fields = {
        ours: case.get(theirs)
        for ours, theirs in (
            ("statement", "statement"),
            ("expiration_time", "expirationTime"),
            ("not_before", "notBefore"),
        )
    }
    fields |= {"domain": case["domain"], "uri": case["uri"], "chain_id": case["chainId"], "issued_at": case["issuedAt"]}
    tail = f"\nRequest ID: {case['requestId']}" if case.get("requestId") else ""
    tail += "\nResources:" + "".join(f"\n- {one}" for one in case["resources"]) if case.get("resources") else ""
    text = wallet.written(signer, case["nonce"], **fields, tail=tail)
    read = received.read(text)
    received.check_twice(read)
    recovered = signatures.recover(signatures.digest(text), signatures.decode(case["signature"]))
    assert recovered == case["address"].lower()
