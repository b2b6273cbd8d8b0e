"""Who may leave."""

from metya.wallets.models import Member


def may_leave(actor: Member) -> bool:
    """Whoever holds no staff role: so the last administrator cannot leave, and nobody's duties are left lying."""
    return not (actor.is_staff or actor.is_superuser or actor.groups.exists())
