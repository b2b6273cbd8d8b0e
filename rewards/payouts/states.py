"""The lives of batches and payouts, and the one way from a state to the next."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from rewards.payouts.errors import WrongState
from rewards.payouts.models import Batch, BatchState, Hold, Payout, PayoutState

_B, _P = BatchState, PayoutState
BATCH: dict[str, frozenset[str]] = {
    _B.DRAFT: frozenset({_B.SUBMITTED, _B.REJECTED}),
    # Back to draft when its content changes under the reviewers.
    _B.SUBMITTED: frozenset({_B.APPROVED, _B.DRAFT, _B.REJECTED}),
    # An approved batch is only rejected when the guardian throws its root away before it is in force.
    _B.APPROVED: frozenset({_B.PUBLISHED, _B.CLAIMABLE, _B.REJECTED}),
    _B.PUBLISHED: frozenset({_B.CLAIMABLE, _B.REJECTED}),
    _B.CLAIMABLE: frozenset(),
    _B.REJECTED: frozenset(),
}
PAYOUT: dict[str, frozenset[str]] = {
    _P.OWED: frozenset(),
    _P.IN_REVIEW: frozenset({_P.HELD, _P.APPROVED}),
    # Back in review: the hold was cancelled before anything was published without it.
    _P.HELD: frozenset({_P.IN_REVIEW, _P.RELEASED, _P.FORFEITED}),
    _P.APPROVED: frozenset({_P.CLAIMABLE, _P.IN_REVIEW}),
    _P.CLAIMABLE: frozenset({_P.CLAIMED}),
    _P.CLAIMED: frozenset(),
    _P.RELEASED: frozenset(),
    _P.FORFEITED: frozenset(),
}


def move_batch(batch: Batch, to: str, *, only: dict[str, Any] | None = None, **fields: Any) -> None:
    """Moves a batch from the state it was read in, and only if ``only`` still holds. Raises WrongState."""
    if to not in BATCH[batch.state]:
        raise _wrong(batch)
    if not Batch.objects.filter(pk=batch.pk, state=batch.state, **(only or {})).update(state=to, **fields):
        raise _wrong(batch)
    batch.state = to
    for name, value in fields.items():
        setattr(batch, name, value)


def move_payout(payout: Payout, to: str) -> None:
    """Moves one payout from the state it was read in. Raises WrongState."""
    now = timezone.now()
    allowed = to in PAYOUT[payout.state]
    if not allowed or not Payout.objects.filter(pk=payout.pk, state=payout.state).update(state=to, state_at=now):
        raise WrongState(_("This payout has moved on meanwhile; look again."), data={"payout": payout.pk})
    payout.state, payout.state_at = to, now


def move_payouts(epoch: int, start: str, to: str) -> int:
    """Moves every payout of an epoch that has an amount and is in ``start``; how many."""
    if to not in PAYOUT[start]:
        raise ValueError(f"a payout does not go from {start} to {to}")
    rows = Payout.objects.paid().filter(epoch=epoch, state=start)
    return rows.update(state=to, state_at=timezone.now())


def move_hold(hold: Hold, to: str, *, only: dict[str, Any] | None = None, **fields: Any) -> None:
    """Decides an active hold once. Raises WrongState."""
    rows = Hold.objects.active().filter(pk=hold.pk, **(only or {}))
    if not rows.update(state=to, decided_at=timezone.now(), **fields):
        raise WrongState(_("This hold was decided meanwhile; look again."), data={"hold": hold.pk})
    hold.refresh_from_db()


def _wrong(batch: Batch) -> WrongState:
    message = _("The batch of epoch %(epoch)d has changed meanwhile; look at it again.")
    return WrongState(message % {"epoch": batch.epoch_id}, data={"epoch": batch.epoch_id})
