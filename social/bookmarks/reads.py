"""A member's folders, what lies in one, and where a post lies."""

from dataclasses import dataclass

from django.db.models import Count

from metya.wallets.models import Member
from metya.web.paging import PAGE_SIZE
from social.bookmarks.models import Filed, Folder
from social.posts.models import Post
from social.posts.reads import CardPage, card_page, rows_by


@dataclass(frozen=True)
class FolderLine:
    """A folder and how many posts in it can be shown."""

    pk: int
    name: str
    count: int


def folders_of(viewer: Member) -> list[FolderLine]:
    """By name; two queries."""
    filed = Filed.objects.filter(folder__member=viewer, bookmark__post__in=Post.objects.visible_to(viewer).present())
    counts = dict(filed.values_list("folder").annotate(count=Count("pk")))
    rows = Folder.objects.of(viewer).order_by("name").values_list("pk", "name")
    return [FolderLine(pk, name, counts.get(pk, 0)) for pk, name in rows]


def folder_page(viewer: Member, folder: Folder, before: int | None = None, size: int = PAGE_SIZE) -> CardPage:
    """What lies in the viewer's own ``folder``, last filed first; five queries."""
    filed = Filed.objects.filter(folder=folder, bookmark__post__in=Post.objects.visible_to(viewer).present())
    if before is not None:
        filed = filed.filter(pk__lt=before)
    pairs = filed.order_by("-pk").values_list("pk", "bookmark__post_id")[: size + 1]
    return card_page(viewer, rows_by(pairs), size)


def places_of(viewer: Member, post: Post) -> set[int]:
    """Ids of the viewer's folders in which ``post`` lies; one query."""
    filed = Filed.objects.filter(bookmark__member=viewer, bookmark__post=post)
    return set(filed.values_list("folder_id", flat=True))
