"""Who may touch a folder: its member alone."""

from metya.wallets.models import Member
from social.bookmarks.models import Folder


def may_keep(actor: Member, folder: Folder) -> bool:
    """Rename, delete, fill."""
    return actor.is_active and folder.member_id == actor.pk
