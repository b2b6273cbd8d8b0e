"""Keeping bookmarks in folders. Every verb is idempotent; nobody else learns of any."""

from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.errors import Conflict, NotAllowed
from social.bookmarks import policy
from social.bookmarks.models import Bookmark, Filed, Folder
from social.posts import actions as posts
from social.posts.models import Post
from social.posts.text import clean_line

MAX_NAME = 40
MOST = 100


def create_folder(*, actor: Member, name: str) -> Folder:
    """A new empty folder. Raises Invalid (its name), Conflict "taken" (there is one of that name) or "too-many-folders"."""
    clean = clean_line(name, most=MAX_NAME, field="name", required=True)
    if Folder.objects.of(actor).count() >= MOST:
        message = _("You have %(most)d folders; delete one first.")
        raise Conflict(message % {"most": MOST}, code="too-many-folders", data={"field": "name"})
    try:
        with transaction.atomic():
            return Folder.objects.create(member=actor, name=clean)
    except IntegrityError as error:
        raise _taken() from error


def rename_folder(*, actor: Member, folder: Folder, name: str) -> Folder:
    """Give it another name. Raises Invalid, Conflict "taken"."""
    _own(actor, folder)
    clean = clean_line(name, most=MAX_NAME, field="name", required=True)
    try:
        with transaction.atomic():
            Folder.objects.filter(pk=folder.pk).update(name=clean)
    except IntegrityError as error:
        raise _taken() from error
    folder.name = clean
    return folder


@transaction.atomic
def delete_folder(*, actor: Member, folder: Folder) -> None:
    """The folder goes; what lay in it stays bookmarked."""
    _own(actor, folder)
    Folder.objects.filter(pk=folder.pk).delete()


@transaction.atomic
def file(*, actor: Member, post: Post, folders: Collection[Folder]) -> Bookmark:
    """Bookmark ``post`` and let it lie in exactly these folders. Raises NotAllowed, Conflict "gone"."""
    for folder in folders:
        _own(actor, folder)
    post = posts.bookmark(actor=actor, post=post)
    bookmark = Bookmark.objects.select_for_update(of=("self",)).get(member=actor, post=post)
    wanted = {folder.pk for folder in folders}
    Filed.objects.filter(bookmark=bookmark).exclude(folder__in=wanted).delete()
    standing = set(Filed.objects.filter(bookmark=bookmark).values_list("folder_id", flat=True))
    Filed.objects.bulk_create([Filed(folder_id=pk, bookmark=bookmark) for pk in sorted(wanted - standing)])
    return bookmark


def _own(actor: Member, folder: Folder) -> None:
    if not policy.may_keep(actor, folder):
        raise NotAllowed(_("That folder is not yours."))


def _taken() -> Conflict:
    return Conflict(_("You have a folder of that name already."), code="taken", data={"field": "name"})
