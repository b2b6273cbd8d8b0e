"""Schedules go with their member; the log of what they exported stays."""

from metya.members.parts import ERASED, Section, Step, deleting, one_of
from metya.wallets.models import Member
from rewards.schedules.models import Schedule

RULES = {"rewards.Schedule.member": ERASED}
_STEPS: tuple[Step, ...] = (deleting(Schedule, "member"),)


def sections(member: Member) -> list[Section]:
    """Work of the staff, not of the member."""
    return []


def erase(member: Member, most: int) -> int:
    """Up to ``most`` more rows."""
    return one_of(_STEPS, member, most)
