"""JSON-RPC to the chain: few methods, plain numbers out, two kinds of failure.

The URL may hold a provider's secret, so no error ever quotes it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connection

from metya.wallets import rpc as transport

TIMEOUT_SECONDS = 5.0
NONSENSE = "the chain's answer makes no sense"
LONGEST_ANSWER = 16 * 1024 * 1024
_HASH = re.compile(r"0x[0-9a-f]{64}")
KNOWN = ("already known", "already imported", "alreadyknown", "known transaction")
SPENT = ("nonce too low", "nonce is too low", "invalid nonce", "oldnonce")


class ChainDown(Exception):
    """The chain does not answer, or not with what was configured; trying again later may work."""


class Refused(Exception):
    """The node answered with an error: a revert (then ``data`` holds what the contract said) or a refusal."""

    def __init__(self, message: str, data: str = "") -> None:
        super().__init__(message)
        self.message, self.data = message, data


@dataclass(frozen=True)
class Block:
    number: int
    hash: str
    parent: str
    timestamp: int
    base_fee: int


@dataclass(frozen=True)
class Receipt:
    block: int
    block_hash: str
    succeeded: bool
    contract: str
    logs: list[dict[str, Any]]


@dataclass(frozen=True)
class Fees:
    """Wei per gas."""

    max_fee: int
    priority: int


class Chain:
    """One chain behind one URL. No call is allowed while a database transaction is open."""

    def __init__(self, url: str, chain_id: int) -> None:
        self.chain_id = chain_id
        self._url = url
        self._checked = False

    def call(self, method: str, *parameters: Any) -> Any:
        """The result of one method; ChainDown when there is no usable answer, Refused when the node says no."""
        if connection.in_atomic_block:
            raise RuntimeError("A call to the chain must not hold a database transaction open.")
        if not self._checked and method != "eth_chainId":
            self.check()
        try:
            return transport.call(self._url, method, list(parameters), seconds=TIMEOUT_SECONDS, limit=LONGEST_ANSWER)
        except transport.NodeError as problem:
            raise _refusal(problem) from None
        except transport.Unreachable as problem:
            cause = problem.__cause__  # its words may quote the URL, its kind does not
            raise ChainDown(f"the chain does not answer ({type(cause).__name__ if cause else problem})") from None

    def check(self) -> None:
        """ChainDown when the node serves another chain than the configured one."""
        try:
            served = _number(self.call("eth_chainId"))
        except Refused as refusal:
            raise ChainDown("the chain does not tell its id") from refusal
        if served != self.chain_id:
            raise ChainDown(f"the node serves chain {served}, but CHAIN_ID is {self.chain_id}")
        self._checked = True

    def block(self, number: int | str = "latest") -> Block | None:
        """A block by number or tag; None when there is none."""
        found = self._asked("eth_getBlockByNumber", hex(number) if isinstance(number, int) else number, False)
        if found is None:
            return None
        with _sense():
            block = Block(
                number=_number(found["number"]),
                hash=_hash(found["hash"]),
                parent=_hash(found["parentHash"]),
                timestamp=_number(found["timestamp"]),
                base_fee=_number(found.get("baseFeePerGas") or "0x0"),
            )
            if isinstance(number, int) and block.number != number:
                raise ValueError("another block than the one asked for")
        return block

    def head(self) -> Block:
        """The newest block."""
        found = self.block()
        if found is None:
            raise ChainDown("the chain has no newest block")
        return found

    def nonce(self, address: str, block: int | str = "latest") -> int:
        """How many transactions of `address` are included up to `block`."""
        return _number(self._asked("eth_getTransactionCount", address, _tag(block)))

    def balance(self, address: str) -> int:
        """Wei of the chain's own coin."""
        return _number(self._asked("eth_getBalance", address, "latest"))

    def receipt(self, tx_hash: str) -> Receipt | None:
        """Where a transaction was included; None when it is not."""
        found = self._asked("eth_getTransactionReceipt", tx_hash)
        with _sense():
            if found is None or found["blockNumber"] is None:
                return None
            if _hash(found["transactionHash"]) != tx_hash:
                raise ValueError("the receipt of another transaction")
            return Receipt(
                block=_number(found["blockNumber"]),
                block_hash=_hash(found["blockHash"]),
                succeeded=_number(found["status"]) == 1,
                contract=(found.get("contractAddress") or "").lower(),
                logs=list(found["logs"]),
            )

    def knows(self, tx_hash: str) -> bool:
        """Whether the node holds the transaction, waiting or included."""
        return self._asked("eth_getTransactionByHash", tx_hash) is not None

    def code(self, address: str) -> str:
        """The contract's code as hex; `0x` when there is none."""
        return "0x" + _bytes(self._asked("eth_getCode", address, "latest")).hex()

    def logs(self, address: str, first: int, last: int) -> list[dict[str, Any]]:
        """All logs of a contract in a range of blocks, both included. Refused when the node finds the range too long."""
        found = self.call("eth_getLogs", {"address": address, "fromBlock": hex(first), "toBlock": hex(last)})
        with _sense():
            for log in found:
                # A node that ignores the filter must not make us book what another contract says.
                if log["address"].lower() != address.lower() or not first <= _number(log["blockNumber"]) <= last:
                    raise ValueError("a log that was not asked for")
                _number(log["logIndex"]), _hash(log["blockHash"]), _hash(log["transactionHash"])
            return list(found)

    def view(self, to: str, data: str, block: int | str = "latest") -> bytes:
        """What a contract's view function returns. Refused on a revert."""
        return _bytes(self.call("eth_call", {"to": to, "data": data}, _tag(block)))

    def estimate(self, sender: str, to: str, data: str) -> int:
        """Gas that the call would use now. Refused with the revert's data when it would fail."""
        return _number(self.call("eth_estimateGas", {"from": sender, "to": to, "data": data}, "pending"))

    def send(self, raw: str) -> None:
        """Broadcasts signed bytes. Refused with the node's words when it does not take them."""
        self.call("eth_sendRawTransaction", raw)

    def fees(self) -> Fees:
        """Enough for the next few blocks: twice the base fee plus what is usual on top."""
        try:
            priority = _number(self.call("eth_maxPriorityFeePerGas"))
        except Refused:
            priority = 10**9
        return Fees(max_fee=2 * self.head().base_fee + priority, priority=priority)

    def _asked(self, method: str, *parameters: Any) -> Any:
        try:
            return self.call(method, *parameters)
        except Refused as refusal:
            raise ChainDown(f"the chain refuses {method}: {refusal.message[:120]}") from refusal


def connect() -> Chain | None:
    """The configured chain, or None where there is none. ChainDown when the development chain is not allowed here."""
    if not settings.CHAIN_RPC_URL:
        return None
    if settings.CHAIN_ID == settings.DEVELOPMENT_CHAIN_ID and not settings.ALLOW_DEVELOPMENT_CHAIN:
        raise ChainDown("the development chain is refused outside DEBUG and DEMO")
    return _chain(settings.CHAIN_RPC_URL, settings.CHAIN_ID)


@lru_cache(maxsize=4)
def _chain(url: str, chain_id: int) -> Chain:
    return Chain(url, chain_id)


def forget() -> None:
    """After a failure another node may stand behind the URL: it is asked again which chain it serves."""
    _chain.cache_clear()


def moment(value: Any) -> datetime:
    """A time as nodes write it: hexadecimal seconds since 1970. ChainDown for nonsense."""
    with _sense():
        return datetime.fromtimestamp(_number(value), UTC)


def _refusal(problem: transport.NodeError) -> Refused:
    data = problem.data or ""
    if isinstance(data, dict):  # some nodes wrap the revert's data once more
        data = data.get("data") or data.get("result") or ""
    return Refused(problem.message, str(data))


@contextmanager
def _sense() -> Iterator[None]:
    """ChainDown for what a malformed answer does to the code that reads it."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise ChainDown(NONSENSE) from None


def _number(value: Any) -> int:
    with _sense():
        return int(value, 16)


def _hash(value: Any) -> str:
    with _sense():
        if not _HASH.fullmatch(value):
            raise ValueError("not 32 bytes in lower-case hex")
        return str(value)


def _bytes(value: Any) -> bytes:
    with _sense():
        return bytes.fromhex(value.removeprefix("0x"))


def _tag(block: int | str) -> str:
    return hex(block) if isinstance(block, int) else block
