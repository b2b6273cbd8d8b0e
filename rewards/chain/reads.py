"""What pages need to know of the chain; from the database alone, so that no page waits for a node."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from rewards.chain import distributor, outbox
from rewards.chain.models import ChainLog, ChainTransaction, Deployment

STALE = timedelta(seconds=90)


@dataclass(frozen=True)
class Health:
    """``state`` is "off" (nothing to claim from), "ok" or "down"; ``detail`` says why, in words for people."""

    state: str
    detail: str = ""
    seen_at: datetime | None = None


def chain_health() -> Health:
    """Whether the site can talk to the chain, as of the last pass over it."""
    if not settings.CHAIN_RPC_URL:
        return Health("off", _("This site has no chain; payouts wait until one is set up."))
    contract = outbox.deployment()
    if contract is None:
        return Health("off", _("The contracts are not set up yet."))
    if contract.error:
        return Health("down", contract.error, contract.seen_at)
    if contract.seen_at is None or timezone.now() - contract.seen_at > STALE:
        return Health("down", _("The chain has not been looked at for a while."), contract.seen_at)
    return Health("ok", "", contract.seen_at)


@dataclass(frozen=True)
class Contracts:
    chain_id: int
    token: str
    distributor: str
    first_epoch: int


def contracts() -> Contracts | None:
    """The addresses in use (lower case), or None without a chain."""
    if not settings.CHAIN_RPC_URL:
        return None
    found = {row.kind: row for row in Deployment.objects.in_use(settings.CHAIN_ID)}
    token, payer = found.get(Deployment.Kind.TOKEN), found.get(Deployment.Kind.DISTRIBUTOR)
    if payer is None:
        return None
    return Contracts(payer.chain_id, token.address if token else "", payer.address, payer.first_epoch)


@dataclass(frozen=True)
class Publication:
    """Where the root of an epoch is. ``step`` is "waiting", "submitted" (its delay runs), "accepted" or "stopped"."""

    step: str
    valid_at: datetime | None
    tx_hash: str
    reason: str


def publication(epoch: int) -> Publication | None:
    """The way of an epoch's root onto the chain; None when it was never enqueued for the contract in use."""
    contract = outbox.deployment()
    if contract is None:
        return None
    rows = ChainTransaction.objects.filter(chain_id=contract.chain_id, contract=contract.address, epoch=epoch)
    found = {row.kind: row for row in rows.prefetch_related("attempts")}
    submit = found.get(ChainTransaction.Kind.SUBMIT_ROOT)
    if submit is None:
        return None
    accept = found.get(ChainTransaction.Kind.ACCEPT_ROOT)
    latest = accept if accept is not None and accept.attempts.all() else submit
    hashes = [attempt.tx_hash for attempt in sorted(latest.attempts.all(), key=lambda a: -a.number)]
    return Publication(
        step=_step(submit, accept),
        valid_at=accept.due_at if accept else None,
        tx_hash=hashes[0] if hashes else "",
        reason=(accept.error if accept else "") or submit.error,
    )


def _step(submit: ChainTransaction, accept: ChainTransaction | None) -> str:
    stopped = ("failed", "revoked", "needs person")
    if submit.state in stopped or (accept is not None and accept.state in stopped):
        return "stopped"
    if accept is not None and accept.state == "final":
        return "accepted"
    return "submitted" if submit.state == "final" else "waiting"


@dataclass(frozen=True)
class ClaimStatus:
    """Grains. ``final`` is booked, ``included`` is on the chain but could still be reorganised away."""

    final: int
    included: int
    newest_tx: str
    newest_at: datetime | None

    @property
    def claimed(self) -> int:
        return self.final + self.included


def claim_status(wallet: str) -> ClaimStatus:
    """What `wallet` took out of the distributor in use, as of the last pass."""
    contract = outbox.deployment()
    if contract is None:
        return ClaimStatus(0, 0, "", None)
    claims = ChainLog.objects.claims_of(wallet.lower()).filter(contract=contract.address)
    newest = claims.first()
    return ClaimStatus(
        final=_sum(claims.exclude(final_at=None).aggregate(total=Sum("amount"))),
        included=_sum(claims.filter(final_at=None).aggregate(total=Sum("amount"))),
        newest_tx=newest.tx_hash if newest else "",
        newest_at=newest.seen_at if newest else None,
    )


@dataclass(frozen=True)
class ClaimStep:
    """``step`` is "sent", "included" or "final"; ``tx_hash`` of the transaction that did it, the one sent before that."""

    step: str
    tx_hash: str


def claim_step(wallet: str, tx_hash: str, cumulative: int | None = None) -> ClaimStep:
    """How far the claim of `wallet` (lower case) is that was sent as `tx_hash`.

    With `cumulative` (wei) another transaction that took as much counts too: the wallet may have replaced the first by a
    dearer one, and anyone may claim for an account.
    """
    claims = ChainLog.objects.claims_of(wallet)
    row = claims.filter(tx_hash=tx_hash.lower()).first()
    contract = outbox.deployment()
    if row is None and cumulative is not None and contract is not None:
        newest = claims.filter(contract=contract.address).first()
        row = newest if newest is not None and int(newest.data.get("cumulative", 0)) >= cumulative else None
    if row is None:
        return ClaimStep("sent", tx_hash)
    return ClaimStep("final" if row.final_at else "included", row.tx_hash)


@dataclass(frozen=True)
class ClaimCall:
    """What the member's wallet is asked to send: `eth_sendTransaction` with these fields. ``cumulative`` in wei."""

    chain_id: int
    to: str
    data: str
    account: str
    cumulative: int
    proof: list[str]


def claim_call(account: str, cumulative_grains: int, proof: list[str]) -> ClaimCall | None:
    """The claim of `account` for the accepted root's leaf; None without a chain."""
    contract = outbox.deployment()
    if contract is None:
        return None
    wei = cumulative_grains * distributor.GRAIN
    data = distributor.claim_call(account, wei, proof)
    return ClaimCall(contract.chain_id, contract.address, data, account.lower(), wei, list(proof))


def accepted_epoch() -> int | None:
    """The newest epoch whose root is in force and final; proofs must be made from its tree."""
    contract = outbox.deployment()
    if contract is None:
        return None
    accepted = ChainLog.objects.final().filter(contract=contract.address, event="RootAccepted")
    return accepted.order_by("-epoch").values_list("epoch", flat=True).first()


def is_paused() -> bool:
    """Whether the guardian stopped claims and acceptance, as of the last pass."""
    contract = outbox.deployment()
    if contract is None:
        return False
    changes = ChainLog.objects.filter(contract=contract.address, event__in=["Paused", "Unpaused"])
    newest = changes.order_by("-block_number", "-log_index").values_list("event", flat=True).first()
    return newest == "Paused"


def claims_stopped() -> str:
    """Why the contract would refuse every claim just now, as of the last pass: "paused", "new root", or empty.

    While a newer root is in force but not final, proofs of the tree before it are worth nothing any more.
    """
    contract = outbox.deployment()
    if contract is None:
        return ""
    if is_paused():
        return "paused"
    unsure = ChainLog.objects.unbooked().filter(contract=contract.address, event="RootAccepted")
    return "new root" if unsure.exists() else ""


def _sum(aggregate: dict[str, int | None]) -> int:
    return int(aggregate["total"] or 0)
