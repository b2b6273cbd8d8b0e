"""Who may do what with batches and holds. Nothing here is granted by being an administrator."""

from metya.wallets.models import Member
from rewards.payouts.models import Batch, BatchState, Hold, Payout, PayoutState
from social.moderation.models import Decision, Deed

OPEN_STATES = (BatchState.DRAFT, BatchState.SUBMITTED)


def is_reviewer(actor: Member) -> bool:
    """A payout reviewer whose account is in order."""
    return actor.is_active and not actor.suspended and actor.has_role("reviewer")


def may_submit(actor: Member, batch: Batch) -> bool:
    """Any reviewer may send a draft to a second one."""
    return is_reviewer(actor) and batch.state == BatchState.DRAFT


def may_approve(actor: Member, batch: Batch) -> bool:
    """A reviewer other than the one who submitted."""
    return is_reviewer(actor) and batch.state == BatchState.SUBMITTED and batch.submitted_by_id != actor.pk


def may_reject(actor: Member, batch: Batch) -> bool:
    """Any reviewer, as long as nobody approved."""
    return is_reviewer(actor) and batch.state in OPEN_STATES


def can_be_held(payout: Payout, batch: Batch | None) -> bool:
    """An amount in review, in a batch that is not approved."""
    open_batch = batch is not None and batch.state in OPEN_STATES
    return open_batch and payout.state == PayoutState.IN_REVIEW and payout.amount > 0


def may_hold(actor: Member, payout: Payout, batch: Batch | None) -> bool:
    """Any reviewer, while the payout's batch is not approved."""
    return is_reviewer(actor) and can_be_held(payout, batch)


def may_hold_for(decision: Decision, payout: Payout) -> bool:
    """A decision of a moderator in effect against the member whose payout it is; nobody decides about themselves."""
    against = decision.kind != Deed.APPROVE and decision.member_id == payout.member_id
    return against and _stands(decision) and decision.moderator_id != payout.member_id


def may_release_on_appeal(actor: Member, decision: Decision, hold: Hold) -> bool:
    """Whoever overturned the decision for which it was placed: neither who made it, nor whose payout it is."""
    return decision.overturned_at is not None and actor.pk not in (hold.payout.member_id, decision.moderator_id)


def _stands(decision: Decision) -> bool:
    return decision.applied_at is not None and decision.undone_at is None and decision.overturned_at is None


def may_decide(actor: Member, owner: int | None) -> bool:
    """Any reviewer but the one whose amount it is."""
    return is_reviewer(actor) and owner != actor.pk


def may_take(actor: Member, owner: int | None, placed_by: int | None) -> bool:
    """Taking somebody's amount for good takes two people: another reviewer than the one who stopped it."""
    return may_decide(actor, owner) and placed_by is not None and placed_by != actor.pk


def may_release(actor: Member, hold: Hold) -> bool:
    """Any reviewer but the one whose payout it is."""
    return hold.state == Hold.State.ACTIVE and may_decide(actor, hold.payout.member_id)


def may_forfeit(actor: Member, hold: Hold) -> bool:
    """Another reviewer than the one who stopped it."""
    return hold.state == Hold.State.ACTIVE and may_take(actor, hold.payout.member_id, hold.placed_by_id)
