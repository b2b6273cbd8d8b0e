"""Who reads reports and takes exports: pure questions, asked of the database at each request."""

from metya.wallets.models import Member
from rewards.reports.models import Export


def may_read(member: Member) -> bool:
    """Managers, and whoever else was given the permission."""
    return member.is_active and member.is_staff and member.has_perm("rewards.read_reports")


def may_export(member: Member, *, personal: bool = False) -> bool:
    """Personal columns (handles, wallets, texts) need a permission of their own."""
    allowed = may_read(member) and member.has_perm("rewards.export_rows")
    return allowed and (not personal or member.has_perm("rewards.export_personal"))


def may_fetch(member: Member, export: Export) -> bool:
    """One's own export, while one still may make it."""
    return export.asked_by_id == member.pk and may_export(member, personal=export.personal)


def may_mark(member: Member) -> bool:
    """Saying which accounts are machines is for those who may export: it changes what others read."""
    return may_read(member) and member.has_perm("rewards.export_rows")
