"""Who sets detectors."""

from metya.wallets.models import Member, Role


def may_edit(actor: Member) -> bool:
    """Senior moderators and administrators in good standing."""
    return actor.is_active and not actor.suspended and actor.has_role(Role.SENIOR, Role.ADMIN)
