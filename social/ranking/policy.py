"""Who may steer what."""

from metya.wallets.models import Member
from social.moderation.policy import may_moderate
from social.ranking.models import Preset


def may_steer(actor: Member) -> bool:
    """Members in good standing, their own feed."""
    return actor.in_good_standing


def may_change(actor: Member, preset: Preset) -> bool:
    """Its owner alone."""
    return may_steer(actor) and preset.owner_id == actor.pk


def may_unshare(actor: Member, preset: Preset) -> bool:
    """Moderators, what others share; what is their own they stop sharing themselves."""
    return may_moderate(actor) and preset.owner_id != actor.pk and preset.shared
