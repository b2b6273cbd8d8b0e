"""From an approved batch to amounts that can be claimed, and what the chain tells back."""

import logging
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from metya.ops import audit
from rewards import engine
from rewards.chain import distributor, hooks, outbox
from rewards.chain import reads as chain
from rewards.epochs import files
from rewards.epochs import states as epoch_states
from rewards.epochs.errors import FilesDamaged
from rewards.epochs.models import Epoch, EpochState
from rewards.ledger.accounts import claimed, owed, payable
from rewards.ledger.actions import Movement, transfer, transfer_many
from rewards.payouts import content, preparing, states
from rewards.payouts.errors import ContentChanged
from rewards.payouts.models import Batch, BatchState, Payout, PayoutState
from social.notifications.actions import Notice, notify_many
from social.notifications.sentences import Sentence, once

logger = logging.getLogger(__name__)
_CLAIMABLE = once(gettext_noop("%(amount)s of epoch %(epoch)d can be claimed."), outside=True)


def enqueue(batch: Batch) -> None:
    """Notes for the chain that the root is to be published; in the transaction of the approval. Without a chain it waits."""
    outbox.enqueue_root(batch)


def write_files(epoch: Epoch) -> None:
    """holds.csv and tree.json of an approved epoch, and the side files from which proofs are read; safe to repeat."""
    place = files.settle(epoch)
    engine.write_holds(place, content.holds_of(epoch.number))
    try:
        engine.write_tree(place)
    except engine.EmptyTreeError:
        (place / "tree.json").unlink(missing_ok=True)
    files.sync(place)
    described = {name: entry for name, entry in epoch.files.items() if name not in files.AFTER_APPROVAL}
    epoch.files = described | files.describe(place, files.AFTER_APPROVAL)
    Epoch.objects.filter(pk=epoch.pk).update(files=epoch.files)


def finish_interrupted() -> int:
    """Writes the files of batches whose approval was not followed by them; how many."""
    done = 0
    unwritten = Batch.objects.approved().exclude(epoch__files__has_key="holds.csv").select_related("epoch")
    for batch in unwritten.order_by("epoch"):
        write_files(batch.epoch)
        done += 1
    return done


def note_submitted() -> int:
    """Marks as published those whose root waits on the chain for its delay to end; how many."""
    done = 0
    for batch in Batch.objects.filter(state=BatchState.APPROVED).select_related("epoch").order_by("epoch"):
        known = chain.publication(batch.epoch_id)
        if known is None:
            continue  # from before the contract: a later root stands for it
        if known.step != "submitted":
            break
        with transaction.atomic():
            now = timezone.now()
            states.move_batch(batch, BatchState.PUBLISHED, published_at=now)
            epoch_states.move(batch.epoch, EpochState.PUBLISHED, published_at=now)
        done += 1
    return done


def refuse_if_edited(epoch: int, root: str) -> str:
    """Why the root of an epoch must not be sent, or an empty text: asked before anything goes onto the chain."""
    batch = Batch.objects.approved().select_related("epoch").filter(epoch=epoch).first()
    if batch is None:
        return _("No approved batch of epoch %(epoch)d asks for this.") % {"epoch": epoch}
    try:
        _require_unchanged(batch)
    except (ContentChanged, FilesDamaged) as change:
        return change.message
    wanted = batch.tree_root or distributor.EMPTY_ROOT
    return "" if wanted == root else _("The root is not the approved one of epoch %(epoch)d.") % {"epoch": epoch}


def hear(event: hooks.Final) -> None:
    """What became final on the chain, inside the transaction that books it."""
    if isinstance(event, hooks.RootAccepted):
        root_accepted(event.epoch, event.root, event.at)
    elif isinstance(event, hooks.RootRevoked):
        root_revoked(event.epoch, event.root)
    elif isinstance(event, hooks.ChainLost):
        claims_lost(event.claims)
    else:
        claim_final(event.wallet, event.cumulative, event.amount, event.log_id)


@transaction.atomic
def root_accepted(epoch: int, root: str, at: datetime) -> list[int]:
    """The root is in force: every approved batch up to it is claimable, `owed` becomes `payable`; their epochs.

    Raises ContentChanged when the root is not the approved one, or rows were changed since the approval: nothing is booked
    then and a person is told.
    """
    waiting = Batch.objects.filter(
        epoch__lte=epoch, state__in=[BatchState.APPROVED, BatchState.PUBLISHED]
    ).select_related("epoch")
    batches = list(waiting.order_by("epoch"))
    if not batches:
        return []
    newest = batches[-1]
    if newest.epoch_id != epoch or (newest.tree_root or distributor.EMPTY_ROOT) != root.lower():
        message = _("The chain accepted another root for epoch %(epoch)d than the approved one.") % {"epoch": epoch}
        raise ContentChanged(message, data={"epoch": epoch, "root": root})
    for batch in batches:
        _require_unchanged(batch)
        transfer_many(_payable(batch.epoch_id))
        moved = states.move_payouts(batch.epoch_id, PayoutState.APPROVED, PayoutState.CLAIMABLE)
        published = batch.published_at or at
        states.move_batch(batch, BatchState.CLAIMABLE, claimable_at=at, published_at=published)
        _require_all_moved(batch, moved)
        epoch_states.move(batch.epoch, EpochState.FINAL, final_at=at, published_at=published)
        audit.record(None, "batch.claimable", batch, epoch=batch.epoch_id, root=root)
        notify_many(kind="payout", notices=_notices(batch.epoch_id))
    return [batch.epoch_id for batch in batches]


@transaction.atomic
def root_revoked(epoch: int, root: str) -> list[int]:
    """The guardian threw the root away: its batch and every later approved one go back to review; their epochs.

    A root that is not the batch's own (somebody else had the updater's key) says nothing against what was approved.
    """
    reason = _("The guardian revoked the root of epoch %(epoch)d on the chain.") % {"epoch": epoch}
    doubtful = Batch.objects.filter(
        epoch__gte=epoch, state__in=[BatchState.APPROVED, BatchState.PUBLISHED]
    ).select_related("epoch")
    batches = list(doubtful.order_by("epoch"))
    if not batches or batches[0].epoch_id != epoch or (batches[0].tree_root or distributor.EMPTY_ROOT) != root.lower():
        return []
    for batch in batches:
        now = timezone.now()
        states.move_batch(batch, BatchState.REJECTED, rejected_at=now, reject_reason=reason)
        states.move_payouts(batch.epoch_id, PayoutState.APPROVED, PayoutState.IN_REVIEW)
        # Holds and tree may change now: they are not shown until they are approved again.
        kept = {name: entry for name, entry in batch.epoch.files.items() if name not in files.AFTER_APPROVAL}
        epoch_states.move(batch.epoch, EpochState.ATTESTED, files=kept)
        outbox.withdraw(batch.epoch_id)
        audit.record(None, "batch.revoked", batch, epoch=batch.epoch_id, reason=reason)
        preparing.prepare(batch.epoch)
    return [batch.epoch_id for batch in batches]


@transaction.atomic
def claim_final(wallet: str, cumulative: int, amount: int, log_id: int) -> None:
    """A claim of ``amount`` grains is final: `payable` becomes `claimed`, and the payouts it covers say so.

    ``cumulative`` is what the wallet has now taken in all. Raises InsufficientFunds when the site knows of less.
    """
    transfer(source=payable(wallet), target=claimed(wallet), amount=amount, key=f"claim:{log_id}")
    covered, running = [], 0
    states_in_tree = [PayoutState.CLAIMABLE, PayoutState.CLAIMED]
    rows = Payout.objects.filter(wallet=wallet, state__in=states_in_tree, amount__gt=0).order_by("epoch")
    for payout in rows:
        running += payout.amount
        if running > cumulative:
            break
        covered.append(payout.pk)
    rows.filter(pk__in=covered, state=PayoutState.CLAIMABLE).update(state=PayoutState.CLAIMED, state_at=timezone.now())


@transaction.atomic
def claims_lost(claims: list[hooks.Claimed]) -> None:
    """The development chain began anew: what was claimed there can be claimed again on the new one."""
    transfer_many(Movement(claimed(c.wallet), payable(c.wallet), c.amount, f"lost:{c.log_id}") for c in claims)
    wallets = {claim.wallet for claim in claims}
    Payout.objects.paid().filter(wallet__in=wallets, state=PayoutState.CLAIMED).update(
        state=PayoutState.CLAIMABLE, state_at=timezone.now()
    )


def _require_unchanged(batch: Batch) -> None:
    found = content.of(batch.epoch)
    if found.hash != batch.content_hash or found.tree_root != batch.tree_root:
        message = _("The batch of epoch %(epoch)d is not what two reviewers approved: it was changed afterwards.")
        raise ContentChanged(message % {"epoch": batch.epoch_id}, data={"epoch": batch.epoch_id})


def _require_all_moved(batch: Batch, moved: int) -> None:
    """A payout whose state was changed by hand would stay `owed` while the tree already pays it."""
    if moved != Payout.objects.in_tree().filter(epoch=batch.epoch_id).count():
        message = _("Payouts of epoch %(epoch)d are not in the state in which they were approved.")
        raise ContentChanged(message % {"epoch": batch.epoch_id}, data={"epoch": batch.epoch_id})


def _payable(epoch: int) -> Iterator[Movement]:
    rows = Payout.objects.paid().filter(epoch=epoch, state=PayoutState.APPROVED).values_list("wallet", "amount")
    for wallet, amount in rows.iterator(chunk_size=10_000):
        yield Movement(owed(wallet), payable(wallet), amount, f"epoch:{epoch}:payable:{wallet}")


def _notices(epoch: int) -> Iterator[Notice]:
    rows = Payout.objects.paid().filter(epoch=epoch, state=PayoutState.CLAIMABLE, member__isnull=False)
    for member, amount in rows.values_list("member_id", "amount").iterator(chunk_size=10_000):
        words = Sentence(_CLAIMABLE, {"amount": amount, "epoch": epoch})
        yield Notice(member, words, "/rewards/", f"payout:{epoch}:claimable")
