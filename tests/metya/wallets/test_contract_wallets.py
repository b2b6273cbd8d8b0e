"""Contract wallets: on a real EVM (ERC-1271, ERC-6492), and with nodes that fail in every way."""

import contextlib
import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.conf import settings as site
from django.test import Client
from eth_abi import encode
from eth_utils import keccak, to_checksum_address
from web3 import HTTPProvider, Web3

from metya.wallets import actions, contract_wallets, signatures
from metya.wallets.checking import Proven
from metya.wallets.errors import SignInRefused
from metya.wallets.models import Member, Wallet
from rewards.chain import anvil
from tests.metya.wallets import wallet
from tests.metya.wallets.wallet import code

pytestmark = pytest.mark.django_db
CHAIN = 31337
MAGIC = bytes.fromhex("6492" * 16)
CODES = json.loads((Path(__file__).parent / "solidity" / "Wallets.json").read_text())


@pytest.fixture(scope="module")
def web3(tmp_path_factory):
    try:
        chain = anvil.start(site.BASE_DIR / "var" / "anvil")
    except anvil.AnvilUnavailable as reason:
        if os.environ.get("REQUIRE_CHAIN") == "1":
            pytest.fail(str(reason))
        pytest.skip(f"CONTRACT WALLETS NOT TRIED: {reason}")
    yield Web3(HTTPProvider(chain.url))
    chain.stop()


@pytest.fixture
def on_chain(web3, settings):
    settings.WALLET_CHAINS = [1, CHAIN]
    settings.WALLET_RPC_URLS = {CHAIN: web3.provider.endpoint_uri}
    return web3


def deploy(web3: Web3, name: str, arguments: bytes = b"") -> str:
    sent = web3.eth.send_transaction(
        {"from": web3.eth.accounts[0], "data": CODES[name] + arguments.hex(), "gas": 3_000_000}
    )
    return web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)["contractAddress"]


def owned(web3: Web3, owner: str) -> str:
    return deploy(web3, "OwnedWallet", encode(["address"], [owner]))


class Counterfactual:
    """A wallet that a factory could make; its signatures are wrapped as ERC-6492 says."""

    def __init__(self, web3: Web3, owner: str) -> None:
        self.web3 = web3
        self.factory = deploy(web3, "Factory")
        self.salt = os.urandom(32)
        asked = keccak(text="where(address,bytes32)")[:4] + encode(["address", "bytes32"], [owner, self.salt])
        self.address = to_checksum_address(web3.eth.call({"to": self.factory, "data": asked})[-20:])
        self.making = keccak(text="make(address,bytes32)")[:4] + encode(["address", "bytes32"], [owner, self.salt])

    def make(self) -> None:
        sent = self.web3.eth.send_transaction(
            {"from": self.web3.eth.accounts[0], "to": self.factory, "data": self.making}
        )
        self.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)

    def wrap(self, signature: str, **changes) -> str:
        parts = [changes.get("factory", self.factory), changes.get("making", self.making), bytes.fromhex(signature[2:])]
        return "0x" + (encode(["address", "bytes", "bytes"], parts) + MAGIC).hex()


def sign_in(address: str, sign, client: Client | None = None, chain_id: int = CHAIN):
    client = client or Client()
    asked = wallet.ask(client, address, chain_id=chain_id)
    assert asked.status_code == 200, asked.content
    sent = {"nonce": asked.json()["nonce"], "signature": sign(asked.json()["message"])}
    return wallet.post(client, "/wallets/verify/", sent)


@pytest.mark.chain
def test_a_wallet_on_the_chain_signs_in(on_chain):
    owner = wallet.new()
    address = owned(on_chain, owner.address)
    assert sign_in(address, lambda text: wallet.signature(owner, text)).status_code == 200
    linked = Wallet.objects.get()
    assert (linked.address, linked.kind, linked.chain_id) == (address.lower(), "contract", CHAIN)
    assert linked.uid == f"{CHAIN}:{address.lower()}"
    assert sign_in(address, lambda text: wallet.signature(owner, text)).status_code == 200
    assert Member.objects.count() == 1


@pytest.mark.chain
def test_its_owner_is_another_member(on_chain):
    owner = wallet.new()
    address = owned(on_chain, owner.address)
    sign_in(address, lambda text: wallet.signature(owner, text))
    assert wallet.sign_in(Client(), owner).status_code == 200
    assert Member.objects.count() == 2


@pytest.mark.chain
def test_a_stranger_does_not_sign_for_it(on_chain):
    owner, stranger = wallet.new(), wallet.new()
    address = owned(on_chain, owner.address)
    assert code(sign_in(address, lambda text: wallet.signature(stranger, text))) == "signature-wrong"
    assert code(sign_in(address, lambda text: wallet.signature(owner, text + " "))) == "signature-wrong"
    assert code(sign_in(address, lambda text: "0x")) == "signature-malformed"
    assert code(sign_in(address, lambda text: "0x" + "11" * 64)) == "signature-compact"
    assert not Member.objects.exists()


@pytest.mark.chain
def test_on_a_chain_without_a_node_a_contract_wallet_cannot_sign_in(on_chain):
    owner = wallet.new()
    address = owned(on_chain, owner.address)
    assert code(sign_in(address, lambda text: wallet.signature(owner, text), chain_id=1)) == "signature-wrong"


@pytest.mark.chain
def test_a_wallet_that_is_not_on_the_chain_yet_signs_in_and_stays_itself_afterwards(on_chain):
    owner = wallet.new()
    made = Counterfactual(on_chain, owner.address)
    assert on_chain.eth.get_code(made.address) == b""
    assert sign_in(made.address, lambda text: made.wrap(wallet.signature(owner, text))).status_code == 200
    assert on_chain.eth.get_code(made.address) == b"", "asking deploys nothing"
    made.make()
    assert sign_in(made.address, lambda text: made.wrap(wallet.signature(owner, text))).status_code == 200, (
        "still wrapped"
    )
    assert sign_in(made.address, lambda text: wallet.signature(owner, text)).status_code == 200, "plain now"
    assert Member.objects.count() == 1


@pytest.mark.chain
def test_a_wrapped_signature_must_make_this_wallet_and_be_its_owners(on_chain):
    owner, stranger = wallet.new(), wallet.new()
    made = Counterfactual(on_chain, owner.address)
    other = Counterfactual(on_chain, stranger.address)
    wrong = [
        lambda text: made.wrap(wallet.signature(stranger, text)),
        lambda text: made.wrap(wallet.signature(owner, text), making=b""),
        lambda text: made.wrap(wallet.signature(owner, text), factory=wallet.new().address),
        lambda text: other.wrap(wallet.signature(stranger, text)),
        lambda text: made.wrap(wallet.signature(owner, text + "x")),
    ]
    for sign in wrong:
        assert code(sign_in(made.address, sign)) == "signature-malformed"
    assert not Member.objects.exists()


@pytest.mark.chain
def test_an_accounts_own_address_is_not_taken_over_by_a_wrapped_signature(on_chain):
    """Nothing that a factory does makes a contract of somebody's account."""
    victim, thief = wallet.new(), wallet.new()
    made = Counterfactual(on_chain, thief.address)
    assert code(sign_in(victim.address, lambda text: made.wrap(wallet.signature(thief, text)))) == "signature-malformed"


@pytest.mark.chain
@pytest.mark.parametrize("manner", [1, 2, 3, 4, 5, 6, 7, 8, 10])
def test_a_contract_that_answers_anything_else_says_no(on_chain, manner):
    address = deploy(on_chain, "Odd", encode(["uint256"], [manner]))
    begun = time.monotonic()
    assert code(sign_in(address, lambda text: "0x" + "11" * 65)) == "signature-malformed"
    assert time.monotonic() - begun < 5


@pytest.mark.chain
def test_the_odd_contracts_would_be_believed_if_they_said_yes(on_chain):
    address = deploy(on_chain, "Odd", encode(["uint256"], [9]))
    assert sign_in(address, lambda text: "0x1234").status_code == 200


@pytest.mark.chain
@pytest.mark.parametrize("number", range(1, 11))
def test_precompiles_are_no_wallets(on_chain, number):
    """The identity precompile gives back what it is sent, which begins with the magic value."""
    address = f"0x{number:040x}"
    assert code(sign_in(address, lambda text: "0x" + "11" * 65)) == "signature-malformed"
    wrapped = "0x" + (encode(["address", "bytes", "bytes"], [address, b"", b"\x11" * 65]) + MAGIC).hex()
    assert code(sign_in(address, lambda text: wrapped)) == "signature-malformed"


@pytest.mark.chain
@pytest.mark.parametrize(
    "tail", [b"", b"\x00" * 31, b"\xff" * 96, b"\xff" * 320, encode(["uint256"] * 3, [2**255] * 3)]
)
def test_a_damaged_wrapping_is_a_no(on_chain, tail):
    assert code(sign_in(wallet.new().address, lambda text: "0x" + (tail + MAGIC).hex())) == "signature-malformed"


@pytest.mark.chain
def test_the_largest_signature_fits(on_chain):
    owner = wallet.new()
    address = owned(on_chain, owner.address)
    assert code(sign_in(address, lambda text: "0x" + "11" * signatures.MAX_BYTES)) == "signature-malformed"


@pytest.mark.chain
def test_a_node_of_another_chain_is_not_asked(on_chain, settings):
    settings.WALLET_RPC_URLS = {1: on_chain.provider.endpoint_uri}
    owner = wallet.new()
    refused = sign_in(owned(on_chain, owner.address), lambda text: wallet.signature(owner, text), chain_id=1)
    assert refused.status_code == 503 and code(refused) == "chain-unavailable"


# --- nodes that fail --------------------------------------------------------------------------------------------------


class Node(BaseHTTPRequestHandler):
    answers: dict = {}
    pause = 0.0

    def log_message(self, *args) -> None:
        pass

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = self.answers.get(asked["method"], {"result": hex(CHAIN)} if asked["method"] == "eth_chainId" else b"")
        time.sleep(self.pause if asked["method"] == "eth_call" else 0)
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        self.send_response(status)
        if status in (301, 302, 307):
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(
                body if isinstance(body, bytes) else json.dumps({"jsonrpc": "2.0", "id": 1} | body).encode()
            )


@pytest.fixture
def node(settings, monkeypatch):
    """A function that makes the node answer eth_call (and others) in some way."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Node)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.WALLET_CHAINS = [1, CHAIN]
    settings.WALLET_RPC_URLS = {CHAIN: f"http://127.0.0.1:{server.server_port}/key?x=1"}

    def answer(call, *, pause=0.0, **others):
        monkeypatch.setattr(Node, "answers", {"eth_call": call} | others)
        monkeypatch.setattr(Node, "pause", pause)

    yield answer
    server.shutdown()
    server.server_close()


def ask() -> bool:
    return contract_wallets.says_yes(
        address="0x" + "1" * 40, chain_id=CHAIN, digest=b"\x01" * 32, signature=b"\x02" * 65
    )


def test_only_01_is_yes(node):
    node({"result": "0x01"})
    assert ask() is True
    for result in ("0x00", "0x", "0x1", "0x0001", "0x0100", "0x" + "0" * 63 + "1", "0x011626ba7e"):
        node({"result": result})
        assert ask() is False, result


@pytest.mark.parametrize(
    "error",
    [
        {"code": 3, "message": "execution reverted: no", "data": "0x"},
        {"code": -32000, "message": "execution reverted"},
        {"code": -32000, "message": "out of gas"},
        {"code": -32015, "message": "VM execution error.", "data": "Reverted 0x"},
        {"code": -32000, "message": "invalid opcode: INVALID"},
        {"code": -32003, "message": "EVM error OutOfGas"},
    ],
)
def test_a_revert_is_a_no(node, error):
    node({"error": error})
    assert ask() is False


@pytest.mark.parametrize(
    "answer",
    [
        {"error": {"code": -32005, "message": "rate limit exceeded"}},
        {"error": {"code": -32601, "message": "method not found"}},
        {"error": "broken"},
        {"result": None},
        {"result": 1},
        {"result": ["0x01"]},
        {},
        (500, {"result": "0x01"}),
        (429, b"slow down"),
        (302, {"result": "0x01"}),
        b"",
        b"[1]",
        b"not json",
        b"\xff\xfe",
        b"[" * 10_000,
        b'{"result": "0x' + b"1" * 17_000 + b'"}',
    ],
)
def test_an_error_of_the_node_is_try_later(node, answer):
    node(answer)
    with pytest.raises(SignInRefused) as refused:
        ask()
    assert (refused.value.code, refused.value.status) == ("chain-unavailable", 503)


def test_a_slow_node_is_given_up(node, monkeypatch):
    monkeypatch.setattr(contract_wallets, "SECONDS", 0.3)
    node({"result": "0x01"}, pause=2.0)
    begun = time.monotonic()
    with pytest.raises(SignInRefused):
        ask()
    assert time.monotonic() - begun < 1.5


def test_a_node_that_is_gone(settings):
    settings.WALLET_CHAINS = [CHAIN]
    settings.WALLET_RPC_URLS = {CHAIN: "http://127.0.0.1:9/"}
    with pytest.raises(SignInRefused) as refused:
        ask()
    assert refused.value.status == 503


def test_try_later_reaches_the_client_as_such(node):
    node((500, b""))
    refused = sign_in(wallet.new().address, lambda text: "0x1234")
    assert refused.status_code == 503 and code(refused) == "chain-unavailable"


def test_an_accounts_own_signature_asks_no_node(settings):
    settings.WALLET_RPC_URLS = {1: "http://127.0.0.1:9/"}
    assert wallet.sign_in(Client(), wallet.new()).status_code == 200


def test_a_chain_that_left_the_list_is_not_asked(node, settings):
    node({"result": "0x01"})
    settings.WALLET_CHAINS = [1]
    assert ask() is False


@pytest.mark.parametrize(("kind", "chain"), [("contract", 1), ("eoa", None)])
def test_an_address_that_an_account_has_in_another_way_is_refused_in_words(node, kind, chain):
    """The same contract wallet on two chains may have two owners: it is not the wallet that was linked."""
    node({"result": "0x01"})
    signer = wallet.new()
    owner = actions.join(proven=Proven(signer.address.lower(), kind, chain))
    stranger = wallet.new()
    refused = sign_in(signer.address, lambda text: wallet.signature(stranger, text))
    assert refused.status_code == 409 and code(refused) == "wallet-elsewhere"
    assert Member.objects.get() == owner and Wallet.objects.count() == 1


def test_the_gas_is_limited(node, monkeypatch):
    seen = []
    original = contract_wallets.rpc.call
    monkeypatch.setattr(
        contract_wallets.rpc,
        "call",
        lambda url, method, params, **more: seen.append((method, params)) or original(url, method, params, **more),
    )  # noqa: E501
    node({"result": "0x01"})
    ask()
    [(_, [asked, block])] = [one for one in seen if one[0] == "eth_call"]
    assert int(asked["gas"], 16) == 3_000_000 and "to" not in asked and block == "latest"
