"""Setting up the contracts: deploying them, funding the distributor, and noting contracts that exist already.

Each step looks first whether it is done, so a run that was cut off is repeated without harm.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from django.db import transaction
from django.utils import timezone
from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_account.signers.local import LocalAccount
from eth_utils.crypto import keccak
from web3 import Web3

from rewards.chain import booking
from rewards.chain.artifacts import abi, artifact
from rewards.chain.models import ChainBlock, ChainLog, Deployment
from rewards.chain.rpc import Chain, Receipt, Refused

WAIT_SECONDS = 300
GAS_MONEY = 10**18


class DeploymentFailed(Exception):
    """Nothing was deployed or noted beyond what was said; the message says what to do."""


class Sender(Protocol):
    """Somebody who can send transactions."""

    @property
    def address(self) -> str: ...

    def send(self, chain: Chain, to: str | None, data: str) -> str:
        """Sends and returns the hash."""
        ...


@dataclass(frozen=True)
class NodeAccount:
    """An account that the development chain itself holds open."""

    address: str

    def send(self, chain: Chain, to: str | None, data: str) -> str:
        call = {"from": self.address, "data": data} | ({"to": to} if to else {})
        sent: str = chain.call("eth_sendTransaction", call)
        return sent


@dataclass(frozen=True)
class KeyAccount:
    """An account whose key this process holds."""

    key: LocalAccount

    @property
    def address(self) -> str:
        return str(self.key.address).lower()

    def send(self, chain: Chain, to: str | None, data: str) -> str:
        fees = chain.fees()
        call = {"from": self.address, "data": data} | ({"to": to} if to else {})
        fields = {
            "type": 2,
            "chainId": chain.chain_id,
            "nonce": chain.nonce(self.address, "pending"),
            "value": 0,
            "data": data,
            "gas": int(chain.call("eth_estimateGas", call), 16) * 5 // 4,
            "maxFeePerGas": fees.max_fee,
            "maxPriorityFeePerGas": fees.priority,
        } | ({"to": Web3.to_checksum_address(to)} if to else {})
        signed = self.key.sign_transaction(fields)  # type: ignore[arg-type]
        chain.send(signed.raw_transaction.to_0x_hex())
        return str(signed.hash.to_0x_hex())


@dataclass(frozen=True)
class Plan:
    """Who holds what. Addresses in lower case, `fund` in wei of MET, `delay` in seconds."""

    admin: str
    updater: str
    guardian: str
    treasury: str
    delay: int
    first_epoch: int
    fund: int


def deploy(chain: Chain, sender: Sender, plan: Plan, say: Callable[[str], None]) -> tuple[Deployment, Deployment]:
    """Deploys what is missing, tops the distributor up to `plan.fund`, sends the rest to the treasury.

    Raises DeploymentFailed, ChainDown.
    """
    if plan.updater in (plan.admin, plan.guardian):
        raise DeploymentFailed(f"{plan.updater} is the updater key's account; admin and guardian must be others.")
    token = _existing(chain, Deployment.Kind.TOKEN)
    if token is None:
        arguments = encode(["address"], [sender.address])
        token = _create(chain, sender, "MetyaToken", arguments, Deployment.Kind.TOKEN, 0, say)
    distributor = _existing(chain, Deployment.Kind.DISTRIBUTOR)
    if distributor is None:
        arguments = encode(
            ["address", "uint48", "uint64", "address", "address", "address"],
            [token.address, plan.delay, plan.first_epoch, plan.admin, plan.updater, plan.guardian],
        )
        kind = Deployment.Kind.DISTRIBUTOR
        distributor = _create(chain, sender, "MetyaDistributor", arguments, kind, plan.first_epoch, say)
    missing = plan.fund - token_balance(chain, token.address, distributor.address) - _claimed(chain, distributor)
    if missing > 0:
        _transfer(chain, sender, token, distributor.address, missing)
        say(f"funded the distributor with {missing // 10**18} MET")
    rest = token_balance(chain, token.address, sender.address)
    if rest and sender.address != plan.treasury:
        _transfer(chain, sender, token, plan.treasury, rest)
        say(f"sent the other {rest // 10**18} MET to {plan.treasury}")
    return token, distributor


def register(chain: Chain, token: str, distributor: str, block: int, updater: str | None) -> Deployment:
    """Notes contracts that exist already; the distributor's row. Raises DeploymentFailed when they do not fit together."""
    token, distributor = token.lower(), distributor.lower()
    for name, address in (("token", token), ("distributor", distributor)):
        if chain.code(address) == "0x":
            raise DeploymentFailed(f"There is no contract at the {name} address {address}.")
    try:
        (paid,) = decode(["address"], chain.view(distributor, _selector("MetyaDistributor", "token")))
        (next_epoch,) = decode(["uint64"], chain.view(distributor, _selector("MetyaDistributor", "nextEpoch")))
    except (Refused, DecodingError) as problem:
        raise DeploymentFailed(f"{distributor} is not a MetyaDistributor.") from problem
    if str(paid).lower() != token:
        raise DeploymentFailed(f"The distributor pays the token {paid}, not {token}.")
    if updater and not has_updater_role(chain, distributor, updater):
        raise DeploymentFailed(f"The updater key's account {updater} does not hold the UPDATER role.")
    if block > (head := chain.head().number):
        raise DeploymentFailed(f"--from-block {block} is not there yet; the chain has {head} blocks.")
    _refuse_to_pay_twice(chain, distributor)
    with transaction.atomic():
        _note(chain, Deployment.Kind.TOKEN, token, block, 0)
        return _note(chain, Deployment.Kind.DISTRIBUTOR, distributor, block, next_epoch)


def _refuse_to_pay_twice(chain: Chain, distributor: str) -> None:
    """Amounts are cumulative and each distributor counts from nothing."""
    others = Deployment.objects.filter(chain_id=chain.chain_id, kind=Deployment.Kind.DISTRIBUTOR)
    earlier = list(others.exclude(address=distributor).values_list("address", flat=True))
    paid = ChainLog.objects.filter(chain_id=chain.chain_id, event="Claimed", contract__in=earlier).first()
    if paid is not None:
        raise DeploymentFailed(
            f"Members have claimed from {paid.contract} already; from another distributor they could claim it all again."
        )


def forget_lost_chain(chain: Chain, deployer: str) -> bool:
    """On a development chain that began anew: sets the contracts of the old one aside; whether there were any.

    What was claimed from the old ones can be claimed again, and nothing of theirs stays on its way. The deployer's nonce
    jumps, so that the new contracts get addresses of their own and old rows stay history.
    """
    rows = Deployment.objects.in_use(chain.chain_id)
    lost = any(chain.code(row.address) == "0x" for row in rows)
    kept = ChainBlock.objects.filter(chain_id=chain.chain_id)
    indexed = rows.filter(kind=Deployment.Kind.DISTRIBUTOR).values_list("indexed_block", flat=True).first()
    last = kept.filter(number__lte=indexed or 0).order_by("-number").first()
    if last is not None and not lost:
        block = chain.block(last.number)
        lost = block is None or block.hash != last.block_hash
    if lost:
        with transaction.atomic():
            rows.update(replaced_at=timezone.now())
            kept.delete()
            booking.forget(chain.chain_id)
        chain.call("anvil_setNonce", deployer, hex(secrets.randbelow(2**40)))
    return lost


def has_updater_role(chain: Chain, distributor: str, account: str) -> bool:
    """Whether `account` may submit roots."""
    contract = Web3().eth.contract(abi=abi("MetyaDistributor"))
    call = contract.encode_abi("hasRole", args=[keccak(text="UPDATER"), Web3.to_checksum_address(account)])
    return bool(decode(["bool"], chain.view(distributor, call))[0])


def token_balance(chain: Chain, token: str, account: str) -> int:
    """Wei of the token that `account` holds."""
    contract = Web3().eth.contract(abi=abi("MetyaToken"))
    call = contract.encode_abi("balanceOf", args=[Web3.to_checksum_address(account)])
    return int(decode(["uint256"], chain.view(token, call))[0])


def _claimed(chain: Chain, distributor: Deployment) -> int:
    view = chain.view(distributor.address, _selector("MetyaDistributor", "totalClaimed"))
    return int(decode(["uint256"], view)[0])


def _selector(contract: str, function: str) -> str:
    text: str = Web3().eth.contract(abi=abi(contract)).encode_abi(function, args=[])
    return text


def _existing(chain: Chain, kind: str) -> Deployment | None:
    row = Deployment.objects.in_use(chain.chain_id).filter(kind=kind).first()
    if row is not None and chain.code(row.address) == "0x":
        raise DeploymentFailed(f"The {kind} {row.address} that this site knows is not on the chain any more.")
    return row


def _create(
    chain: Chain,
    sender: Sender,
    name: str,
    arguments: bytes,
    kind: str,
    first_epoch: int,
    say: Callable[[str], None],
) -> Deployment:
    sent = sender.send(chain, None, artifact(name)["bytecode"] + arguments.hex())
    say(f"deploying {name} in transaction {sent} …")
    receipt = _wait(chain, sent)
    row = _note(chain, kind, receipt.contract, receipt.block, first_epoch)
    say(f"{name} is at {row.address}")
    return row


def _transfer(chain: Chain, sender: Sender, token: Deployment, to: str, wei: int) -> None:
    contract = Web3().eth.contract(abi=abi("MetyaToken"))
    call = contract.encode_abi("transfer", args=[Web3.to_checksum_address(to), wei])
    _wait(chain, sender.send(chain, token.address, call))


def _note(chain: Chain, kind: str, address: str, block: int, first_epoch: int) -> Deployment:
    """The contract's row, in use from now on; an earlier block than noted before makes the indexer read from there."""
    rows = Deployment.objects.filter(chain_id=chain.chain_id, kind=kind)
    with transaction.atomic():
        rows.exclude(address=address).filter(replaced_at=None).update(replaced_at=timezone.now())
        row, made = rows.get_or_create(
            address=address,
            defaults={"chain_id": chain.chain_id, "kind": kind, "block": block, "first_epoch": first_epoch},
        )
        if not made:
            rows.filter(pk=row.pk).update(replaced_at=None)
            rows.filter(pk=row.pk, block__gt=block).update(block=block, indexed_block=None)
            row.refresh_from_db()
    return row


def _wait(chain: Chain, sent: str) -> Receipt:
    deadline, pause = time.monotonic() + WAIT_SECONDS, 0.02
    while (receipt := chain.receipt(sent)) is None:
        if time.monotonic() > deadline:
            raise DeploymentFailed(
                f"Transaction {sent} is not included after {WAIT_SECONDS} s; look at it, then repeat."
            )
        time.sleep(pause)
        pause = min(pause * 1.5, 3)
    if not receipt.succeeded:
        raise DeploymentFailed(f"Transaction {sent} failed on the chain.")
    return receipt
