"""A member's own notes; there is no way to read another's."""

from metya.wallets.models import Member
from metya.web.prepared import Prepared
from social.notes.models import Note


def note_about(viewer: Member | None, member: Member) -> str:
    """What ``viewer`` wrote down about ``member``; empty for nothing. One query, none for a visitor, oneself
    and staff who look at the site as ``viewer``."""
    if viewer is None or viewer.pk == member.pk or viewer.looked_at:
        return ""
    return next(iter(_about(me=viewer.pk, member=member.pk)), "")


_about = Prepared(
    lambda me, member: Note.objects.filter(owner=me, about=member).values_list("text", flat=True), "me", "member"
)
