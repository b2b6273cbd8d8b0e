"""Home, explore, tags, bookmarks and the lists on a profile: which posts, in which order. Hydration is posts.reads'."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from metya.wallets.models import Member
from metya.web.paging import PAGE_SIZE
from metya.web.prepared import Prepared
from social.bookmarks.models import Bookmark
from social.feeds.timeline import TimelineReader
from social.labels.marks import reads_labels
from social.moderation.models import unlimited
from social.mutes.reads import words_of
from social.posts.models import Like, Post, PostTag, Tag
from social.posts.reads import CardPage, Entry, Row, card_page, newest, rows_by, rows_from
from social.posts.sifting import Sift
from social.tags.models import TagFollow

NEWER_UP_TO = 100
POSTS, REPLIES, LIKES = "posts", "replies", "likes"
TABS = (POSTS, REPLIES, LIKES)


@dataclass(frozen=True)
class TagPage:
    """A hashtag's name and its posts."""

    name: str
    page: CardPage


def home_page(viewer: Member, before: int | None = None, size: int = PAGE_SIZE) -> CardPage:
    """Posts and reposts of those whom ``viewer`` follows, and their own, newest first; four queries."""
    rows = TimelineReader(viewer.pk).rows(size + 1, before=before)
    return card_page(viewer, rows, size, Sift())


def newer_page(viewer: Member, since: int) -> CardPage:
    """What home gained by others after the post ``since``, newest first, at most NEWER_UP_TO; four queries."""
    rows = TimelineReader(viewer.pk).rows(NEWER_UP_TO, since=since, own=False)
    return card_page(viewer, rows, NEWER_UP_TO, Sift())


def newer_count(viewer: Member, since: int) -> int:
    """How many posts of others home gained after the post ``since``, at most NEWER_UP_TO.

    One query; where there are any and the member muted words or reads labels, these are asked too.
    """
    rows = TimelineReader(viewer.pk).rows(NEWER_UP_TO, since=since, own=False)
    if not rows or not (reads_labels(viewer) or words_of(viewer)):
        return len(rows)
    return len(card_page(viewer, rows, NEWER_UP_TO, Sift()).items)


def explore_page(viewer: Member | None, before: int | None = None, size: int = PAGE_SIZE) -> CardPage:
    """Everyone's public posts, newest first, without replies and reposts; four queries."""
    found = _explored(me=viewer and viewer.pk, before=before, most=size + 1)
    return card_page(viewer, rows_from(found), size, Sift())


def _explored_by(me: int | None, before: int | None, most: int) -> "QuerySet[Post, Entry]":
    viewer = Member.only_id(me)
    rows = Post.objects.visible_to(viewer).present().public().originals().topmost().unmuted_by(viewer)
    rows = rows.filter(unlimited() if viewer is None else unlimited() | Q(author=viewer))
    return newest(rows, before, most)


_explored = Prepared(_explored_by, "me", "before")


def tag_page(viewer: Member | None, name: str, before: int | None = None, size: int = PAGE_SIZE) -> TagPage | None:
    """Posts with the hashtag ``name`` (case-folded), newest first; None for a tag that ``viewer`` meets nowhere. Five queries."""
    tag = Tag.objects.filter(name=name).first()
    if tag is None:
        return None
    seen = Post.objects.visible_to(viewer).present().originals().unmuted_by(viewer).filter(pk=OuterRef("post"))
    # By the column beside the tag: its index is walked, and not all that has the tag sorted.
    uses = PostTag.objects.filter(Exists(seen), tag=tag).order_by("-post_id")
    if before is not None:
        uses = uses.filter(post__lt=before)
    found = uses.values_list("post_id", "post__quote_of_id", "post__in_reply_to_id")[: size + 1]
    rows = [Row(pk, quote_of=quote or 0, in_reply_to=parent or 0) for pk, quote, parent in found]
    page = card_page(viewer, rows, size, Sift(asked=tag.name))
    if not page.items and not seen_tags(viewer).filter(pk=tag.pk).exists():
        return None
    return TagPage(tag.name, page)


def seen_tags(viewer: Member | None) -> "QuerySet[Tag]":
    """Tags of posts that ``viewer`` may see: that a tag exists could tell of others. And those they follow."""
    seen = Exists(Post.objects.visible_to(viewer).present().filter(tags__tag=OuterRef("pk")))
    if viewer is None:
        return Tag.objects.filter(seen)
    return Tag.objects.filter(seen | Exists(TagFollow.objects.filter(member=viewer, tag=OuterRef("pk"))))


def bookmarks_page(viewer: Member, before: int | None = None, size: int = PAGE_SIZE) -> CardPage:
    """What ``viewer`` kept, last kept first; five queries."""
    seen = Post.objects.visible_to(viewer).present().filter(pk=OuterRef("post"))
    kept = Bookmark.objects.filter(Exists(seen), member=viewer)
    if before is not None:
        kept = kept.filter(pk__lt=before)
    return card_page(viewer, rows_by(kept.order_by("-pk").values_list("pk", "post_id")[: size + 1]), size)


def likes_page(viewer: Member | None, member: Member, before: int | None, size: int = PAGE_SIZE) -> CardPage:
    """What ``member`` liked, last liked first, as far as ``viewer`` may see it; five queries."""
    found = _liked(me=viewer and viewer.pk, member=member.pk, before=before, most=size + 1)
    return card_page(viewer, rows_by(found), size)


def _liked_by(me: int | None, member: int, before: int | None, most: int) -> "QuerySet[Like, tuple[int, int]]":
    viewer = Member.only_id(me)
    seen = Post.objects.visible_to(viewer).present().unmuted_by(viewer).filter(pk=OuterRef("post"))
    liked = Like.objects.filter(Exists(seen), member=member)
    if before is not None:
        liked = liked.filter(pk__lt=before)
    return liked.order_by("-pk").values_list("pk", "post_id")[:most]


_liked = Prepared(_liked_by, "me", "member", "before")


def profile_page(
    viewer: Member | None, member: Member, tab: str = POSTS, before: int | None = None, size: int = PAGE_SIZE
) -> CardPage:
    """One tab of a profile: posts and reposts, replies, or likes; newest first, four or five queries."""
    if tab == LIKES:
        return likes_page(viewer, member, before, size)
    answers = tab == REPLIES
    found = _written(me=viewer and viewer.pk, member=member.pk, answers=answers, before=before, most=size + 1)
    return card_page(viewer, rows_from(found), size)


def _written_by(me: int | None, member: int, answers: bool, before: int | None, most: int) -> "QuerySet[Post, Entry]":
    viewer = Member.only_id(me)
    rows = Post.objects.visible_to(viewer).present().without_reposts_muted_by(viewer).filter(author=member)
    rows = rows.filter(in_reply_to__isnull=False) if answers else rows.topmost()
    return newest(rows, before, most)


_written = Prepared(_written_by, "me", "member", "before")
