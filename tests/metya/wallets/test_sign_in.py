"""Signing in with a text of the site's own: what works, and every trap that was tried."""

from datetime import timedelta

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import URLResolver, get_resolver
from django.utils import timezone

from metya.wallets import signatures
from metya.wallets.models import Challenge, Member, Wallet
from tests import make
from tests.metya.wallets import wallet
from tests.metya.wallets.wallet import code

pytestmark = pytest.mark.django_db
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_new_wallet_makes_a_member_who_chooses_a_handle_next():
    client, signer = Client(), wallet.new()
    response = wallet.sign_in(client, signer)
    assert response.status_code == 200 and response.json() == {"next": "/welcome/"}
    member = Member.objects.get()
    assert member.handle.startswith("new_") and member.onboarded_at is None and not member.has_usable_password()
    assert (member.is_staff, member.is_superuser, member.is_demo) == (False, False, False)
    linked = Wallet.objects.get(member=member)
    assert (linked.address, linked.kind, linked.chain_id) == (signer.address.lower(), "eoa", None)
    assert member.payout_wallet == linked
    assert SocialAccount.objects.get().uid == signer.address.lower()
    assert int(client.session["_auth_user_id"]) == member.pk


def test_the_same_wallet_comes_back_as_the_same_member():
    signer = wallet.new()
    wallet.sign_in(Client(), signer)
    for address in (signer.address, signer.address.lower(), "0x" + signer.address[2:].upper()):
        client = Client()
        asked = wallet.ask(client, address)
        assert wallet.answer(client, asked.json(), signer).status_code == 200
    assert Member.objects.count() == 1


def test_a_member_made_without_signing_in_is_found_by_the_wallet():
    signer = wallet.new()
    member = make.member("ines", signer=signer)
    client = Client()
    assert wallet.sign_in(client, signer).json() == {"next": "/"}
    assert int(client.session["_auth_user_id"]) == member.pk
    assert Member.objects.count() == 1


def test_a_handle_that_looks_like_a_wallet_signs_nobody_in_as_somebody_else():
    signer = wallet.new()
    make.member(signer.address.lower()[:30])
    client = Client()
    wallet.sign_in(client, signer)
    assert Member.objects.get(pk=client.session["_auth_user_id"]).handle.startswith("new_")


def test_the_text_names_the_site_of_the_settings_whatever_the_host_header_says(settings):
    settings.ALLOWED_HOSTS = ["*"]
    signer = wallet.new()
    asked = wallet.post(
        Client(), "/wallets/challenge/", {"address": signer.address, "chain_id": 1}, HTTP_HOST="evil.example"
    ).json()
    lines = asked["message"].split("\n")
    assert lines[0] == "testserver wants you to sign in with your Ethereum account:"
    assert lines[1] == signer.address
    assert lines[3] == "Sign in. Signing is free and sends no transaction."
    assert "URI: http://testserver/" in lines and "Chain ID: 1" in lines and f"Nonce: {asked['nonce']}" in lines
    assert "evil" not in asked["message"]
    assert len(bytes.fromhex(asked["nonce"])) == 16
    assert set(asked) == {"nonce", "message", "expires_at"}


def test_one_signature_opens_one_session():
    client, signer = Client(), wallet.new()
    asked = wallet.ask(client, signer).json()
    other = Client()
    other.cookies["session"] = client.cookies["session"].value
    assert wallet.answer(client, asked, signer).status_code == 200
    assert code(wallet.answer(client, asked, signer)) == "challenge-unknown", "the session has a new key"
    assert code(wallet.answer(other, asked, signer)) == "challenge-unknown"
    assert not signed_in(other)


def test_a_wrong_signature_uses_the_text_up():
    client, signer = Client(), wallet.new()
    asked = wallet.ask(client, signer).json()
    assert code(wallet.answer(client, asked, wallet.new())) == "signature-wrong"
    assert code(wallet.answer(client, asked, signer)) == "challenge-used"
    assert not signed_in(client) and not Member.objects.exists()


def test_the_text_of_another_session_is_not_taken():
    signer = wallet.new()
    client, other = Client(), Client()
    asked = wallet.ask(client, signer).json()
    wallet.ask(other, signer)
    assert code(wallet.answer(other, asked, signer)) == "challenge-unknown"
    assert wallet.answer(client, asked, signer).status_code == 200, "and it was not used up by the stranger"


def test_a_text_runs_out():
    client, signer = Client(), wallet.new()
    asked = wallet.ask(client, signer).json()
    Challenge.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert code(wallet.answer(client, asked, signer)) == "challenge-expired"
    assert Challenge.objects.get().consumed_at is None


def test_the_signature_must_be_over_exactly_the_stored_text():
    client, signer = Client(), wallet.new()
    asked = wallet.ask(client, signer).json()
    for changed in (asked["message"] + " ", asked["message"].replace("Chain ID: 1", "Chain ID: 10")):
        signature = wallet.signature(signer, changed)
        again = wallet.ask(client, signer).json()
        response = wallet.post(client, "/wallets/verify/", {"nonce": again["nonce"], "signature": signature})
        assert code(response) == "signature-wrong"


def test_an_account_may_sign_in_from_any_chain_of_the_list_and_no_other():
    signer = wallet.new()
    for chain in (1, 10, 56, 137, 8453, 42161):
        assert wallet.sign_in(Client(), signer, chain_id=chain).status_code == 200
    assert Member.objects.count() == 1
    refused = wallet.ask(Client(), signer, chain_id=5)
    assert code(refused) == "chain-not-allowed" and "8453" in refused.json()["message"]
    assert code(wallet.ask(Client(), signer, chain_id=31337)) == "chain-not-allowed"


@pytest.mark.parametrize("v", [0, 1, 27, 28])
def test_both_ways_of_writing_v_are_taken(v):
    signer = wallet.new()
    while True:
        client = Client()
        asked = wallet.ask(client, signer).json()
        signature = wallet.signature(signer, asked["message"])
        if int(signature[-2:], 16) % 27 == v % 27:
            break
    sent = {"nonce": asked["nonce"], "signature": signature[:-2] + f"{v:02x}"}
    assert wallet.post(client, "/wallets/verify/", sent).status_code == 200


def test_a_mirrored_signature_is_the_same_signature_and_still_one_session():
    """High s: malleable, and harmless, because the number is used up."""
    client, signer = Client(), wallet.new()
    asked = wallet.ask(client, signer).json()
    raw = bytes.fromhex(wallet.signature(signer, asked["message"])[2:])
    s = ORDER - int.from_bytes(raw[32:64], "big")
    mirrored = "0x" + (raw[:32] + s.to_bytes(32, "big") + bytes([27 + 28 - raw[64]])).hex()
    sent = {"nonce": asked["nonce"], "signature": mirrored}
    assert wallet.post(client, "/wallets/verify/", sent).status_code == 200
    assert code(wallet.post(client, "/wallets/verify/", sent | {"signature": "0x" + raw.hex()})) == "challenge-unknown"


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        (None, "bad-field"),
        (1, "bad-field"),
        (["0x"], "bad-field"),
        ({}, "bad-field"),
        (True, "bad-field"),
        ("", "signature-malformed"),
        ("0x", "signature-malformed"),
        ("0x0", "signature-malformed"),
        ("zz" * 65, "signature-malformed"),
        ("0x" + "zz" * 65, "signature-malformed"),
        ("0x" + "11" * 65, "signature-malformed"),
        ("0x" + "00" * 65, "signature-malformed"),
        ("0x" + "ff" * 64 + "1b", "signature-malformed"),
        ("0x" + "00" * 64 + "1b", "signature-malformed"),
        ("0x" + "11" * 64, "signature-compact"),
        ("0x" + "11" * 66, "signature-malformed"),
        ("0x" + "11" * 7001, "signature-malformed"),
        ("0x\n" + "11" * 65, "signature-malformed"),
        ("0x" + "１" * 130, "signature-malformed"),
        ("\ud800", "signature-malformed"),
        ("0x00\x00", "signature-malformed"),
    ],
)
def test_a_malformed_signature_is_a_coded_refusal(signature, expected):
    client, signer = Client(), wallet.new()
    asked = wallet.ask(client, signer).json()
    response = wallet.post(client, "/wallets/verify/", {"nonce": asked["nonce"], "signature": signature})
    assert code(response) == expected
    assert not signed_in(client)


@pytest.mark.parametrize(
    "address",
    [
        None,
        1,
        "",
        "0x",
        "0x12",
        "vitalik.eth",
        "0x" + "g" * 40,
        "0x" + "1" * 41,
        [],
        {},
        "0x" + "1" * 39 + "\n",
        "\x00",
        "0X" + "1" * 40,
        "１" * 42,
    ],
)
def test_an_address_that_is_none_is_refused(address):
    assert code(wallet.post(Client(), "/wallets/challenge/", {"address": address, "chain_id": 1})) == "bad-address"


def test_an_address_with_a_typing_mistake_is_refused():
    good = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"
    assert wallet.ask(Client(), good).status_code == 200
    assert code(wallet.ask(Client(), good.replace("fB", "Fb"))) == "bad-checksum"


@pytest.mark.parametrize("chain", [None, "1", 1.0, True, [], {}, "0x1"])
def test_a_chain_that_is_no_number_is_refused(chain):
    assert (
        code(wallet.post(Client(), "/wallets/challenge/", {"address": "0x" + "1" * 40, "chain_id": chain}))
        == "bad-chain"
    )


@pytest.mark.parametrize("chain", [0, -1, 2, 2**63, 2**64, 10**400])
def test_a_chain_that_is_not_in_the_list_is_refused(chain):
    assert code(wallet.ask(Client(), "0x" + "1" * 40, chain_id=chain)) == "chain-not-allowed"


@pytest.mark.parametrize("purpose", ["", "login", None, 1, [], "sign-in\n"])
def test_an_unknown_purpose_is_refused(purpose):
    assert code(wallet.ask(Client(), "0x" + "1" * 40, purpose)) == "bad-purpose"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b"\xff", b"1", b'"x"', b"[" * 8000])
@pytest.mark.parametrize("path", ["/wallets/challenge/", "/wallets/verify/"])
def test_a_body_that_is_no_object_is_refused(path, body):
    assert code(wallet.post(Client(), path, body)) == "bad-json"


@pytest.mark.parametrize("path", ["/wallets/challenge/", "/wallets/verify/"])
@pytest.mark.parametrize("length", [20_000, 400_000])
def test_a_long_body_is_refused(path, length):
    response = wallet.post(Client(), path, {"message": "x" * length, "signature": "0x"})
    assert response.status_code == 413 and response.json()["code"] == "too-large"


@pytest.mark.parametrize("path", ["/wallets/challenge/", "/wallets/verify/", "/sign-out/"])
def test_changing_anything_by_get_is_refused(path):
    assert Client().get(path).status_code == 405


def test_the_wrong_verbs_are_refused():
    assert Client().post("/wallets/nonce/").status_code == 405
    assert Client().post("/sign-in/").status_code == 405


@pytest.mark.parametrize("path", ["/wallets/challenge/", "/wallets/verify/", "/sign-out/"])
def test_csrf_is_enforced(path):
    client = Client(enforce_csrf_checks=True)
    client.get("/sign-in/")
    refused = wallet.post(client, path, {})
    assert refused.status_code == 403 and code(refused) == "csrf"
    assert client.post(path).status_code == 403 and "<html" in client.post(path).content.decode()
    token = client.cookies["csrftoken"].value
    assert wallet.post(client, path, {}, HTTP_X_CSRFTOKEN=token).status_code != 403


def test_over_https_the_refusal_says_that_the_origin_is_missing(settings):
    settings.SITE_URL = "https://testserver"
    client = Client(enforce_csrf_checks=True)
    client.get("/sign-in/", secure=True)
    token = client.cookies["csrftoken"].value
    sent = {"address": wallet.new().address, "chain_id": 1}
    refused = wallet.post(client, "/wallets/challenge/", sent, secure=True, HTTP_X_CSRFTOKEN=token)
    assert code(refused) == "csrf" and "https://testserver as Origin" in refused.json()["message"]
    origin = {"HTTP_X_CSRFTOKEN": token, "HTTP_ORIGIN": "https://testserver"}
    assert wallet.post(client, "/wallets/challenge/", sent, secure=True, **origin).status_code == 200


def test_the_key_changes_also_when_the_same_member_signs_in_again():
    client, signer = Client(), wallet.new()
    wallet.sign_in(client, signer)
    old = Client()
    old.cookies["session"] = client.cookies["session"].value
    assert wallet.sign_in(client, signer).status_code == 200
    assert client.cookies["session"].value != old.cookies["session"].value
    assert not signed_in(old)


def test_the_key_of_the_session_changes_and_the_visitors_session_is_gone():
    client, signer = Client(), wallet.new()
    wallet.ask(client, signer)
    before = client.session.session_key
    assert client.session.get_expiry_age() <= 3600
    assert wallet.sign_in(client, signer).status_code == 200
    assert client.session.session_key != before
    assert not client.session.exists(before)
    assert client.session.get_expiry_age() > 86_400


def test_a_planted_session_is_of_no_use():
    """Fixation: the attacker's visitor session does not become the victim's."""
    attacker, victim, signer = Client(), Client(), wallet.new()
    wallet.ask(attacker, wallet.new())
    victim.cookies["session"] = attacker.cookies["session"].value
    assert wallet.sign_in(victim, signer).status_code == 200
    assert not signed_in(attacker)


def test_a_cookie_of_a_session_that_is_gone_gets_a_new_one():
    client, signer = Client(), wallet.new()
    client.cookies["session"] = "a" * 32
    assert wallet.sign_in(client, signer).status_code == 200
    assert client.session.session_key != "a" * 32


@pytest.mark.parametrize(
    "value", ['"aaaaaaaaaa\\000b"', '"aaaaaaaaaa\\377b"', "a" * 4000, "'; DROP TABLE", "é" * 20, "a"]
)
def test_a_cookie_that_never_was_a_key_is_no_cookie(value):
    cookie = {"cookie": f"session={value}"}
    assert Client().get("/settings/wallets/", headers=cookie).status_code == 302
    sent = {"address": wallet.new().address, "chain_id": 1}
    assert wallet.post(Client(), "/wallets/challenge/", sent, headers=cookie).status_code == 200


TRICKS = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "///evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "\\\\evil.example",
    "http:evil.example",
    "evil.example",
    "",
    None,
    1,
    ["/x"],
    "/a\x00b",
    "/a\r\nLocation: //evil",
    "/" + "x" * 600,
    "/\ud800",
]


@pytest.mark.parametrize("trick", TRICKS)
def test_next_leads_to_a_page_of_this_site_only(trick):
    signer = wallet.new()
    make.member("ines", signer=signer)
    assert wallet.sign_in(Client(), signer, next=trick).json() == {"next": "/"}


def test_next_is_kept_and_judged_again_when_it_is_used():
    signer = wallet.new()
    make.member("ines", signer=signer)
    client = Client()
    assert wallet.sign_in(client, signer, next="/posts/1/?a=b").json() == {"next": "/posts/1/?a=b"}
    asked = wallet.ask(client, signer, next="/fine/").json()
    Challenge.objects.filter(nonce=asked["nonce"]).update(next="//evil.example/")
    assert wallet.answer(client, asked, signer).json() == {"next": "/"}


def test_a_new_member_goes_to_next_after_the_welcome():
    client = Client()
    assert wallet.sign_in(client, wallet.new(), next="/posts/1/").json() == {"next": "/welcome/"}
    assert client.session["after_welcome"] == "/posts/1/"


@pytest.mark.parametrize("trick", [trick for trick in TRICKS if isinstance(trick, str) and "\ud800" not in trick])
def test_the_page_itself_keeps_to_the_site(trick, as_member, alice):
    from urllib.parse import quote

    response = as_member(alice).get(f"/sign-in/?next={quote(trick)}")
    assert (
        response.status_code == 302 and response["Location"].startswith("/") and "evil" not in response["Location"][:3]
    )
    assert not response["Location"].startswith(("//", "/\\"))


def test_the_page_sets_the_csrf_cookie_and_says_what_happens():
    client = Client()
    response = client.get("/sign-in/?next=/rewards/")
    assert response.status_code == 200 and client.cookies["csrftoken"].value
    page = response.content.decode()
    assert 'data-next="/rewards/"' in page and "<noscript>" in page and "Signing is free" in page
    assert "data-demo-as" not in page and "wallet-demo.js" not in page


def test_signing_out_ends_the_session():
    client, signer = Client(), wallet.new()
    wallet.sign_in(client, signer)
    old = Client()
    old.cookies["session"] = client.cookies["session"].value
    assert client.post("/sign-out/", {"next": "//evil.example"})["Location"] == "/"
    assert not signed_in(client)
    assert old.get("/settings/wallets/").status_code == 302, "the old cookie opens nothing"


def test_a_second_sign_in_with_another_wallet_changes_the_member_and_the_session():
    client = Client()
    first, second = wallet.new(), wallet.new()
    wallet.sign_in(client, first)
    key, member = client.session.session_key, client.session["_auth_user_id"]
    assert wallet.sign_in(client, second).status_code == 200
    assert client.session["_auth_user_id"] != member and client.session.session_key != key
    assert Wallet.objects.count() == 2 and Member.objects.count() == 2


def test_suspension_and_end_close_open_sessions():
    signer = wallet.new()
    member = make.member("ines", signer=signer)
    client = Client()
    wallet.sign_in(client, signer)
    assert client.get("/settings/wallets/").status_code == 200
    member.suspended_until = timezone.now() + timedelta(days=3)
    member.save()
    assert client.get("/settings/wallets/").status_code == 302
    assert not signed_in(client)
    Member.objects.update(suspended_until=None)
    wallet.sign_in(client, signer)
    Member.objects.update(is_active=False)
    assert client.get("/settings/wallets/").status_code == 302
    assert code(wallet.sign_in(Client(), signer)) == "account-ended"


def test_the_public_addresses_of_the_site_itself_are_these_and_no_others():
    """What allauth brings is not included as a whole: each of its pages that is open stands here."""
    found = set()

    def walk(patterns):
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                if pattern.app_name != "admin":
                    walk(pattern.url_patterns)
            elif pattern.callback.__module__.startswith(("social.", "rewards.")):
                continue  # these parts pin their own
            elif not getattr(pattern.callback, "login_required", True):
                found.add(pattern.name)

    walk(get_resolver().url_patterns)
    assert found == {
        "sign-in", "sign-out", "challenge", "nonce", "verify", "account_login", "account_logout", "account_inactive",
        "mfa_authenticate", "appearance", "language", "come-back", "style",
        "suspended", "suspended-ask", "suspended-download", "suspended-leave",
    }  # fmt: skip


def test_allauths_own_ways_in_are_closed():
    client = Client()
    for path in (
        "/account/signup/",
        "/account/login/",
        "/account/password/reset/",
        "/account/email/",
        "/account/3rdparty/",
    ):
        assert client.get(path).status_code in (302, 404), path
        assert "next=" in client.get(path).get("Location", "next=") or client.get(path).status_code == 404
    assert client.get("/account/sign-in/?next=/rewards/")["Location"] == "/sign-in/?next=%2Frewards%2F"
    assert client.post("/account/sign-in/", {"login": "x", "password": "y"}).status_code == 405


def test_the_curve_is_libsecp256k1():
    """The pure-Python curve is thirty times slower."""
    import time

    signer = wallet.new()
    digest = signatures.digest("x")
    signature = signatures.decode(wallet.signature(signer, "x"))
    begun = time.perf_counter()
    for _ in range(100):
        assert signatures.recover(digest, signature) == signer.address.lower()
    assert time.perf_counter() - begun < 1.0
