"""Writing the facts from which influence is computed, and taking them back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from metya.wallets.models import Member
from social.interactions.models import Interaction, Kind, Pause
from social.moderation.models import Decision
from social.posts.models import Like, Post

BATCH = 5000


@dataclass(frozen=True)
class Fact:
    """One row for ``record_many``; ``post_id`` is needed for every kind but follow, ``at`` defaults to now."""

    source_id: int
    target_id: int
    kind: str
    post_id: int | None = None
    public: bool = True
    at: datetime | None = None


@transaction.atomic
def record(
    *,
    source: Member,
    target: Member,
    kind: str,
    post: Post | None = None,
    public: bool = True,
    at: datetime | None = None,
) -> None:
    """``source`` did ``kind`` to ``target``. Repeating what stands changes nothing; what one does to oneself is no fact.

    ``post`` is what was liked or reposted, or the reply or quote itself. ``public`` is False when anything about it is
    not for everyone to see.
    """
    record_many([Fact(source.pk, target.pk, kind, post.pk if post else None, public, at)])


@transaction.atomic
def undo(*, source: Member, target: Member, kind: str, post: Post | None = None) -> int:
    """The standing fact is over from now on; epochs that closed before keep it. How many rows changed (0 or 1)."""
    rows = Interaction.objects.standing().filter(source=source, target=target, kind=kind, post=post)
    return rows.update(undone_at=timezone.now())


@transaction.atomic
def undo_about(*, post: Post, at: datetime | None = None) -> int:
    """A post is gone: undo what it was and what was done with it (likes, reposts, replies, quotes). How many rows."""
    now, standing = at or timezone.now(), Interaction.objects.standing()
    # Two updates, so that each finds its rows by an index.
    return standing.about(post).update(undone_at=now) + standing.answering(post).update(undone_at=now)


@transaction.atomic
def redo_about(*, post: Post, undone_at: datetime) -> int:
    """The post is back: what ``undo_about`` undid at that moment stands again. How many rows.

    Not what was taken back meanwhile: a like or repost that is no more, an answer that is gone, or what it answered itself.
    """
    undone = Interaction.objects.filter(undone_at=undone_at)
    liked = Exists(Like.objects.filter(post=post, member=OuterRef("source")))
    reposted = Exists(Post.objects.present().filter(repost_of=post, author=OuterRef("source")))
    answered = Exists(Post.objects.present().filter(pk=post.in_reply_to_id or 0))
    quoted = Exists(Post.objects.present().filter(pk=post.quote_of_id or 0))
    stands = Q(liked, kind=Kind.LIKE) | Q(reposted, kind=Kind.REPOST)
    stands |= Q(answered, kind=Kind.REPLY) | Q(quoted, kind=Kind.QUOTE)
    redone = undone.about(post).filter(stands).update(undone_at=None)
    return redone + undone.answering(post).filter(post__deleted_at__isnull=True).update(undone_at=None)


@transaction.atomic
def pause(*, post: Post, decision: Decision) -> bool:
    """What others give to the post does not count while ``decision`` stands. False if it was so."""
    return Pause.objects.get_or_create(post=post, decision=decision)[1]


@transaction.atomic
def resume(*, decision: Decision) -> int:
    """The decision stands no more: what was given counts again, unless another decision pauses it too. How many pauses ended."""
    return Pause.objects.running().filter(decision=decision).update(ended_at=timezone.now())


@transaction.atomic
def record_many(facts: Iterable[Fact]) -> int:
    """The bulk path: insert all at once, skipping what stands already and self-directed ones. How many were tried."""
    now = timezone.now()
    rows = (
        Interaction(
            source_id=fact.source_id,
            target_id=fact.target_id,
            kind=Kind(fact.kind),
            post_id=fact.post_id,
            public=fact.public,
            at=fact.at or now,
        )
        for fact in facts
        if fact.source_id != fact.target_id
    )
    tried = 0
    while batch := list(islice(rows, BATCH)):
        Interaction.objects.bulk_create(batch, ignore_conflicts=True)
        tried += len(batch)
    return tried
