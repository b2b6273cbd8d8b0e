"""Who may stop pay for training and decide about it: as for payouts. Nothing here is granted by being an administrator."""

from metya.wallets.models import Member
from rewards.payouts import policy
from rewards.training.models import PayState, TrainingPay


def can_be_stopped(pay: TrainingPay) -> bool:
    """Not in an epoch's files yet, and not stopped before."""
    return pay.state in (PayState.HELD, PayState.RELEASED) and pay.placed_by_id is None


def may_stop(actor: Member, pay: TrainingPay) -> bool:
    """Any reviewer."""
    return policy.is_reviewer(actor) and can_be_stopped(pay)


def is_stopped(pay: TrainingPay) -> bool:
    """By a person, and nobody has decided."""
    return pay.state == PayState.HELD and pay.placed_by_id is not None


def may_release(actor: Member, pay: TrainingPay) -> bool:
    """Any reviewer but the one whose pay it is."""
    return is_stopped(pay) and policy.may_decide(actor, pay.member_id)


def may_forfeit(actor: Member, pay: TrainingPay) -> bool:
    """Another reviewer than the one who stopped it."""
    return is_stopped(pay) and policy.may_take(actor, pay.member_id, pay.placed_by_id)
