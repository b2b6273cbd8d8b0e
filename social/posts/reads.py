"""Post cards, and the page of one conversation.

Readers propose ids; ``cards`` hydrates them in a constant number of queries and is the one place that judges, by
``visible_to``, what of them is shown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import F, QuerySet

from metya.wallets.models import Member
from metya.web.prepared import Prepared
from social.bookmarks.models import Bookmark
from social.follows.models import Mute
from social.labels import marks as labelling
from social.labels.marks import Labels
from social.polls.cards import PollCard, poll_card
from social.polls.models import PollVote
from social.posts import policy
from social.posts.models import Like, Post, PostImage, PostQuerySet, Visibility
from social.posts.sifting import Sift, keep_words, mark, rows_for, sifted
from social.previews import policy as previews
from social.previews.models import LinkPreview

_CHOICES = 8  # more than a poll can have
# More characters or line breaks than these are folded in lists.
LONG_FROM, MOST_LINES = 700, 12


# The viewer's marks, and the labels of posts.
_Found = tuple[set[tuple[str, int]], dict[int, Labels]]
_NOTHING: set[tuple[str, int]] = set()
_UNLABELLED: dict[int, Labels] = {}


# What is read of an entry: its id; what it repeats, quotes (itself, and what it repeats) and answers (likewise).
Entry = tuple[int, int | None, int | None, int | None, int | None, int | None]


class Row(NamedTuple):
    """One entry of a list: the post's id, what it repeats, quotes and answers (0: nothing), and the entry's place in the
    list when that is another id (a like, a bookmark)."""

    pk: int
    repost_of: int = 0
    quote_of: int = 0
    in_reply_to: int = 0
    cursor: int = 0


@dataclass(frozen=True)
class PostCard:
    """All that ``social/posts/_card.html`` shows; it runs no query."""

    post: Post
    reposted_by: Member | None = None
    quote: "PostCard | None" = None
    quote_gone: bool = False
    reply_to: str = ""
    # The followed hashtag by which the post is in the list.
    tag: str = ""
    # In "For you": what speaks most for the post, and the slate that has all of it (0: none was kept).
    why: str = ""
    slate: int = 0
    liked: bool = False
    reposted: bool = False
    bookmarked: bool = False
    mine: bool = False
    muted: bool = False
    may_act: bool = False
    may_reply: bool = False
    may_repost: bool = False
    may_delete: bool = False
    may_edit: bool = False
    may_unlink: bool = False
    may_label: bool = False
    # What labellers say of it whom the viewer follows; never of one's own.
    labels: Labels | None = None
    poll: PollCard | None = None
    cursor: int = 0
    more: int = 0
    up: bool = False
    down: bool = False

    @property
    def pk(self) -> int:
        return self.post.pk

    @property
    def url(self) -> str:
        return self.post.get_absolute_url()

    @property
    def gone(self) -> bool:
        """A tombstone: only that something was here."""
        return not self.post.present

    @property
    def long(self) -> bool:
        """Shown in part where it stands among others."""
        return len(self.post.text) > LONG_FROM or self.post.text.count("\n") > MOST_LINES

    @property
    def hidden(self) -> bool:
        """Left out of feeds, since the viewer chose so for one of its labels."""
        return self.labels is not None and self.labels.hide

    @property
    def pinned(self) -> bool:
        """On top of its author's page."""
        return self.post.author.profile.pinned_id == self.pk

    @property
    def may_pin(self) -> bool:
        """One's own, for everyone."""
        return self.may_delete and self.post.visibility == Visibility.PUBLIC

    @property
    def likes(self) -> int:
        return self.post.like_count

    @property
    def replies(self) -> int:
        return self.post.reply_count

    @property
    def reposts(self) -> int:
        """Reposts and quotes."""
        return self.post.repost_count + self.post.quote_count

    @property
    def images(self) -> list[PostImage]:
        return self.post.pictures

    @property
    def preview(self) -> LinkPreview | None:
        """Of its link, where nothing else stands below the text."""
        return _preview(self.post)

    @property
    def gallery(self) -> str:
        """The class of the box around several pictures; a single one keeps its own shape."""
        return f"gallery of-{len(self.images)}" if len(self.images) > 1 else "gallery-one"

    def counts(self) -> dict[str, int | bool]:
        """The numbers and the viewer's marks, as JSON clients get them."""
        marks: dict[str, int | bool] = {
            "liked": self.liked,
            "reposted": self.reposted,
            "bookmarked": self.bookmarked,
        }
        return {"id": self.pk, "likes": self.likes, "replies": self.replies, "reposts": self.reposts, **marks}


@dataclass(frozen=True)
class CardPage:
    """Cards, the cursor of the next page (None: the last), and the id of the newest entry (0: none)."""

    items: list[PostCard]
    next: int | None
    newest: int = 0


def rows_of(posts: PostQuerySet) -> list[Row]:
    """The entries of a (sliced) list of posts; one query."""
    return rows_from(entries(posts))


def entries(posts: PostQuerySet) -> "QuerySet[Post, Entry]":
    """What ``rows_from`` needs of a (sliced) list of posts."""
    return posts.values_list(
        "pk",
        "repost_of_id",
        "quote_of_id",
        "repost_of__quote_of_id",
        "in_reply_to_id",
        "repost_of__in_reply_to_id",
    )


def newest(posts: PostQuerySet, before: int | None, most: int) -> "QuerySet[Post, Entry]":
    """The entries of the newest ``most`` below the id ``before``."""
    if before is not None:
        posts = posts.filter(pk__lt=before)
    return entries(posts.order_by("-pk")[:most])


def rows_from(found: "Iterable[Entry]") -> list[Row]:
    """A repost shows what its original quotes and answers."""
    return [
        Row(pk, repost or 0, quote or inner or 0, parent or above or 0)
        for pk, repost, quote, inner, parent, above in found
    ]


_entries_by_id = Prepared(lambda ids: entries(Post.objects.filter(pk__in=ids)), "ids")


def rows_by(ids: Iterable[tuple[int, int]]) -> list[Row]:
    """Entries for (cursor, post id) pairs, in their order, such as likes and bookmarks; one query."""
    pairs = list(ids)
    known = {row.pk: row for row in rows_from(_entries_by_id(ids=sorted({pk for _, pk in pairs})))}
    return [known[pk]._replace(cursor=cursor) for cursor, pk in pairs if pk in known]


def cards(viewer: Member | None, rows: Sequence[Row], sift: Sift | None = None) -> list[PostCard]:
    """Cards of those rows that ``viewer`` may see, in order, each post once; three queries at any length.

    Needs the viewer's marks and, to ``sift``, their muted words (one query), the posts with their authors (one) and the
    pictures (one).
    """
    wanted = {pk for row in rows for pk in row[:4] if pk}
    if not wanted:
        return []
    # Of a post that its author may still bring back, nobody learns more than of one that is gone.
    posts = {
        post.pk: post if post.present else post.blanked()
        for post in _posts(me=viewer and viewer.pk, ids=sorted(wanted))
    }
    _give_pictures(posts)
    authors = {post.author_id for post in posts.values()}
    marks, labels = _marks(viewer, sorted(wanted), sorted(authors), sift) if viewer else (_NOTHING, _UNLABELLED)
    shown: dict[int, PostCard] = {}
    for row in rows:
        entry, post = posts.get(row.pk), posts.get(row.repost_of or row.pk)
        if entry is None or post is None or post.pk in shown:
            continue
        shown[post.pk] = _card(viewer, post, posts, row, (marks, labels), entry.author if row.repost_of else None)
    if viewer is None or sift is None:
        return list(shown.values())
    return sifted(viewer, list(shown.values()), marks, sift)


def card_of(viewer: Member | None, pk: int) -> PostCard | None:
    """One card, or None for what ``viewer`` may not see."""
    found = cards(viewer, rows_from(_entries_by_id(ids=[pk])))
    return found[0] if found else None


def page_of(
    viewer: Member | None, posts: PostQuerySet, before: int | None, size: int, sift: Sift | None = None
) -> CardPage:
    """Newest first below ``before``: a page of a list of posts."""
    return card_page(viewer, rows_from(newest(posts, before, size + 1)), size, sift)


def card_page(viewer: Member | None, rows: Sequence[Row], size: int, sift: Sift | None = None) -> CardPage:
    """A page of ``size`` from rows that were read with one more; what is sifted out makes it shorter."""
    shown, more = rows[:size], len(rows) > size
    following = (shown[-1].cursor or shown[-1].pk) if more else None
    return CardPage(cards(viewer, shown, sift), following, max((row.cursor or row.pk for row in shown), default=0))


def _card(
    viewer: Member | None,
    post: Post,
    posts: dict[int, Post],
    row: Row,
    found: _Found,
    reposter: Member | None,
) -> PostCard:
    quoted = posts.get(row.quote_of)
    parent = posts.get(row.in_reply_to)
    return _plain(
        viewer,
        post,
        found,
        reposted_by=reposter,
        cursor=row.cursor or row.pk,
        quote=_plain(viewer, quoted, found) if quoted and quoted.present else None,
        quote_gone=bool(row.quote_of) and (quoted is None or not quoted.present) and post.present,
        reply_to=parent.author.handle if parent and parent.present else "",
    )


def _plain(viewer: Member | None, post: Post, found: _Found, **around: Any) -> PostCard:
    """A card, with what is ``around`` it."""
    marks, labels = found
    if viewer is None or not post.present:
        return PostCard(post, poll=_poll(viewer, post, marks), **around)
    return PostCard(
        post,
        liked=("like", post.pk) in marks,
        reposted=("repost", post.pk) in marks,
        bookmarked=("bookmark", post.pk) in marks,
        mine=post.author_id == viewer.pk,
        muted=("mute", post.author_id) in marks,
        may_act=policy.may_like(viewer, post),
        may_reply=policy.may_reply(viewer, post) and bool(vars(post)["answerable"]),
        may_repost=policy.may_repeat(viewer, post),
        may_delete=policy.may_delete(viewer, post),
        may_edit=policy.may_edit_now(viewer, post),
        may_unlink=_preview(post) is not None and previews.may_remove(viewer, post),
        may_label=viewer.is_staff and labelling.holds_role(marks, viewer) and labelling.open_to_labels(viewer, post),
        labels=labels.get(post.pk),
        poll=_poll(viewer, post, marks),
        **around,
    )


def _preview(post: Post) -> LinkPreview | None:
    found = post.preview if post.preview_id and settings.LINK_PREVIEWS else None
    if found is None or not found.shown or post.preview_off or post.quote_of_id or not post.present:
        return None
    return None if hasattr(post, "poll") or post.pictures else found


def _poll(viewer: Member | None, post: Post, marks: set[tuple[str, int]]) -> PollCard | None:
    poll = getattr(post, "poll", None)
    if poll is None or not post.present:
        return None
    chosen = {place % _CHOICES for what, place in marks if what == "vote" and place // _CHOICES == post.pk}
    return poll_card(viewer, poll, post.author_id, chosen)


def _posts_for(me: int | None, ids: list[int]) -> PostQuerySet:
    viewer = Member.only_id(me)
    found = Post.objects.visible_to(viewer).filter(pk__in=ids).select_related("author__profile", "poll", "preview")
    return found if viewer is None else found.judged_for(viewer)


_posts = Prepared(_posts_for, "me", "ids")
_pictures = Prepared(lambda ids: PostImage.objects.filter(post__in=ids), "ids")


def _give_pictures(posts: dict[int, Post]) -> None:
    """One query."""
    for post in posts.values():
        post.pictures = []
    for image in _pictures(ids=list(posts)):
        posts[image.post_id or 0].pictures.append(image)


def _marks(viewer: Member, ids: list[int], authors: list[int], sift: Sift | None) -> _Found:
    """(what, post id) of the viewer's likes, bookmarks and reposts among ``ids``, their votes as ("vote", post id · _CHOICES
    + choice), ("mute", member id) of the muted among ``authors``, and to ``sift`` whom they
    follow; and the labels by post. One query.
    """
    by_words, reads = sift is not None and sift.words, labelling.reads_labels(viewer)
    rows = _marks_of(me=viewer.pk, ids=ids, authors=authors, sift=by_words, reads=reads, staff=viewer.is_staff)
    if by_words:
        keep_words(viewer, rows)
    found = {(what, of) for what, of, _word in rows}
    if viewer.looked_at:
        # What they saved and how they voted is nobody else's, also not of staff who look at the site as they see it.
        found = {one for one in found if one[0] not in ("bookmark", "vote")}
    return found, labelling.labels_of(rows) if reads else _UNLABELLED


def _marks_for(
    me: int, ids: list[int], authors: list[int], sift: bool, reads: bool, staff: bool
) -> "QuerySet[Any, tuple[str, int, str]]":
    viewer = Member.only_id(me)
    likes = Like.objects.filter(member=viewer, post__in=ids).annotate(what=mark("like"), of=F("post_id"))
    kept = Bookmark.objects.filter(member=viewer, post__in=ids).annotate(what=mark("bookmark"), of=F("post_id"))
    repeats = Post.objects.present().filter(author=viewer, repost_of__in=ids)
    repeated = repeats.annotate(what=mark("repost"), of=F("repost_of_id"))
    place = F("poll_id") * _CHOICES + F("choice")
    votes = PollVote.objects.filter(member=viewer, poll__in=ids).annotate(what=mark("vote"), of=place)
    mutes = Mute.objects.standing().filter(source=viewer, target__in=authors)
    muted = mutes.annotate(what=mark("mute"), of=F("target_id"))
    first, *others = [rows.annotate(word=mark("")) for rows in (likes, kept, repeated, votes, muted)]
    others += rows_for(viewer, ids) if sift else []
    others += labelling.rows_for(viewer, ids, reads=reads, staff=staff)
    columns = ("what", "of", "word")
    return first.values_list(*columns).union(*(rows.values_list(*columns) for rows in others), all=True)


_marks_of = Prepared(_marks_for, "me", "ids", "authors")
