"""Who makes groups, and who joins and leaves them. Pure."""

from metya.wallets.models import Member, Role
from social.groups.models import RankingGroup, State


def may_edit(actor: Member) -> bool:
    """Community managers and administrators in good standing."""
    return actor.is_active and not actor.suspended and actor.has_role(Role.MANAGER, Role.ADMIN)


def may_join(actor: Member, group: RankingGroup) -> bool:
    """Members in good standing, while it is open."""
    return actor.in_good_standing and group.state == State.OPEN


def may_leave(actor: Member) -> bool:
    """Whoever can sign in, at any time."""
    return actor.is_active
