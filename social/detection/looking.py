"""One post as detectors see it at its moment. Whatever needs a query is asked for once, and only if a detector wants it."""

from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Exists, F, OuterRef, Q

from metya.web.prepared import Prepared
from social.detection import folding, imagery
from social.detection.kinds import Copy, Prints
from social.detection.models import TRIED, ImagePrint, PostPrint, RemovedImage
from social.follows.models import Follow
from social.posts.models import Mention, Post, PostQuerySet, Visibility

# No threshold reaches so far, so that more need not be read.
MOST = 501
MOST_REMOVED = 20_000
# What no detector counts as the same text (``params``).
SHORTEST = 10
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def seen_by_all() -> PostQuerySet:
    """What detectors look at: posts for everyone, by members who are here and not suspended; no reposts."""
    return Post.objects.visible_to(None).present().originals().select_related("author")


_one = Prepared(lambda pk: seen_by_all().filter(pk=pk), "pk")


def one_seen_by_all(pk: int) -> Post | None:
    """The post, if detectors look at it."""
    return next(iter(_one(pk=pk)), None)


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
        return PostPrint(post=self.post, text_hash=number, length=self.length, at=self.moment)

    @cached_property
    def copies(self) -> list[Copy]:
        """The newest posts with the same text, of the week before; one query."""
        rows = PostPrint.objects.filter(text_hash=self.print.text_hash, at__gt=self.moment - TRIED, at__lte=self.moment)
        rows = rows.filter(post__deleted_at=None, post__visibility=Visibility.PUBLIC).exclude(post=self.post)
        found = rows.order_by("-at").values_list("post_id", "post__author_id", "at")[:MOST]
        return [Copy(*one) for one in found]

    @cached_property
    def posted(self) -> list[datetime]:
        """When the author posted in the day before, itself included, without answers to themselves; one query."""
        end = self.post.created_at
        rows = Post.objects.present().public().originals().filter(author=self.author)
        rows = rows.filter(created_at__gt=end - _DAY, created_at__lte=end).exclude(in_reply_to__author=self.author)
        return list(rows.order_by("-pk").values_list("created_at", flat=True)[:MOST])

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
        PostPrint.objects.filter(post=look.post).delete()
        return
    made = look.print
    values = {"text_hash": made.text_hash, "length": made.length, "at": made.at}
    PostPrint.objects.update_or_create(post=look.post, defaults=values)
