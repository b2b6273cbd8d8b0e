"""The distributor's calls, events and errors as Python values. Amounts on chain are wei: grains times 10⁹."""

from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils.crypto import keccak
from web3 import Web3
from web3.contract import Contract
from web3.exceptions import LogTopicError, MismatchedABI
from web3.types import LogReceipt

from rewards.chain.artifacts import abi
from rewards.chain.rpc import NONSENSE, Chain, ChainDown, Refused

GRAIN = 10**9
ZERO_ROOT = "0x" + "00" * 32
TOLD = ("RootSubmitted", "RootAccepted", "RootRevoked", "Claimed", "Paused", "Unpaused")
# The tree of an epoch in which nobody has anything yet: the one leaf (zero address, 0), which pays nothing.
EMPTY_ROOT = "0x" + keccak(keccak(bytes(64))).hex()


@cache
def _contract() -> type[Contract]:
    return Web3().eth.contract(abi=abi("MetyaDistributor"))


def _encoded(function: str, *arguments: Any) -> str:
    text: str = _contract().encode_abi(function, args=arguments)
    return text


def submit_call(epoch: int, root: str, total_grains: int, content_hash: str) -> str:
    """Call data of submitRoot; `root` 0x + 64 hex digits, `content_hash` 64 hex digits."""
    content = bytes.fromhex(content_hash.removeprefix("0x"))
    return _encoded("submitRoot", epoch, bytes.fromhex(root[2:]), total_grains * GRAIN, content)


def accept_call() -> str:
    """Call data of acceptRoot."""
    return _encoded("acceptRoot")


def claim_call(account: str, cumulative_wei: int, proof: list[str]) -> str:
    """Call data with which anyone claims for `account`; `proof` as in the tree's file (0x + 64 hex digits each)."""
    steps = [bytes.fromhex(step.removeprefix("0x")) for step in proof]
    return _encoded("claim", Web3.to_checksum_address(account), cumulative_wei, steps)


@dataclass(frozen=True)
class State:
    """What the distributor holds. Wei and hex; `pending_root` is ZERO_ROOT when nothing waits."""

    root: str
    next_epoch: int
    committed: int
    total_claimed: int
    pending_root: str
    pending_epoch: int
    valid_at: int


def read_state(chain: Chain, address: str, block: int | str = "latest") -> State:
    """The state of the distributor at a block; ChainDown when it cannot be read."""

    def view(function: str, types: list[str]) -> tuple[Any, ...]:
        return _view(chain, address, _encoded(function), types, block)

    ((pending_root, _, pending_epoch, valid_at),) = view("pending", ["(bytes32,uint256,uint64,uint48)"])
    return State(
        root="0x" + view("root", ["bytes32"])[0].hex(),
        next_epoch=view("nextEpoch", ["uint64"])[0],
        committed=view("committed", ["uint256"])[0],
        total_claimed=view("totalClaimed", ["uint256"])[0],
        pending_root="0x" + pending_root.hex(),
        pending_epoch=pending_epoch,
        valid_at=valid_at,
    )


def tokens_held(chain: Chain, address: str, block: int | str = "latest") -> int:
    """Wei of the token that the distributor holds."""
    (token,) = _view(chain, address, _encoded("token"), ["address"], block)
    call = Web3().eth.contract(abi=abi("MetyaToken")).encode_abi("balanceOf", args=[Web3.to_checksum_address(address)])
    (held,) = _view(chain, token, call, ["uint256"], block)
    return int(held)


def _view(chain: Chain, to: str, data: str, types: list[str], block: int | str) -> tuple[Any, ...]:
    try:
        return decode(types, chain.view(to, data, block))
    except Refused as refusal:
        raise ChainDown(f"the contract {to} cannot be read: {refusal.message[:120]}") from refusal
    except DecodingError as problem:
        raise ChainDown(f"the contract {to} is not on this chain") from problem


@dataclass(frozen=True)
class Event:
    """One log of the distributor, decoded: arguments as text, bytes as hex, addresses in lower case."""

    name: str
    arguments: dict[str, str]

    @property
    def epoch(self) -> int | None:
        return int(self.arguments["epoch"]) if "epoch" in self.arguments else None

    @property
    def wei(self) -> int | None:
        """What a claim paid, or the total of a root."""
        text = self.arguments.get("amount") or self.arguments.get("total")
        return int(text) if text else None


def read_event(log: dict[str, Any]) -> Event | None:
    """A raw log as an event; None for logs that tell nothing about roots, claims and pauses. ChainDown for nonsense."""
    try:
        topics = [bytes.fromhex(topic[2:]) for topic in log["topics"]]
        if any(len(topic) != 32 for topic in topics):
            raise ValueError("a topic has 32 bytes")
        known = _events().get(topics[0]) if topics else None
        if known is None:
            return None
        raw = {
            **log,
            "topics": topics,
            "data": bytes.fromhex(log["data"][2:]),
            "blockNumber": int(log["blockNumber"], 16),
            "logIndex": int(log["logIndex"], 16),
            "transactionIndex": int(log["transactionIndex"], 16),
        }
        found = _contract().events[known["name"]]().process_log(cast(LogReceipt, raw))
    except (LogTopicError, MismatchedABI, DecodingError, KeyError, TypeError, ValueError) as problem:
        raise ChainDown(NONSENSE) from problem
    return Event(known["name"], {name: _text(value) for name, value in found["args"].items()})


@cache
def _events() -> dict[bytes, Any]:
    told = [entry for entry in abi("MetyaDistributor") if entry["type"] == "event" and entry["name"] in TOLD]
    return {keccak(text=_signature(entry)): entry for entry in told}


@cache
def _errors() -> dict[bytes, dict[str, Any]]:
    return {keccak(text=_signature(entry))[:4]: entry for entry in abi("MetyaDistributor") if entry["type"] == "error"}


def read_error(data: str) -> str:
    """A revert's data as `Name(arguments)`; an empty string when it is none of the contract's errors."""
    try:
        raw = bytes.fromhex(data.removeprefix("0x"))
        entry = _errors()[raw[:4]]
        values = decode([part["type"] for part in entry["inputs"]], raw[4:])
    except (KeyError, ValueError, DecodingError):
        return ""
    return f"{entry['name']}({', '.join(_text(value) for value in values)})"


def _signature(entry: dict[str, Any]) -> str:
    return f"{entry['name']}({','.join(part['type'] for part in entry['inputs'])})"


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return value.lower() if isinstance(value, str) else str(value)
