"""Who may report, decide and suspend."""

from metya.wallets.models import Member, Role
from social.moderation.models import Case


def may_report(actor: Member, member: Member) -> bool:
    """Anyone in good standing, about others."""
    return actor.pk != member.pk and actor.in_good_standing


def may_moderate(actor: Member) -> bool:
    """Moderators, senior ones and administrators in good standing."""
    return actor.is_active and not actor.suspended and actor.has_role(Role.MODERATOR, Role.SENIOR, Role.ADMIN)


def is_senior(actor: Member) -> bool:
    """Those who take what was escalated."""
    return may_moderate(actor) and actor.has_role(Role.SENIOR, Role.ADMIN)


def may_decide(actor: Member, case: Case) -> bool:
    """Moderators, but not about themselves or what is theirs."""
    return may_moderate(actor) and actor.pk != case.member_id


def may_read_all(actor: Member) -> bool:
    """Also what was reported of something private: those who decide, and auditors."""
    return may_moderate(actor) or (actor.is_active and not actor.suspended and actor.has_role(Role.AUDITOR))


def may_read(actor: Member, case: Case) -> bool:
    """Nobody reads the case about themselves: it names who reported."""
    return may_read_all(actor) and actor.pk != case.member_id


def may_suspend(actor: Member, member: Member) -> bool:
    """Nobody suspends themselves; staff are suspended by administrators only."""
    if not may_moderate(actor) or actor.pk == member.pk:
        return False
    return not member.is_staff or actor.has_role(Role.ADMIN)
