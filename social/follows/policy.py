"""Who may follow, block and mute whom."""

from metya.wallets.models import Member


def may_follow(actor: Member, target: Member) -> bool:
    """Anyone in good standing but oneself; blocks are judged by who is visible."""
    return actor.pk != target.pk and actor.in_good_standing


def may_answer(actor: Member) -> bool:
    """Accept followers: members in good standing."""
    return actor.is_active and not actor.suspended


def may_avoid(actor: Member, target: Member) -> bool:
    """Block and mute: anyone but oneself."""
    return actor.pk != target.pk and actor.is_active
