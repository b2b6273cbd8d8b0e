"""A member's imports."""

from metya.wallets.models import Member
from social.imports.models import Import

SHOWN = 10


def latest(member: Member) -> list[Import]:
    """The last few, the newest first, without their rows; one query."""
    return list(Import.objects.filter(member=member).defer("rows").order_by("-pk")[:SHOWN])


def import_of(member: Member, pk: int) -> Import | None:
    """One's own import ``pk``; None for another's."""
    return Import.objects.filter(member=member, pk=pk).defer("rows").first()


def unfinished() -> list[int]:
    """Ids of those on their way, the oldest first."""
    return list(Import.objects.filter(finished_at=None).order_by("pk").values_list("pk", flat=True))
