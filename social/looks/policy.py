"""Who may see the site as whom."""

from metya.wallets.models import Member, Role


def may_look(actor: Member) -> bool:
    """Senior moderators and administrators in good standing; nobody else, whatever else they may read."""
    return actor.in_good_standing and actor.has_role(Role.SENIOR, Role.ADMIN)


def may_look_as(actor: Member, member: Member) -> bool:
    """Members in good standing other than oneself; staff by administrators only, and administrators by nobody."""
    if not may_look(actor) or actor.pk == member.pk or not member.in_good_standing:
        return False
    if not member.is_staff:
        return True
    return actor.has_role(Role.ADMIN) and not member.has_role(Role.ADMIN) and not member.is_superuser
