"""A node that is slow, broken, or tells what is not so: the pass ends as "down", says why, loses nothing and heals."""

import contextlib
import json
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from rewards.chain import reads, rpc
from rewards.chain.models import Deployment
from tests.rewards.chain.site import Site

pytestmark = pytest.mark.chain
Twist = Callable[[str, dict[str, Any]], Any]


class Node:
    """Stands before anvil and twists what it answers: `twist(method, answer)` gives another answer, bytes, or None."""

    twist: Twist | None = None


@pytest.fixture
def node(site: Site, settings) -> Iterator[Node]:
    behind, between = settings.CHAIN_RPC_URL, Node()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked = urllib.request.Request(behind, data=body, headers={"Content-Type": "application/json"})
            with urllib.request.urlopen(asked) as response:
                answer = json.load(response)
            told = between.twist(json.loads(body)["method"], answer) if between.twist else answer
            self.send_response(200)
            self.end_headers()
            with contextlib.suppress(OSError):
                if isinstance(told, Iterator):
                    for part in told:
                        self.wfile.write(part)
                        self.wfile.flush()
                else:
                    self.wfile.write(told if isinstance(told, bytes) else json.dumps(told).encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.CHAIN_RPC_URL = f"http://127.0.0.1:{server.server_port}/a-providers-secret"
    yield between
    server.shutdown()
    server.server_close()


def answering(method: str, result: Any) -> Twist:
    """Another result for one method: a value, or a function of the right one."""

    def twist(asked: str, answer: dict[str, Any]) -> Any:
        if asked != method:
            return answer
        return {"jsonrpc": "2.0", "id": 1, "result": result(answer["result"]) if callable(result) else result}

    return twist


def trouble() -> str:
    return Deployment.objects.get(kind="distributor").error


NO_ANSWERS = (b"", b"<html>bad gateway</html>", b"[]", b"7", b"{}", b'{"result"', b"\xff\xfe", b"[" * 100_000)


def test_what_is_no_answer_is_down(site: Site, node: Node):
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    for told in NO_ANSWERS:
        node.twist = lambda method, answer, told=told: told
        assert site._pass() == "down", told
        assert "does not answer" in trouble()
        assert "secret" not in trouble()
    node.twist = None
    site.settle()
    assert site.intent("accept").state == "final"


def without(key: str) -> Callable[[Any], Any]:
    return lambda found: {name: value for name, value in found.items() if name != key} if found else found


def having(**changes: Any) -> Callable[[Any], Any]:
    return lambda found: found | changes if isinstance(found, dict) else [one | changes for one in found]


MALFORMED = (
    ("eth_chainId", None),
    ("eth_chainId", "31337"),
    ("eth_chainId", {}),
    ("eth_getBlockByNumber", "0x5"),
    ("eth_getBlockByNumber", None),
    ("eth_getBlockByNumber", []),
    ("eth_getBlockByNumber", without("hash")),
    ("eth_getBlockByNumber", having(hash="0x12")),
    ("eth_getBlockByNumber", having(parentHash=None)),
    ("eth_getBlockByNumber", having(number="seven")),
    ("eth_getLogs", "0x"),
    ("eth_getLogs", None),
    ("eth_getLogs", [None]),
    ("eth_getLogs", [{}]),
    ("eth_call", None),
    ("eth_call", "0x"),
    ("eth_call", "0x1234"),
    ("eth_call", "nonsense"),
    ("eth_getTransactionCount", None),
    ("eth_getTransactionCount", []),
    ("eth_estimateGas", None),
    ("eth_maxPriorityFeePerGas", "much"),
)
MALFORMED_RECEIPTS = (
    ("eth_getTransactionReceipt", "yes"),
    ("eth_getTransactionReceipt", without("status")),
    ("eth_getTransactionReceipt", without("logs")),
    ("eth_getTransactionReceipt", having(transactionHash="0x" + "ee" * 32)),
)


def test_a_malformed_answer_is_down_and_nothing_is_lost(site: Site, node: Node):
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))

    def told(method: str, result: Any) -> None:
        site.mine()
        site.age(0)
        node.twist = answering(method, result)
        assert site._pass() == "down", (method, result)
        assert trouble()
        assert reads.chain_health().state == "down"

    for malformed in MALFORMED:
        told(*malformed)
    assert site.attempts() == []
    node.twist = None
    site._pass()
    for malformed in MALFORMED_RECEIPTS:
        told(*malformed)
    node.twist = None
    site.settle()
    assert site.intent("accept").state == "final"
    assert len(site.attempts()) == 1


LIES = (
    having(address="0x" + "66" * 20),
    having(blockNumber="0xffffff"),
    having(blockHash="0x66"),
    having(logIndex=None),
    having(topics=["0x66"]),
    having(data="0x66"),
    having(data=None),
    having(blockTimestamp="noon"),
    lambda logs: [log | {"topics": log["topics"][:1]} for log in logs],
    lambda logs: [log | {"data": log["data"][:66]} for log in logs],
)


def test_logs_that_were_not_asked_for_are_never_booked(site: Site, node: Node):
    proofs = site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.settle()
    site.claim(site.evm.alice, 30, proofs[0])
    site.mine(3)
    for number, lie in enumerate(LIES):
        node.twist = answering("eth_getLogs", lie)
        site.mine()
        assert site._pass() == "down", number
        assert site.logs() == []
    node.twist = None
    site.follow()
    assert len(site.logs()) == 1


def test_a_busy_provider_is_down_whatever_it_refuses(site: Site, node: Node):
    """Rate limits come as JSON errors; they say nothing about the contract."""
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    limited = {"jsonrpc": "2.0", "id": 1, "error": {"code": -32005, "message": "rate limit exceeded"}}
    for refused in ("eth_getBlockByNumber", "eth_getLogs", "eth_call", "eth_getTransactionCount"):
        site.mine()
        node.twist = lambda method, answer, refused=refused: limited if method == refused else answer
        assert site._pass() == "down", refused
        assert "rate limit exceeded" in trouble()
    site.mine()
    node.twist = lambda method, answer: limited if method == "eth_estimateGas" else answer
    site._pass()
    assert site.intent().error == "The node does not take it: rate limit exceeded"
    node.twist = None
    site.age(0)
    site.settle()
    assert site.intent("accept").state == "final"


def test_a_node_that_drips_meets_a_deadline(site: Site, node: Node, monkeypatch):
    monkeypatch.setattr(rpc, "TIMEOUT_SECONDS", 0.5)

    def drip(_method: str, answer: dict[str, Any]) -> Iterator[bytes]:
        for byte in json.dumps(answer).encode():
            time.sleep(0.1)
            yield bytes([byte])

    node.twist = drip
    began = time.monotonic()
    assert site._pass() == "down"
    assert time.monotonic() - began < 3
    assert "too slow" in trouble() or "Timeout" in trouble()


def test_a_node_that_floods_is_cut_off(site: Site, node: Node, monkeypatch):
    monkeypatch.setattr(rpc, "LONGEST_ANSWER", 100_000)
    node.twist = lambda method, answer: b'{"result": "0x' + b"00" * 1_000_000 + b'"}'
    assert site._pass() == "down"
    assert "too long" in trouble()


def test_a_range_that_is_too_much_for_the_node_is_halved_at_every_try(site: Site, node: Node, settings):
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.mine(40)
    spans = []

    def twist(method: str, answer: dict[str, Any]) -> Any:
        return b"" if method == "eth_getLogs" and spans[-1] > 8 else answer

    logs = rpc.Chain.logs

    def noted(chain: rpc.Chain, address: str, first: int, last: int) -> Any:
        spans.append(last - first + 1)
        return logs(chain, address, first, last)

    node.twist = twist
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rpc.Chain, "logs", noted)
        tries = 0
        while site._pass() == "down":
            tries += 1
            assert tries < 12
    assert max(spans) > 8 >= spans[-1]
    assert Deployment.objects.get(kind="distributor").indexed_block is not None


def test_another_chain_that_takes_the_place_of_ours_is_noticed(site: Site, node: Node):
    for _ in range(2):
        site.mine(5)
        site.follow()
    site.mine()
    node.twist = answering("eth_getBlockByNumber", having(hash="0x" + "66" * 32))
    assert site._pass() == "down"  # another history: which chain is it?
    node.twist = answering("eth_chainId", "0x1")
    assert site._pass() == "down"
    assert trouble() == "the node serves chain 1, but CHAIN_ID is 31337"
    node.twist = None
    assert site._pass() == "ok"


def test_a_node_without_blocks_that_were_final_is_down(site: Site, node: Node):
    site.mine(5)
    site.follow()
    final = Deployment.objects.get(kind="distributor").indexed_block
    behind = site.rpc("eth_getBlockByNumber", hex(final - 1), False)
    node.twist = answering("eth_getBlockByNumber", lambda _: behind)
    assert site._pass() == "down"
    assert f"block {final} was final before" in trouble()


def test_a_chain_that_began_anew_is_down_and_not_silent(site: Site, web3):
    """Without the contract on it every pass says so, also when nothing waits to be sent."""
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.rpc("anvil_setCode", site.evm.distributor.address, "0x")
    assert site._pass() == "down"
    assert "is not on this chain" in trouble()
