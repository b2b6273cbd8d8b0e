"""Keys that everybody knows are good in the demo and nowhere else."""

import json

import pytest
from django.test import Client
from eth_account import Account

from metya.wallets import actions, demo
from metya.wallets.checking import Proven
from metya.wallets.models import Member, Purpose
from tests.metya.wallets import wallet
from tests.metya.wallets.test_second_factor import give_app, sign_in_fully
from tests.metya.wallets.wallet import code

pytestmark = pytest.mark.django_db
CAST = [Account.from_key(person.key) for person in demo.CAST]
WORDS = "test test test test test test test test test test test junk"


def development_accounts():
    Account.enable_unaudited_hdwallet_features()
    return [Account.from_mnemonic(WORDS, account_path=f"m/44'/60'/0'/0/{number}") for number in range(10)]


def test_the_list_of_development_accounts_is_right():
    assert {account.address.lower() for account in development_accounts()} == demo.DEVELOPMENT_ACCOUNTS


def test_the_cast_is_the_one_that_is_documented():
    assert [(person.handle, [role.value for role in person.roles]) for person in demo.CAST] == [
        ("ines", []), ("tomasz", []), ("amara", ["labeller"]), ("mona", ["moderator"]), ("fay", ["reviewer"]),
        ("finn", ["reviewer"]), ("cole", ["manager"]), ("ada", ["admin"]),
    ]  # fmt: skip


@pytest.mark.parametrize("purpose", Purpose.values)
@pytest.mark.parametrize("signer", [CAST[0], CAST[7]])
def test_outside_the_demo_no_text_is_given_for_them(signer, purpose):
    refused = wallet.ask(Client(), signer, purpose)
    assert refused.status_code == 403 and code(refused) == "demo-key"


def test_outside_the_demo_no_development_account_signs_in():
    for account in development_accounts():
        assert code(wallet.ask(Client(), account)) == "demo-key"


def test_outside_the_demo_no_text_of_their_own_is_taken():
    client = Client()
    assert code(wallet.send_written(client, CAST[3])) == "demo-key"
    assert not Member.objects.exists() and "_auth_user_id" not in client.session


def test_a_text_from_before_the_demo_ended_is_refused(settings):
    settings.DEMO = True
    client = Client()
    asked = wallet.ask(client, CAST[3]).json()
    settings.DEMO = False
    assert code(wallet.answer(client, asked, CAST[3])) == "demo-key"


def test_outside_the_demo_they_cannot_be_linked(holder):
    alice = holder("alice")
    assert code(wallet.ask(alice.client, CAST[0], "link")) == "demo-key"


def test_a_member_who_was_of_the_cast_stays_outside_after_the_demo(settings):
    actions.join(proven=Proven(demo.CAST[0].address, "eoa", None), is_demo=True)
    assert code(wallet.send_written(Client(), CAST[0])) == "demo-key"


def test_a_wallet_linked_to_the_cast_in_the_demo_opens_nothing_after_it(settings, holder):
    """In the demo anybody can be Ada, the administrator, and link a wallet of their own to her."""
    settings.DEMO = True
    ada = holder("ada", roles=("admin",), is_superuser=True, is_demo=True)
    own = wallet.new()
    assert ada.link(own).status_code == 200
    client = sign_in_fully(ada, give_app(ada.member))
    assert client.get("/admin/").status_code == 200
    settings.DEMO = False
    refused = wallet.sign_in(Client(), own)
    assert refused.status_code == 403 and code(refused) == "demo-account"
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/sign-in/"), "open sessions end"
    assert not ada.signed_in()


def test_in_the_demo_they_sign_in_and_are_marked(settings):
    settings.DEMO = True
    settings.WALLET_CHAINS = [*settings.WALLET_CHAINS, 31337]
    client = Client()
    assert wallet.sign_in(client, CAST[3], chain_id=31337).status_code == 200
    assert Member.objects.get().is_demo
    assert wallet.sign_in(Client(), wallet.new(), chain_id=31337).status_code == 200
    assert Member.objects.filter(is_demo=True).count() == 1, "a new member of the demo has no privilege"


def test_the_page_offers_the_cast_in_the_demo_only(settings):
    settings.DEMO = True
    page = Client().get("/sign-in/").content.decode()
    for person in demo.CAST:
        assert f'data-demo-as="{person.handle}"' in page and person.name in page
    assert "moderator" in page and "payout reviewer" in page and "administrator" in page and "wallet-demo.js" in page
    cast = json.loads(page.split('<script id="demo-cast" type="application/json">')[1].split("</script>")[0])
    assert [one["handle"] for one in cast] == [person.handle for person in demo.CAST]
    settings.DEMO = False
    assert "demo-cast" not in Client().get("/sign-in/").content.decode()


# --- the way to the demo chain ----------------------------------------------------------------------------------------


@pytest.fixture
def relay(holder, settings, monkeypatch):
    """A function that sends a call as a member; and the list of what reached the chain."""
    settings.DEMO, settings.CHAIN_RPC_URL, settings.CHAIN_ID = True, "http://127.0.0.1:1", 31337
    alice, reached = holder("alice"), []

    def call(url, method, params, **_):
        reached.append((method, params))
        return {"eth_getBalance": "0x0"}.get(method, "0x1")

    monkeypatch.setattr("metya.wallets.relay.rpc.call", call)

    def send(data, client=None):
        return wallet.post(client or alice.client, "/wallets/demo-rpc/", data)

    send.reached = reached
    return send


def test_the_relay_passes_on_what_the_wallet_needs(relay):
    answer = relay({"jsonrpc": "2.0", "id": 7, "method": "eth_gasPrice", "params": []})
    assert answer.json() == {"jsonrpc": "2.0", "id": 7, "result": "0x1"}
    assert relay.reached == [("eth_gasPrice", [])]


@pytest.mark.parametrize(
    "method",
    [
        "anvil_setBalance",
        "eth_sendTransaction",
        "eth_accounts",
        "debug_traceCall",
        "evm_mine",
        "",
        None,
        1,
        ["eth_call"],
    ],
)
def test_the_relay_passes_on_nothing_else(relay, method):
    assert code(relay({"method": method, "params": []})) == "method-not-allowed"
    assert relay.reached == []


@pytest.mark.parametrize("data", [[], [{"method": "eth_chainId"}], "x", {"method": "eth_call", "params": {}}])
def test_the_relay_refuses_batches_and_nonsense(relay, data):
    assert relay(data).status_code == 400
    assert relay.reached == []


def test_the_relay_is_for_members_in_the_demo(relay, settings, client):
    assert relay({"method": "eth_chainId"}, client=client).status_code == 302
    settings.DEMO = False
    assert relay({"method": "eth_chainId"}).status_code == 404


def test_the_relay_says_when_the_chain_is_off(relay, settings):
    settings.CHAIN_RPC_URL = ""
    answer = relay({"method": "eth_chainId"})
    assert answer.status_code == 503 and "not running" in answer.json()["message"]


def test_who_is_about_to_send_gets_coins_on_the_development_chain_only(relay, settings):
    address = wallet.new().address
    relay({"method": "eth_getTransactionCount", "params": [address, "pending"]})
    assert [method for method, _ in relay.reached] == ["eth_getBalance", "anvil_setBalance", "eth_getTransactionCount"]
    relay.reached.clear()
    settings.CHAIN_ID = 1
    answer = relay({"method": "eth_getTransactionCount", "params": [address, "pending"]})
    assert answer.status_code == 404
    assert relay.reached == []
