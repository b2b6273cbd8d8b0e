"""A deployed token and distributor with named people, for tests on a real EVM."""

from dataclasses import dataclass
from typing import Any

from eth_abi import encode
from eth_utils import keccak
from web3 import Web3
from web3.contract import Contract
from web3.exceptions import ContractCustomError
from web3.logs import DISCARD

from rewards.chain.artifacts import artifact

MET = 10**18
HOUR = 3600
FIRST = 5
HASH = b"\x11" * 32


def leaf(account: str, cumulative: int) -> bytes:
    return keccak(keccak(encode(["address", "uint256"], [account, cumulative])))


def tree(*leaves: bytes) -> tuple[bytes, list[list[bytes]]]:
    """Root and proofs of a Merkle tree over sorted pairs, written from the definition (not the engine's code)."""
    layer, proofs, holders = list(leaves), [[] for _ in leaves], [[i] for i in range(len(leaves))]
    while len(layer) > 1:
        above, groups = [], []
        for i in range(0, len(layer) - 1, 2):
            for side, other in ((i, i + 1), (i + 1, i)):
                for holder in holders[side]:
                    proofs[holder].append(layer[other])
            above.append(keccak(b"".join(sorted(layer[i : i + 2]))))
            groups.append(holders[i] + holders[i + 1])
        if len(layer) % 2:
            above.append(layer[-1])
            groups.append(holders[-1])
        layer, holders = above, groups
    return layer[0], proofs


@dataclass
class Evm:
    web3: Web3
    token: Contract
    distributor: Contract
    admin: str
    updater: str
    guardian: str
    alice: str
    bob: str
    carol: str

    @classmethod
    def deploy(cls, web3: Web3, *, delay: int = HOUR, first: int = FIRST, funds: int = 1000 * MET) -> "Evm":
        admin, updater, guardian, alice, bob, carol = web3.eth.accounts[:6]
        token = deploy(web3, "MetyaToken", admin)
        distributor = deploy(web3, "MetyaDistributor", token.address, delay, first, admin, updater, guardian)
        evm = cls(web3, token, distributor, admin, updater, guardian, alice, bob, carol)
        if funds:
            evm.send(token.functions.transfer(distributor.address, funds), admin)
        return evm

    @property
    def call(self) -> Any:
        return self.distributor.functions

    def send(self, function: Any, sender: str) -> Any:
        receipt = self.web3.eth.wait_for_transaction_receipt(
            function.transact({"from": sender, "gas": 1_000_000}), poll_latency=0.01
        )
        assert receipt["status"] == 1
        return receipt

    def later(self, seconds: int) -> None:
        self.web3.provider.make_request("evm_increaseTime", [seconds])
        self.web3.provider.make_request("evm_mine", [])

    def submit(self, root: bytes, total: int, epoch: int = FIRST) -> Any:
        return self.send(self.call.submitRoot(epoch, root, total, HASH), self.updater)

    def publish(self, root: bytes, total: int, epoch: int = FIRST) -> None:
        self.submit(root, total, epoch)
        self.later(HOUR)
        self.send(self.call.acceptRoot(), self.carol)

    def pay(self, *amounts: tuple[str, int], epoch: int = FIRST) -> list[list[bytes]]:
        """Publishes a tree of cumulative amounts; the proofs in the same order."""
        root, proofs = tree(*(leaf(account, amount) for account, amount in amounts))
        self.publish(root, sum(amount for _, amount in amounts), epoch)
        return proofs

    def refusal(self, function: Any, sender: str) -> tuple[str, tuple[Any, ...]]:
        """Name and arguments of the custom error that the call reverts with; fails when it goes through."""
        try:
            function.call({"from": sender})
        except ContractCustomError as error:
            return named(self.distributor, error.data)
        raise AssertionError("the call went through")

    def balance(self, account: str) -> int:
        return self.token.functions.balanceOf(account).call()

    def events(self, receipt: Any, name: str) -> list[dict[str, Any]]:
        return [dict(log["args"]) for log in getattr(self.distributor.events, name)().process_receipt(receipt, DISCARD)]


def deploy(web3: Web3, name: str, *arguments: Any) -> Contract:
    compiled = artifact(name)
    factory = web3.eth.contract(abi=compiled["abi"], bytecode=compiled["bytecode"])
    sent = factory.constructor(*arguments).transact({"from": web3.eth.accounts[0]})
    receipt = web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)
    return web3.eth.contract(address=receipt["contractAddress"], abi=compiled["abi"])


def named(contract: Contract, data: Any) -> tuple[str, tuple[Any, ...]]:
    """A revert's data as error name and arguments."""
    raw = bytes.fromhex(str(data).removeprefix("0x"))
    for entry in contract.abi:
        if entry["type"] != "error":
            continue
        types = [part["type"] for part in entry["inputs"]]
        if keccak(f"{entry['name']}({','.join(types)})".encode())[:4] == raw[:4]:
            return entry["name"], contract.w3.codec.decode(types, raw[4:])
    raise AssertionError(f"unnamed error {data}")
