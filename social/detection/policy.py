"""Who sets detectors."""

from metya.wallets.models import Member
from social.moderation import policy


def may_edit(actor: Member) -> bool:
    """Senior moderators and administrators in good standing."""
    return policy.is_senior(actor)
