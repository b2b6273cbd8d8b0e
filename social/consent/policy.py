"""Who may allow what: members for themselves, once they joined."""

from metya.wallets.models import Member


def may_give(actor: Member) -> bool:
    return actor.in_good_standing and actor.onboarded_at is not None
