"""Who may steer the training: administrators alone, since it is what everybody's feed is ordered by. Pure."""

from metya.wallets.models import Member, Role


def may_steer(actor: Member) -> bool:
    """Stop or pin training, bring an earlier version back."""
    return actor.is_active and actor.has_role(Role.ADMIN)
