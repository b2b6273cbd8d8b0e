"""The second factor: setting up, signing in with it, changing it, and asking for it again."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client, RequestFactory
from django.utils import timezone

from metya.ops.models import AuditEvent
from metya.wallets import secondfactor
from metya.wallets.models import Member, Wallet
from tests.metya.wallets import wallet
from tests.metya.wallets.wallet import code

pytestmark = pytest.mark.django_db
SECURITY = "/settings/security/"
PAGES = [
    "app/on/",
    "app/off/",
    "codes/",
    "codes/new/",
    "codes/file/",
    "passkeys/add/",
    "passkeys/1/remove/",
    "passkeys/1/edit/",
]


def digits(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def give_app(member: Member) -> str:
    """The member has an authenticator app; its secret."""
    secret = generate_totp_secret()
    TOTP.activate(member, secret)
    RecoveryCodes.activate(member)
    return secret


def sign_in_fully(holder, secret: str) -> Client:
    client = Client()
    assert wallet.sign_in(client, holder.signer, next="/rewards/").json() == {"next": "/sign-in/second-factor/"}
    assert client.post("/sign-in/second-factor/", {"code": digits(secret)})["Location"] == "/rewards/"
    return client


def test_setting_up_an_app_from_nothing(holder):
    alice = holder("alice")
    away = alice.client.get(SECURITY + "app/on/")
    assert away["Location"] == "/settings/confirm/?next=%2Fsettings%2Fsecurity%2Fapp%2Fon%2F"
    page = alice.client.get(away["Location"]).content.decode()
    assert 'data-subject="security"' in page and alice.signer.address.lower() in page
    assert alice.confirm("security", next=SECURITY + "app/on/").json() == {"next": SECURITY + "app/on/"}
    page = alice.client.get(SECURITY + "app/on/").content.decode()
    secret = re.search(r"<code>(\w+)</code>", page)[1]
    assert alice.client.post(SECURITY + "app/on/", {"code": "000000"}).status_code == 200
    answer = alice.client.post(SECURITY + "app/on/", {"code": digits(secret)})
    assert answer["Location"] == SECURITY + "codes/"
    assert len(re.findall(r"<li>\d{8}</li>", alice.client.get(SECURITY + "codes/").content.decode())) == 10
    assert secondfactor.has_factor(alice.member)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("verb", ["get", "post"])
def test_nothing_is_changed_without_a_fresh_proof(holder, page, verb):
    """allauth itself asks members without a password for nothing."""
    alice = holder("alice")
    response = getattr(alice.client, verb)(SECURITY + page)
    assert response.status_code == 302 and response["Location"].startswith("/settings/confirm/?next=")
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("page", [*PAGES, "", "again/", "passkeys/", "passkeys/again/"])
def test_strangers_are_sent_to_sign_in(client, page):
    assert client.get(SECURITY + page)["Location"].startswith("/sign-in/?next=")


def test_the_proof_is_good_for_five_minutes_and_for_this_session(holder):
    alice = holder("alice")
    alice.confirm("security")
    assert alice.client.get(SECURITY + "app/on/").status_code == 200
    other = Client()
    wallet.sign_in(other, alice.signer)
    assert other.get(SECURITY + "app/on/").status_code == 302
    session = alice.client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 301
    session.save()
    assert alice.client.get(SECURITY + "app/on/").status_code == 302


def test_with_a_factor_a_wallet_alone_opens_no_session(holder):
    alice = holder("alice")
    secret = give_app(alice.member)
    client = Client()
    assert wallet.sign_in(client, alice.signer, next="/rewards/").json() == {"next": "/sign-in/second-factor/"}
    assert client.get("/settings/wallets/").status_code == 302
    page = client.get("/sign-in/second-factor/")
    assert page.status_code == 200 and "recovery codes" in page.content.decode()
    wrong = client.post("/sign-in/second-factor/", {"code": "123456"})
    assert wrong.status_code == 200 and "Incorrect code" in wrong.content.decode()
    before = client.session.session_key
    assert client.post("/sign-in/second-factor/", {"code": digits(secret)})["Location"] == "/rewards/"
    assert client.session.session_key != before
    assert client.get("/settings/wallets/").status_code == 200
    assert client.session["wallet"] == alice.member.payout_wallet_id


def test_a_recovery_code_works_once(holder):
    alice = holder("alice")
    give_app(alice.member)
    spare = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    for expected in (302, 200):
        client = Client()
        wallet.sign_in(client, alice.signer)
        assert client.post("/sign-in/second-factor/", {"code": spare}).status_code == expected


def test_guessing_the_digits_is_stopped(holder):
    alice = holder("alice")
    secret = give_app(alice.member)
    client = Client()
    wallet.sign_in(client, alice.signer)
    for _ in range(11):
        client.post("/sign-in/second-factor/", {"code": "000000"})
    assert client.post("/sign-in/second-factor/", {"code": digits(secret)}).status_code == 200
    assert "_auth_user_id" not in client.session


def test_cancelling_half_way_forgets_the_wallet(holder):
    alice = holder("alice")
    give_app(alice.member)
    client = Client()
    wallet.sign_in(client, alice.signer)
    assert client.post("/sign-out/", {"next": "/sign-in/"})["Location"] == "/sign-in/"
    assert client.get("/sign-in/second-factor/")["Location"] == "/account/sign-in/"


@pytest.mark.parametrize("change", ["unlinked", "suspended", "ended"])
def test_what_changed_while_the_factor_was_awaited_counts(holder, change):
    alice = holder("alice")
    secret = give_app(alice.member)
    client = Client()
    wallet.sign_in(client, alice.signer)
    if change == "unlinked":
        Wallet.objects.update(unlinked_at=timezone.now())
    elif change == "suspended":
        Member.objects.update(suspended_until=timezone.now() + timezone.timedelta(days=1))
    else:
        Member.objects.update(is_active=False)
    response = client.post("/sign-in/second-factor/", {"code": digits(secret)})
    assert "_auth_user_id" not in client.session
    if change == "suspended":  # told so, and let no further
        assert response["Location"] == "/suspended/" and client.get("/settings/").status_code == 302
        return
    assert response["Location"] == "/sign-in/"
    assert "has changed" in client.get("/sign-in/").content.decode()


def test_switching_off_needs_a_fresh_proof_and_is_noted(holder):
    alice = holder("alice")
    secret = give_app(alice.member)
    alice.client = sign_in_fully(alice, secret)
    away = alice.client.get(SECURITY + "app/off/")
    assert away["Location"] == SECURITY + "again/?next=%2Fsettings%2Fsecurity%2Fapp%2Foff%2F"
    page = alice.client.get(away["Location"]).content.decode()
    assert "/settings/confirm/?next=" in page, "a member may also sign with a wallet"
    alice.confirm("security")
    assert alice.client.post(SECURITY + "app/off/")["Location"] == SECURITY
    assert not Authenticator.objects.exists()
    assert AuditEvent.objects.filter(verb="second_factor.removed", actor=alice.member).count() == 1


def test_staff_change_their_factor_only_with_the_factor(holder):
    mona = holder("mona", roles=("moderator",))
    secret = give_app(mona.member)
    mona.client = sign_in_fully(mona, secret)
    assert code(mona.confirm("security")) == "second-factor-only"
    assert mona.client.get("/settings/confirm/?next=/settings/security/app/off/")["Location"].startswith(
        SECURITY + "again/"
    )
    page = mona.client.get(SECURITY + "again/").content.decode()
    assert "/settings/confirm/" not in page
    assert mona.client.get(SECURITY + "app/off/")["Location"].startswith(SECURITY + "again/")
    spare = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    answer = mona.client.post(SECURITY + "again/", {"code": spare, "next": SECURITY + "app/off/"})
    assert answer["Location"] == SECURITY + "app/off/"
    assert mona.client.get(SECURITY + "app/off/").status_code == 200


def test_new_codes_and_their_file(holder):
    alice = holder("alice")
    give_app(alice.member)
    alice.confirm("security")
    before = alice.client.get(SECURITY + "codes/file/").content
    assert alice.client.get(SECURITY + "codes/new/").status_code == 200
    assert alice.client.post(SECURITY + "codes/new/")["Location"] == SECURITY + "codes/"
    assert alice.client.get(SECURITY + "codes/file/").content != before


def test_the_pages_speak_our_language_and_have_our_look(holder):
    alice = holder("alice")
    give_app(alice.member)
    alice.confirm("security")
    for page in ("", "app/off/", "codes/", "codes/new/", "passkeys/", "passkeys/add/", "again/"):
        response = alice.client.get(SECURITY + page)
        assert response.status_code == 200, page
        text = response.content.decode()
        assert 'aria-label="Settings"' in text and "Menu:" not in text, page
        assert not re.search(r"<script(?![^>]*(src=|application/json))", text), "no inline script"


def test_passkeys_are_asked_for_by_the_name_of_the_settings(holder, settings):
    settings.SITE_URL = "https://metya.example"
    alice = holder("alice")
    alice.confirm("security")
    assert '"id": "metya.example"' in alice.client.get(SECURITY + "passkeys/add/").content.decode()


@pytest.mark.parametrize("page", ["/sign-in/second-factor/", SECURITY + "passkeys/again/"])
@pytest.mark.parametrize(
    "credential",
    ["{}", "[]", '{"id": 1}', '{"rawId": "AA", "response": {"clientDataJSON": "", "userHandle": []}}', '"x"'],
)
def test_a_damaged_passkey_opens_nothing(holder, page, credential):
    alice = holder("alice")
    give_app(alice.member)
    client = alice.client
    if page.startswith("/sign-in"):
        client = Client()
        wallet.sign_in(client, alice.signer)
    client.get(page)
    assert client.post(page, {"credential": credential}).status_code in (200, 302)
    assert "reauthenticated" not in str(client.session.get("account_authentication_methods"))
    assert page.startswith("/settings") or "_auth_user_id" not in client.session


@pytest.mark.parametrize("credential", ["", "x", "{}", "[]", "null", '{"id": 1}', '{"response": {}}'])
def test_a_damaged_passkey_is_no_error(holder, credential):
    alice = holder("alice")
    alice.confirm("security")
    alice.client.get(SECURITY + "passkeys/add/")
    assert alice.client.post(SECURITY + "passkeys/add/", {"name": "x", "credential": credential}).status_code == 200
    assert not Authenticator.objects.exists()


# --- for money actions -----------------------------------------------------------------------------------------------


def request_of(client: Client, path: str = "/admin/x/", **extra):
    request = RequestFactory().get(path, **extra)
    request.session = client.session
    request.user = Member.objects.get(pk=client.session["_auth_user_id"])
    return request


def test_recent_counts_from_when_the_factor_was_given(holder):
    fay = holder("fay", roles=("reviewer",))
    assert not secondfactor.recent(request_of(fay.client))
    secret = give_app(fay.member)
    client = sign_in_fully(fay, secret)
    assert secondfactor.recent(request_of(client)) and secondfactor.require(request_of(client)) is None
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 301
    session.save()
    request = request_of(client)
    assert not secondfactor.recent(request)
    assert secondfactor.recent(request, seconds=3600) and secondfactor.verified(request)
    assert secondfactor.require(request)["Location"] == "/settings/security/again/?next=%2Fadmin%2Fx%2F"


def test_a_wallets_signature_is_no_second_factor(holder):
    fay = holder("fay", roles=("reviewer",))
    fay.confirm("security")
    assert not secondfactor.verified(request_of(fay.client))


def test_the_way_back_after_a_post_is_the_page_it_came_from(holder):
    fay = holder("fay", roles=("reviewer",))
    for referer, back in (
        ("http://testserver/admin/batch/7/?x=1", "%2Fadmin%2Fbatch%2F7%2F%3Fx%3D1"),
        ("http://evil.example/admin/", "%2Fadmin%2Fx%2F"),
        ("http://testserver//evil.example/", "%2Fadmin%2Fx%2F"),
        ("", "%2Fadmin%2Fx%2F"),
    ):
        request = request_of(fay.client, HTTP_REFERER=referer)
        request.method = "POST"
        assert secondfactor.require(request)["Location"] in (
            f"/settings/security/?next={back}",
            "/settings/security/?next=%2F",
        )
    request = request_of(fay.client)
    assert secondfactor.require(request, back="//evil.example")["Location"].endswith("?next=%2Fadmin%2Fx%2F")


def test_the_demo_cast_is_let_in_without_in_demo_mode_only(holder, settings):
    settings.DEMO = True
    fay = holder("fay", roles=("reviewer",), is_demo=True)
    finn = holder("finn", roles=("reviewer",))
    settings.DEMO = False
    assert not secondfactor.recent(request_of(fay.client))
    settings.DEMO = True
    assert secondfactor.recent(request_of(fay.client))
    assert not secondfactor.recent(request_of(finn.client))
    give_app(fay.member)
    assert not secondfactor.recent(request_of(fay.client)), "who set one up is asked for it"


def test_records_of_another_member_do_not_count(holder):
    fay, finn = holder("fay", roles=("reviewer",)), holder("finn", roles=("reviewer",))
    give_app(finn.member)
    session = finn.client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time(), "id": 1, "type": "totp"}]
    session["account_authentication_methods_user"] = str(fay.member.pk)
    session.save()
    assert not secondfactor.verified(request_of(finn.client))
