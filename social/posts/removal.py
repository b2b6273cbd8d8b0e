"""Counters of posts, and taking a post out of everything that shows it: for a while, or for good."""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from social.bookmarks.models import Bookmark
from social.comparisons import forgetting
from social.detection.models import PostPrint
from social.interactions import actions as interactions
from social.labels.models import Labelling
from social.live import publish as live
from social.moderation.models import Report
from social.polls.models import Poll
from social.posts import pictures
from social.posts.models import Like, Mention, Post, PostImage, PostTag, PostVersion
from social.profiles.models import Profile, moved

# How long after deleting a post its author may bring it back.
GRACE = timedelta(minutes=2)


def count(post: Post, **steps: int) -> None:
    """Move counters of a locked post by ``steps``, in the row and in the object, and tell open pages."""
    Post.objects.filter(pk=post.pk).update(**{name: moved(name, step) for name, step in steps.items()})
    for name, step in steps.items():
        setattr(post, name, max(0, getattr(post, name) + step))
    live.post_counts(post.pk)


def hide(post: Post) -> bool:
    """Take a post out of everything, in such a way that ``restore`` can bring it back for a while; ``forget`` empties it after.

    False if it was gone. Runs inside the caller's transaction.
    """
    locked = _locked(post)
    if not locked[post.pk].present:
        return False
    now = timezone.now()
    _take_out(locked[post.pk], locked, now)
    Post.objects.filter(pk=post.pk).update(deleted_at=now, undo_until=now + GRACE)
    live.post_counts(post.pk)
    return True


def keep(post: Post, *, until: datetime) -> bool:
    """What is hidden is not emptied before ``until``. False if it was to stay longer, or is not hidden."""
    return bool(Post.objects.filter(pk=post.pk, undo_until__lt=until).update(undo_until=until))


def restore(post: Post) -> bool:
    """What ``hide`` took out is there again, with what was given to it. False if it is too late, or was not hidden."""
    locked = _locked(post)
    row = locked[post.pk]
    if row.deleted_at is None or row.undo_until is None or row.undo_until <= timezone.now():
        return False
    _count_around(row, locked, 1)
    Profile.objects.filter(member=row.author_id).update(post_count=moved("post_count", 1))
    interactions.redo_about(post=row, undone_at=row.deleted_at)
    Post.objects.filter(pk=post.pk).update(deleted_at=None, undo_until=None)
    live.post_counts(post.pk)
    return True


def erase(post: Post) -> bool:
    """Empty a post for good: text, earlier versions, picture, poll, likes, bookmarks, reposts, mentions, tags and facts.

    False if it was so. The row stays as a tombstone. Runs inside the caller's transaction.
    """
    locked = _locked(post)
    row = locked[post.pk]
    if row.emptied:
        return False
    if row.present:
        _take_out(row, locked, timezone.now())
    _empty(row)
    live.post_counts(post.pk)
    return True


def forget(most: int = 200) -> int:
    """Empty those that were hidden long enough; how many. Safe to repeat and to interrupt."""
    done = 0
    for post in Post.objects.over().order_by("undo_until")[:most]:
        with transaction.atomic():
            row = Post.objects.select_for_update(no_key=True).over().filter(pk=post.pk).first()
            if row is not None:
                _empty(row)
                done += 1
    return done


def _locked(post: Post) -> dict[int, Post]:
    """The post, and what it answers and quotes, locked until the transaction ends."""
    related = [pk for pk in (post.pk, post.in_reply_to_id, post.quote_of_id) if pk]
    rows = Post.objects.select_for_update(no_key=True).filter(pk__in=related).order_by("pk")
    return {row.pk: row for row in rows}


def _count_around(post: Post, locked: dict[int, Post], step: int) -> None:
    """One more or less in what it answers and quotes; also in what is hidden, since that may come back."""
    for name, pk in (("reply_count", post.in_reply_to_id), ("quote_count", post.quote_of_id)):
        if pk is not None and not locked[pk].emptied:
            count(locked[pk], **{name: step})


def _take_out(post: Post, locked: dict[int, Post], now: datetime) -> None:
    _count_around(post, locked, -1)
    Profile.objects.filter(member=post.author_id).update(post_count=moved("post_count", -1))
    interactions.undo_about(post=post, at=now)


def _empty(post: Post) -> None:
    for Model in (Like, Bookmark, Mention, PostTag, PostVersion, Poll, PostPrint):
        Model._default_manager.filter(post=post).delete()
    forgetting.forget(post.pk)
    # What was decided on an objection stays, for what is told of the labeller.
    Labelling.objects.filter(post=post).exclude(objection__outcome__gt="").delete()
    Post.objects.filter(repost_of=post).delete()
    _remove_images(post)
    Post.objects.filter(pk=post.pk).update(
        deleted_at=post.deleted_at or timezone.now(),
        undo_until=None,
        text="",
        html="",
        warning="",
        preview=None,
        like_count=0,
        repost_count=0,
        reply_count=0,
        quote_count=0,
    )


def _remove_images(post: Post) -> None:
    """The rows now, the files once that is certain; what a report is about stays for the moderators, out of sight."""
    if _reported(post.pk).exists():
        transaction.on_commit(partial(pictures.rehouse, post.pk), robust=True)
        return
    for image in PostImage.objects.filter(post=post):
        transaction.on_commit(partial(image.file.storage.delete, str(image.file.name)), robust=True)
        image.delete()


def forget_evidence() -> int:
    """Delete the pictures that stayed for a case when their post was emptied, once the case's own evidence has gone; how many.
    Safe to repeat."""
    rows = PostImage.objects.filter(post__deleted_at__isnull=False, post__undo_until=None)
    over = list(rows.exclude(Exists(_reported(OuterRef("post")))))
    for image in over:
        image.delete()
        image.file.storage.delete(str(image.file.name))
    return len(over)


def _reported(post: int | OuterRef) -> "QuerySet[Report]":
    """Reports of a post or its pictures that were not dismissed, as long as what was there is kept."""
    return Report.objects.exclude(state=Report.State.DISMISSED).exclude(evidence="").filter(post=post)
