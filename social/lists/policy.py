"""Who may do what with a list that they may see."""

from metya.wallets.models import Member
from social.lists.models import MemberList


def may_make(actor: Member) -> bool:
    """Members who chose a handle and are in good standing."""
    return actor.in_good_standing


def may_change(actor: Member, one: MemberList) -> bool:
    """Its owner alone."""
    return may_make(actor) and one.owner_id == actor.pk
