"""Who may write notes about whom."""

from metya.wallets.models import Member


def may_note(actor: Member, about: Member) -> bool:
    """Anyone about anyone but themselves."""
    return actor.is_active and actor.pk != about.pk
