"""Who may steer the training: administrators alone, since it is what everybody's feed is ordered by; and who votes. Pure."""

from datetime import datetime

from metya.wallets.models import Member, Role
from social.training.models import Round, RoundState


def may_steer(actor: Member) -> bool:
    """Stop or pin training, bring an earlier version back."""
    return actor.is_active and actor.has_role(Role.ADMIN)


def may_vote(actor: Member, one: Round, now: datetime) -> bool:
    """Members who were here before the vote began, so that nobody opens accounts for it."""
    if one.state != RoundState.VOTING or one.finished_at is None or one.votes_until is None or now >= one.votes_until:
        return False
    return actor.in_good_standing and actor.onboarded_at is not None and actor.onboarded_at < one.finished_at
