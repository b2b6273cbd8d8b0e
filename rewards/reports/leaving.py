"""What becomes of reports when a member is erased: what counts them by day goes, the figures of days stay, without names."""

from metya.members.parts import ERASED, Section, Step, deleting, one_of
from metya.wallets.models import Member
from rewards.reports.models import ActiveDay, MachineAccount

RULES = {
    "rewards.ActiveDay.member": ERASED,
    "rewards.MachineAccount.member": ERASED,
    "rewards.MachineAccount.marked_by": "kept: who changed what others read, by number",
    "rewards.Export.asked_by": "kept: the log of exports, by number",
}
_STEPS: tuple[Step, ...] = (deleting(ActiveDay, "member"), deleting(MachineAccount, "member"))


def sections(member: Member) -> list[Section]:
    """Nothing of its own: it is counted from what the other parts hand out."""
    return []


def erase(member: Member, most: int) -> int:
    """Up to ``most`` more rows."""
    return one_of(_STEPS, member, most)
