"""Who may have a device told."""

from metya.wallets.models import Member
from social.push.models import MOST_DEVICES


def may_add(actor: Member, has: int) -> bool:
    """``has``: how many devices they have beside this one."""
    return actor.is_active and not actor.suspended and has < MOST_DEVICES
