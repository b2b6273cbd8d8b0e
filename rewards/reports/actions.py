"""What managers change: which accounts are machines."""

from django.db import transaction
from django.utils.translation import gettext as _

from metya.ops import audit
from metya.wallets.models import Member
from metya.web.errors import Invalid, NotAllowed
from rewards.reports import policy, rollups
from rewards.reports.models import MachineAccount


@transaction.atomic
def mark(*, actor: Member, handle: str) -> bool:
    """The account is a machine from now on, and every day is counted again; False if it was.

    Raises NotAllowed, Invalid (handle).
    """
    _require(actor)
    member = Member.objects.get_queryset().filter(handle=handle.strip().removeprefix("@").lower()).first()
    if member is None:
        raise Invalid(_("Nobody here has that handle."), data={"field": "handle"})
    _row, made = MachineAccount.objects.get_or_create(member=member, defaults={"marked_by": actor})
    if made:
        audit.record(actor, "reports.machine_marked", member)
        rollups.mark_all_stale()
    return made


@transaction.atomic
def unmark(*, actor: Member, member_id: int) -> bool:
    """A person after all; False if that was so. Raises NotAllowed."""
    _require(actor)
    row = MachineAccount.objects.filter(pk=member_id).select_related("member").first()
    if row is None or not MachineAccount.objects.filter(pk=member_id).delete()[0]:
        return False
    audit.record(actor, "reports.machine_unmarked", row.member)
    rollups.mark_all_stale()
    return True


def _require(actor: Member) -> None:
    if not policy.may_mark(actor):
        raise NotAllowed(_("Only community managers say which accounts are machines."))
