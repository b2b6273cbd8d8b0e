"""Holds the chain, its copy in the database and the ledger against each other. It tells a person; it never repairs."""

from dataclasses import dataclass

from django.db.models import Sum

from rewards.chain import distributor, following, outbox
from rewards.chain.alerts import alert
from rewards.chain.models import ChainLog, ChainLogQuerySet, ChainTransaction, Deployment
from rewards.chain.rpc import Chain, ChainDown, connect
from rewards.ledger.models import Account, AccountKind


@dataclass(frozen=True)
class Difference:
    """``what`` is a stable name; the two sides as text."""

    what: str
    chain: str
    database: str


def reconcile() -> list[Difference]:
    """Compares at the last final block and alerts; empty when all agrees, or the chain cannot be asked now.

    Σ Claimed = totalClaimed(); the contract's root = the last accepted root read = the root this site approved; the tokens
    held cover what is committed; the ledger's claimed accounts = Σ of all booked claims.
    """
    contract = outbox.deployment()
    if contract is None or contract.indexed_block is None:
        return []
    # No pass may move one side while the other is read.
    with following.leased(contract) as mine:
        try:
            chain = connect() if mine else None
            contract.refresh_from_db()
            differences = [] if chain is None else compare(chain, contract)
        except ChainDown:
            return []  # the health of the chain tells this already
    if differences:
        rows = [f"{d.what}: chain {d.chain}, here {d.database}" for d in differences]
        alert("chain.does-not-reconcile", contract, differences=rows)
    return differences


def compare(chain: Chain, contract: Deployment) -> list[Difference]:
    """Every difference at the last final block. Raises ChainDown when the chain cannot be read."""
    block = contract.indexed_block or contract.block
    state = distributor.read_state(chain, contract.address, block)
    held = distributor.tokens_held(chain, contract.address, block)
    booked = ChainLog.objects.final().filter(event="Claimed")
    ours = booked.filter(contract=contract.address, block_number__lte=block)
    accepted = ChainLog.objects.filter(
        contract=contract.address, event="RootAccepted", block_number__lte=block
    ).order_by("-block_number", "-log_index")
    newest = accepted.first()
    pairs = [
        ("claimed", str(state.total_claimed), str(_grains(ours) * distributor.GRAIN)),
        ("root", state.root, newest.data["root"] if newest else distributor.ZERO_ROOT),
        ("ledger", str(_grains(booked)), str(_ledger_claimed())),
    ]
    if newest:
        pairs.append(("approved root", newest.data["root"], _approved_root(contract, newest)))
    if held + state.total_claimed < state.committed:
        pairs.append(("cover", str(held + state.total_claimed), str(state.committed)))
    return [Difference(what, here, there) for what, here, there in pairs if here != there]


def _grains(claims: ChainLogQuerySet) -> int:
    return int(claims.aggregate(total=Sum("amount"))["total"] or 0)


def _ledger_claimed() -> int:
    claimed = Account.objects.filter(kind=AccountKind.CLAIMED)
    return int(claimed.aggregate(total=Sum("balance"))["total"] or 0)


def _approved_root(contract: Deployment, accepted: ChainLog) -> str:
    """The root this site sent for the epoch; empty when it sent none (then somebody else holds the updater key)."""
    sent = ChainTransaction.objects.filter(
        chain_id=contract.chain_id,
        contract=contract.address,
        epoch=accepted.epoch or 0,
        kind=ChainTransaction.Kind.SUBMIT_ROOT,
    )
    return sent.values_list("root", flat=True).first() or ""
