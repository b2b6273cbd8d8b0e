"""Who may import."""

from metya.wallets.models import Member


def may_import(actor: Member) -> bool:
    """Members who chose a handle and are in good standing."""
    return actor.in_good_standing
