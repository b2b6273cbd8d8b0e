"""Reviewing batches: submit, approve, reject. Two people, over the exact content."""

import logging
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.ops import audit
from metya.wallets.models import Member
from rewards.engine import EngineError
from rewards.epochs import states as epoch_states
from rewards.epochs.errors import FilesDamaged
from rewards.epochs.models import Epoch, EpochState
from rewards.payouts import checklist, content, moderated, policy, preparing, publishing, states
from rewards.payouts.errors import (
    ContentChanged,
    EarlierBatchFirst,
    NotReviewer,
    SamePerson,
    SecondFactorNeeded,
    WrongState,
)
from rewards.payouts.models import Batch, BatchState, PayoutState
from rewards.payouts.reasons import clean_reason

logger = logging.getLogger(__name__)


def submit(*, actor: Member, batch: Batch, points: Collection[str]) -> Batch:
    """The first reviewer says that it is right; its content is computed anew and fixed by its hash.

    ``points`` are those of the checklist that the reviewer confirmed; all of them are wanted.
    Raises NotReviewer, WrongState, PointsOpen, ContentChanged, FilesDamaged.
    """
    with transaction.atomic():
        batch = _fresh(batch)
        _require_reviewer(actor)
        if not policy.may_submit(actor, batch):
            raise WrongState(_("Only a draft can be submitted; look at the batch again."))
        confirmed = checklist.require(points)
        epoch = Epoch.objects.get(pk=batch.epoch_id)
        # A decision of moderators that came into effect while the batch was made may not have seen it.
        moderated.catch_up(epoch)
        found = content.of(epoch)
        states.move_batch(
            batch,
            BatchState.SUBMITTED,
            submitted_by=actor,
            submitted_at=timezone.now(),
            count=found.count,
            total=found.total,
            tree_root=found.tree_root,
            tree_total=found.tree_total,
            content_hash=found.hash,
            submitted_points=confirmed,
        )
        audit.record(actor, "batch.submitted", batch, epoch=batch.epoch_id, content=found.hash, points=confirmed)
    return batch


def approve(*, actor: Member, batch: Batch, content_hash: str, confirmed: bool, points: Collection[str]) -> Batch:
    """The second reviewer says so too; publication is enqueued in the same transaction.

    ``content_hash`` is what the reviewer saw; ``confirmed`` whether their second factor was shown within five minutes.
    ``points`` are those of the checklist that this reviewer confirmed; all of them are wanted.
    Raises NotReviewer, SamePerson, SecondFactorNeeded, PointsOpen, EarlierBatchFirst, ContentChanged, WrongState,
    FilesDamaged.
    """
    with transaction.atomic():
        batch = _fresh(batch)
        _require_reviewer(actor)
        if batch.state == BatchState.SUBMITTED and batch.submitted_by_id == actor.pk:
            raise SamePerson(_("You submitted this batch; somebody else has to approve it."))
        if not policy.may_approve(actor, batch):
            raise WrongState(_("Only a submitted batch can be approved; look at the batch again."))
        if not confirmed:
            raise SecondFactorNeeded(
                _("Confirm your second factor again; approving needs one of the last five minutes.")
            )
        looked_at = checklist.require(points)
        _require_earlier_approved(batch)
        epoch = Epoch.objects.get(pk=batch.epoch_id)
        found = content.of(epoch)
        if not found.hash == batch.content_hash == content_hash:
            raise ContentChanged(
                _("The batch is not what was submitted, or not what you saw. Open it again; if this stays, reject it.")
            )
        states.move_batch(
            batch,
            BatchState.APPROVED,
            only={"content_hash": content_hash},
            approved_by=actor,
            approved_at=timezone.now(),
            approved_points=looked_at,
        )
        states.move_payouts(batch.epoch_id, PayoutState.IN_REVIEW, PayoutState.APPROVED)
        epoch_states.move(epoch, EpochState.APPROVED)
        audit.record(actor, "batch.approved", batch, epoch=batch.epoch_id, content=found.hash, points=looked_at)
        publishing.enqueue(batch)
    try:
        publishing.write_files(epoch)
    except (OSError, EngineError, FilesDamaged):
        # It is approved all the same; `finish_interrupted` writes them as soon as the disk lets it.
        logger.exception("epoch %d is approved, but its holds and tree could not be written yet", epoch.number)
    return batch


def reject(*, actor: Member, batch: Batch, reason: str) -> Batch:
    """Sends a batch back with a reason; the new version that is prepared is returned. Holds stay.

    Raises NotReviewer, WrongState, Invalid without a reason.
    """
    reason = clean_reason(reason)
    with transaction.atomic():
        batch = _fresh(batch)
        _require_reviewer(actor)
        if not policy.may_reject(actor, batch):
            raise WrongState(_("This batch cannot be rejected any more."))
        states.move_batch(
            batch, BatchState.REJECTED, rejected_by=actor, rejected_at=timezone.now(), reject_reason=reason
        )
        audit.record(actor, "batch.rejected", batch, epoch=batch.epoch_id, reason=reason)
        epoch = Epoch.objects.get(pk=batch.epoch_id)
        epoch_states.move(epoch, EpochState.ATTESTED)
        return preparing.prepare(epoch)


def _require_reviewer(actor: Member) -> None:
    if not policy.is_reviewer(actor):
        raise NotReviewer(_("Only payout reviewers may do this, whatever other role you have."))


def _require_earlier_approved(batch: Batch) -> None:
    waiting = Batch.objects.reviewable().filter(epoch__lt=batch.epoch_id).order_by("epoch").first()
    unfinished = Epoch.objects.unfinished().filter(number__lt=batch.epoch_id).first()
    first = waiting.epoch_id if waiting else unfinished.number if unfinished else None
    if first is not None:
        message = _("The batch of epoch %(epoch)d has to be approved first: a tree builds on the one before.")
        raise EarlierBatchFirst(message % {"epoch": first}, data={"epoch": first})


def _fresh(batch: Batch) -> Batch:
    return Batch.objects.get(pk=batch.pk)
