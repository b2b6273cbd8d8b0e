"""Who may mute: everyone, for themselves."""

from metya.wallets.models import Member


def may_mute(actor: Member) -> bool:
    return actor.is_active and actor.onboarded_at is not None
