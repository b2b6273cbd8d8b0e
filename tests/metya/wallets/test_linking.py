"""Several wallets: linking and unlinking by fresh signatures, and the one that is paid."""

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.utils import timezone

from metya.ops.models import AuditEvent
from metya.wallets.models import Challenge, Wallet
from tests import make
from tests.metya.wallets import wallet
from tests.metya.wallets.wallet import code

pytestmark = pytest.mark.django_db


def linked(member) -> set[str]:
    return set(Wallet.objects.linked().filter(member=member).values_list("address", flat=True))


def test_two_signatures_link_a_wallet_and_either_signs_in(holder):
    alice, new = holder("alice"), wallet.new()
    answer = alice.link(new)
    assert answer.status_code == 200 and answer.json() == {"next": "/settings/wallets/"}
    assert linked(alice.member) == {alice.signer.address.lower(), new.address.lower()}
    client = Client()
    assert wallet.sign_in(client, new).status_code == 200
    assert int(client.session["_auth_user_id"]) == alice.member.pk
    event = AuditEvent.objects.get(verb="wallet.linked")
    assert event.actor == alice.member and event.data == {"address": new.address.lower()}


def test_each_purpose_has_its_own_words(holder):
    alice, new = holder("alice"), wallet.new()
    link = wallet.ask(alice.client, new, "link").json()["message"]
    assert "Link this wallet to the account @alice." in link
    confirm = wallet.ask(alice.client, alice.signer, "confirm", subject=f"link:{new.address}").json()["message"]
    assert f"Allow the wallet {new.address.lower()} to be linked to the account @alice." in confirm
    paid = wallet.ask(alice.client, alice.signer, "confirm", subject=f"payout:{new.address}").json()["message"]
    assert f"Send payouts of the account @alice to the wallet {new.address.lower()}." in paid
    alice.link(new)
    gone = wallet.ask(alice.client, alice.signer, "unlink", subject=new.address).json()["message"]
    assert f"Unlink the wallet {new.address.lower()} from the account @alice." in gone


def test_without_the_old_wallets_signature_nothing_is_linked(holder):
    """A session in the wrong hands is not enough."""
    alice, new = holder("alice"), wallet.new()
    assert code(wallet.sign_in(alice.client, new, purpose="link")) == "confirm-first"
    alice.confirm(f"link:{wallet.new().address}")
    assert code(wallet.sign_in(alice.client, new, purpose="link")) == "confirm-first", "it was for another wallet"
    alice.confirm("security")
    assert code(wallet.sign_in(alice.client, new, purpose="link")) == "confirm-first"
    assert linked(alice.member) == {alice.signer.address.lower()}


def test_a_confirmation_is_good_once_and_for_five_minutes(holder):
    alice, new = holder("alice"), wallet.new()
    alice.link(new)
    alice.unlink(new.address)
    assert code(wallet.sign_in(alice.client, new, purpose="link")) == "confirm-first"
    alice.confirm(f"link:{new.address}")
    session = alice.client.session
    session["wallet_confirmed"] = session["wallet_confirmed"] | {"at": timezone.now().timestamp() - 301}
    session.save()
    assert code(wallet.sign_in(alice.client, new, purpose="link")) == "confirm-first"


def test_a_confirmation_of_a_strangers_wallet_is_none(holder):
    alice, new = holder("alice"), wallet.new()
    assert code(alice.confirm(f"link:{new.address}", signer=new)) == "wallet-not-yours"
    asked = wallet.ask(alice.client, alice.signer, "confirm", subject=f"link:{new.address}").json()
    assert code(wallet.answer(alice.client, asked, new)) == "signature-wrong"
    assert (
        code(wallet.ask(alice.client, alice.signer, "confirm", subject=f"link:{alice.signer.address}")) == "same-wallet"
    )


def test_a_signature_for_one_purpose_is_none_for_another(holder):
    """A sign-in signature that was fished for cannot be used to link."""
    alice, new = holder("alice"), wallet.new()
    asked = wallet.ask(alice.client, alice.signer, "confirm", subject=f"link:{new.address}").json()
    other = wallet.ask(alice.client, alice.signer).json()
    swapped = {"nonce": asked["nonce"], "signature": wallet.signature(alice.signer, other["message"])}
    assert code(wallet.post(alice.client, "/wallets/verify/", swapped)) == "signature-wrong"


def test_a_text_made_for_one_member_does_nothing_for_another(holder):
    alice, bob = holder("alice"), holder("bob")
    asked = wallet.ask(alice.client, alice.signer, "unlink", subject=alice.signer.address).json()
    Challenge.objects.filter(nonce=asked["nonce"]).update(session_key=bob.client.session.session_key)
    assert code(wallet.answer(bob.client, asked, alice.signer)) == "sign-in-first"


def test_a_number_from_the_nonce_page_is_good_for_signing_in_only(holder):
    alice, new = holder("alice"), wallet.new()
    alice.confirm(f"link:{new.address}")
    assert wallet.send_written(alice.client, new).status_code == 200
    assert Wallet.objects.get(address=new.address.lower()).member != alice.member


def test_a_wallet_of_somebody_else_is_refused_never_moved(holder):
    alice, bob = holder("alice"), holder("bob")
    refused = alice.link(bob.signer)
    assert refused.status_code == 409 and code(refused) == "wallet-taken"
    assert linked(bob.member) == {bob.signer.address.lower()}
    assert SocialAccount.objects.get(uid=bob.signer.address.lower()).user_id == bob.member.pk


def test_a_wallet_that_is_mine_already_is_said_so(holder):
    alice, new = holder("alice"), wallet.new()
    alice.link(new)
    assert code(alice.link(new)) == "wallet-linked"


@pytest.mark.django_db(transaction=True)
def test_unlinking_ends_the_sessions_that_the_wallet_opened_and_no_other(holder):
    alice, new = holder("alice"), wallet.new()
    alice.link(new)
    opened = Client()
    wallet.sign_in(opened, new)
    assert alice.unlink(new.address).json() == {"next": "/settings/wallets/"}
    assert opened.get("/settings/wallets/").status_code == 302
    assert alice.signed_in()
    row = Wallet.objects.get(address=new.address.lower())
    assert row.member == alice.member and row.unlinked_at is not None, "it stays as history"
    assert not SocialAccount.objects.filter(uid=row.address).exists()
    assert AuditEvent.objects.filter(verb="wallet.unlinked", actor=alice.member).count() == 1


@pytest.mark.django_db(transaction=True)
def test_unlinking_the_wallet_of_this_session_ends_this_session(holder):
    alice, new = holder("alice"), wallet.new()
    alice.link(new)
    alice.confirm(f"payout:{new.address}")
    answer = alice.unlink(alice.signer.address, signer=new)
    assert answer.json() == {"next": "/sign-in/?next=/settings/wallets/"}
    assert not alice.signed_in()
    assert wallet.sign_in(Client(), alice.signer).json() == {"next": "/welcome/"}, "it is nobody's now: a new member"


def test_the_last_wallet_cannot_be_unlinked(holder):
    alice = holder("alice")
    refused = alice.unlink(alice.signer.address)
    assert refused.status_code == 409 and code(refused) == "last-wallet"


def test_the_wallet_that_is_paid_cannot_be_unlinked(holder):
    alice, new = holder("alice"), wallet.new()
    alice.link(new)
    assert code(alice.unlink(alice.signer.address, signer=new)) == "payout-wallet"
    assert alice.confirm(f"payout:{new.address}").status_code == 200
    assert alice.unlink(alice.signer.address, signer=new).status_code == 200


def test_only_ones_own_wallets_can_be_unlinked_or_paid(holder):
    alice, bob = holder("alice"), holder("bob")
    assert code(alice.unlink(bob.signer.address)) == "wallet-not-yours"
    assert code(alice.confirm(f"payout:{bob.signer.address}")) == "wallet-not-yours"
    assert code(alice.confirm(f"payout:{wallet.new().address}")) == "wallet-not-yours"
    assert alice.member.payout_wallet.address == alice.signer.address.lower()


def test_choosing_the_payout_wallet_is_noted(holder):
    alice, new = holder("alice"), wallet.new()
    alice.link(new)
    assert alice.confirm(f"payout:{new.address}", signer=new).json() == {"next": "/settings/wallets/"}
    alice.member.refresh_from_db()
    assert alice.member.payout_wallet.address == new.address.lower()
    event = AuditEvent.objects.get(verb="wallet.payout")
    assert event.data == {"before": alice.signer.address.lower(), "after": new.address.lower()}
    alice.confirm(f"payout:{new.address}")
    assert AuditEvent.objects.filter(verb="wallet.payout").count() == 1, "a repeat changes nothing"


def test_payouts_to_a_contract_wallet_on_another_chain_are_refused(holder, settings):
    alice = holder("alice")
    contract = Wallet.objects.create(member=alice.member, address="0x" + "c" * 40, kind="contract", chain_id=10)
    refused = alice.confirm(f"payout:{contract.address}")
    assert code(refused) == "payout-elsewhere" and "chain 10" in refused.json()["message"]
    settings.CHAIN_ID = 10
    assert alice.confirm(f"payout:{contract.address}").status_code == 200


def test_a_wallet_that_was_unlinked_can_be_linked_by_anybody_who_holds_it(holder):
    alice, bob, new = holder("alice"), holder("bob"), wallet.new()
    alice.link(new)
    alice.unlink(new.address)
    assert bob.link(new).status_code == 200
    assert Wallet.objects.filter(address=new.address.lower()).count() == 2


@pytest.mark.parametrize("purpose", ["link", "unlink", "confirm"])
def test_signed_out_nothing_but_signing_in_can_be_asked_for(purpose):
    refused = wallet.ask(Client(), wallet.new(), purpose, **({} if purpose == "link" else {"subject": "security"}))
    assert refused.status_code == 401 and code(refused) == "sign-in-first"


@pytest.mark.parametrize(
    "subject",
    [
        None,
        1,
        [],
        "",
        "link",
        "link:",
        "link:0x12",
        "payout:",
        "everything",
        "security:x",
        "link:0x" + "1" * 40 + "\nResources:",
        "\x00",
        "security\n",
    ],
)
def test_nothing_else_can_be_confirmed(holder, subject):
    assert code(holder().confirm(subject)) in ("bad-field", "bad-address")


def test_signing_in_and_linking_have_no_subject(holder):
    alice = holder("alice")
    for purpose in ("sign-in", "link"):
        assert code(wallet.ask(alice.client, wallet.new(), purpose, subject="x")) == "bad-field"


def test_the_page_shows_what_may_be_done(holder, client):
    alice, new = holder("alice"), wallet.new()
    page = alice.client.get("/settings/wallets/").content.decode()
    assert alice.signer.address.lower() in page and "Your only wallet" in page and 'data-wallet="unlink"' not in page
    alice.link(new)
    page = alice.client.get("/settings/wallets/").content.decode()
    assert f'data-subject="{new.address.lower()}"' in page and f'data-subject="payout:{new.address.lower()}"' in page
    assert f'data-subject="{alice.signer.address.lower()}"' not in page, "the one that is paid cannot be unlinked"
    alice.unlink(new.address)
    assert "unlinked" in alice.client.get("/settings/wallets/").content.decode()
    assert client.get("/settings/wallets/")["Location"].startswith("/sign-in/?next=")
    assert alice.client.post("/settings/wallets/").status_code == 405


def test_the_page_takes_the_same_queries_for_one_wallet_and_for_ten(holder, django_assert_max_num_queries):
    alice = holder("alice")
    for number in range(10):
        Wallet.objects.create(member=alice.member, address=make.key(900_000 + number).address.lower())
    with django_assert_max_num_queries(8):
        alice.client.get("/settings/wallets/")
