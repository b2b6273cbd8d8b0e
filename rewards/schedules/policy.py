"""Who has exports mailed: pure questions."""

from metya.wallets.models import Member
from rewards.reports import policy
from rewards.schedules.models import Schedule


def may_schedule(member: Member) -> bool:
    """Whoever exports, in good standing."""
    return member.in_good_standing and policy.may_export(member)


def may_change(member: Member, schedule: Schedule) -> bool:
    """One's own, and nobody else's."""
    return schedule.member_id == member.pk and policy.may_read(member)
