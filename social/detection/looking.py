"""One post as detectors see it at its moment. Whatever needs a query is asked for once, and only if a detector wants it."""

from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from metya.web.prepared import Prepared
from social.detection import folding, imagery
from social.detection.kinds import Copy, Prints
from social.detection.models import Detector, ImagePrint, Kind, PostPrint, RemovedImage
from social.follows.models import Follow
from social.posts.models import Mention, Post, PostQuerySet, Visibility

# No threshold reaches so far, so that more need not be read.
MOST = 501
MOST_COPIES = 2_000
MOST_REMOVED = 20_000
# What no detector counts as the same text (``params``).
SHORTEST = 10
_HOUR = timedelta(hours=1)


def seen_by_all() -> PostQuerySet:
    """What detectors look at: posts for everyone, by members who are here and not suspended; no reposts."""
    return Post.objects.visible_to(None).present().originals().select_related("author")


_one = Prepared(lambda pk: seen_by_all().filter(pk=pk), "pk")


def one_seen_by_all(pk: int) -> Post | None:
    """The post, if detectors look at it."""
    return next(iter(_one(pk=pk)), None)


def _copies_of(number: int, but: int) -> "QuerySet[PostPrint, Any]":
    rows = PostPrint.objects.filter(text_hash=number, post__deleted_at=None, post__visibility=Visibility.PUBLIC)
    found = rows.exclude(post=but).order_by("-at").values_list("post_id", "post__author_id", "at")
    return found[:MOST_COPIES]


def _posted_by(author: int, last: int) -> "QuerySet[Post, Any]":
    rows = Post.objects.present().public().originals().filter(author=author, pk__lte=last)
    return rows.exclude(in_reply_to__author=author).order_by("-pk").values_list("created_at", flat=True)[:MOST]


_copies: Prepared[Any] = Prepared(_copies_of, "number", "but")
_posted: Prepared[Any] = Prepared(_posted_by, "author", "last")
_running = Prepared(lambda: Detector.objects.running().exclude(kind=Kind.RING).order_by("pk"))


def running() -> list[Detector]:
    """The detectors that look at posts now; one query."""
    return _running()


class Look:
    """The facts about ``post``, which came with its author."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.author = post.author_id
        self.joined_at = post.author.joined_at
        self.moment: datetime = post.edited_at or post.created_at

    @cached_property
    def folded(self) -> str:
        return folding.plain(f"{self.post.warning}\n{self.post.text}")

    @cached_property
    def phrases(self) -> set[str]:
        return folding.phrases(folding.words(self.folded))

    @cached_property
    def hosts(self) -> set[str]:
        return folding.hosts(f"{self.post.warning}\n{self.post.text}")

    @cached_property
    def essence(self) -> str:
        return folding.essence(self.folded)

    @property
    def length(self) -> int:
        return len(self.essence)

    @cached_property
    def print(self) -> PostPrint:
        """Its text as a number; not kept yet."""
        number = folding.number_of(self.essence.encode())
        return PostPrint(post=self.post, text_hash=number, at=self.moment)

    @cached_property
    def copies(self) -> list[Copy]:
        """The newest posts with the same text; one query. ``kinds`` looks at when they were."""
        return [Copy(*one) for one in _copies(number=self.print.text_hash, but=self.post.pk)]

    @cached_property
    def posted(self) -> list[datetime]:
        """When the author posted up to this post, itself included, without answers to themselves; one query."""
        return _posted(author=self.author, last=self.post.pk)

    @cached_property
    def strangers(self) -> list[str]:
        """Handles of those whom the author mentioned within the hour before, who do not follow them and are not answered by
        that; one query."""
        follows = Follow.objects.filter(source=OuterRef("member"), target=self.author)
        within = Q(post__created_at__gt=self.moment - _HOUR, post__created_at__lte=self.moment) | Q(post=self.post)
        rows = Mention.objects.filter(within, post__author=self.author, post__visibility=Visibility.PUBLIC)
        rows = rows.filter(post__deleted_at=None).exclude(Q(member=self.author) | Exists(follows))
        rows = rows.exclude(post__in_reply_to__author=F("member"))
        return list(rows.values_list("member__handle", flat=True).distinct())

    @cached_property
    def prints(self) -> list[Prints]:
        """Its pictures as numbers; a picture that has none yet is read."""
        images = self.post.pictures
        if not images:
            return []
        known = ImagePrint.objects.in_bulk([one.pk for one in images])
        return [Prints(one.exact, one.look) for image in images if (one := known.get(image.pk) or imagery.keep(image))]

    @cached_property
    def removed(self) -> list[Prints]:
        """The newest pictures that decisions removed; one query."""
        rows = RemovedImage.objects.standing().order_by("-pk").values_list("exact", "look")[:MOST_REMOVED]
        return [Prints(*one) for one in rows]


def keep_print(look: Look) -> None:
    """Its text as a number, for the posts that come after; what is too short to count has none."""
    if look.length < SHORTEST:
        if look.post.version > 1:
            PostPrint.objects.filter(post=look.post).delete()
        return
    made = look.print
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [look.post.pk, made.text_hash, connection.ops.adapt_datetimefield_value(made.at)])


_KEEP = """
INSERT INTO social_postprint (post_id, text_hash, at) VALUES (%s, %s, %s)
ON CONFLICT (post_id) DO UPDATE SET text_hash = excluded.text_hash, at = excluded.at
"""
