"""Intents of the site towards the chain: written in the transaction of what wants them, sent later by the publisher."""

from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.web.errors import Conflict
from rewards.chain import distributor
from rewards.chain.models import ChainTransaction, Deployment, TransactionState

RESTARTABLE = (TransactionState.FAILED, TransactionState.REVOKED)


class Publishable(Protocol):
    """What a root is made of; a batch of payouts is one."""

    epoch_id: int
    tree_root: str
    tree_total: int
    content_hash: str


def deployment() -> Deployment | None:
    """The distributor in use on the configured chain, or None."""
    if not settings.CHAIN_RPC_URL:
        return None
    return Deployment.objects.in_use(settings.CHAIN_ID).filter(kind=Deployment.Kind.DISTRIBUTOR).first()


def enqueue_root(batch: Publishable) -> ChainTransaction | None:
    """Notes that the batch's root is to be published; call it in the transaction of the approval.

    `tree_root` 0x + 64 hex digits (empty or zero: nobody has anything yet), `tree_total` in grains, `content_hash` 64 hex
    digits. None when there is no chain, or its first epoch is a later one. Enqueueing the same root again changes
    nothing; another root for an epoch is a Conflict unless the earlier one failed or was revoked.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("An intent belongs to the transaction of the approval.")
    contract = deployment()
    if contract is None or batch.epoch_id < contract.first_epoch:
        return None
    root = batch.tree_root.lower()
    if root in ("", distributor.ZERO_ROOT):
        root = distributor.EMPTY_ROOT
    call_data = distributor.submit_call(batch.epoch_id, root, batch.tree_total, batch.content_hash)
    return _intend(contract, batch.epoch_id, ChainTransaction.Kind.SUBMIT_ROOT, root, call_data)


def withdraw(epoch: int) -> int:
    """Takes back the intents of an epoch for which nothing was signed yet, so that another root can be enqueued; how many."""
    contract = deployment()
    if contract is None:
        return 0
    unsigned = [TransactionState.WAITING, TransactionState.NEEDS_PERSON]
    waiting = ChainTransaction.objects.filter(
        chain_id=contract.chain_id, contract=contract.address, epoch=epoch, state__in=unsigned, nonce=None
    )
    return waiting.update(
        state=TransactionState.REVOKED, state_at=timezone.now(), error="The approval was taken back before it was sent."
    )


def revoke(acceptance: ChainTransaction, reason: str) -> bool:
    """The guardian threw the root away: its acceptance ends, and its submission with it, so that it can be sent again."""
    revoked = TransactionState.REVOKED
    with transaction.atomic():
        submitted = ChainTransaction.objects.filter(
            chain_id=acceptance.chain_id,
            contract=acceptance.contract,
            epoch=acceptance.epoch,
            root=acceptance.root,
            kind=ChainTransaction.Kind.SUBMIT_ROOT,
            state=TransactionState.FINAL,
        )
        submitted.update(state=revoked, state_at=timezone.now(), error=reason[:500])
        return move(acceptance, revoked, error=reason)


def intend_acceptance(submitted: ChainTransaction, due_at: datetime | None) -> ChainTransaction:
    """Notes that a submitted root is to be accepted once its delay is over (None: now)."""
    contract = Deployment.objects.get(
        chain_id=submitted.chain_id, address=submitted.contract, kind=Deployment.Kind.DISTRIBUTOR
    )
    accepted = ChainTransaction.Kind.ACCEPT_ROOT
    return _intend(contract, submitted.epoch, accepted, submitted.root, distributor.accept_call(), due_at)


def _intend(
    contract: Deployment, epoch: int, kind: str, root: str, call_data: str, due_at: datetime | None = None
) -> ChainTransaction:
    intent, made = ChainTransaction.objects.get_or_create(
        chain_id=contract.chain_id,
        contract=contract.address,
        epoch=epoch,
        kind=kind,
        defaults={"root": root, "call_data": call_data, "due_at": due_at},
    )
    if made:
        return intent
    restarted = ChainTransaction.objects.filter(pk=intent.pk, state__in=RESTARTABLE).update(
        state=TransactionState.WAITING,
        state_at=timezone.now(),
        root=root,
        call_data=call_data,
        due_at=due_at,
        sender="",
        nonce=None,
        block=None,
        error="",
    )
    if not restarted and (intent.root, intent.call_data) != (root, call_data):
        message = _("Another root of epoch %(epoch)d is already on its way to the chain.") % {"epoch": epoch}
        raise Conflict(message, code="root-on-its-way")
    intent.refresh_from_db()
    return intent


def move(intent: ChainTransaction, state: str, *, error: str = "", block: int | None = None) -> bool:
    """Moves an intent from the state it was read in; False when another worker was faster."""
    now = timezone.now()
    fields = {"state": state, "state_at": now, "error": error[:500], "block": block}
    with transaction.atomic():
        moved = ChainTransaction.objects.filter(pk=intent.pk, state=intent.state, nonce=intent.nonce).update(**fields)
    if moved:
        intent.state, intent.state_at, intent.error, intent.block = state, now, error[:500], block
    return bool(moved)
