"""What is counted once a night from likes of members who allow it, for everyone's "For you": which posts go together, and
which please people who otherwise like different things.

Only likes of public posts of the last month count, and only posts that several such members liked, so that no row tells what
one of them likes. Who takes the consent back is left out from the next night on.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from django.db import transaction
from django.utils import timezone

from social.consent.models import Grant, Purpose
from social.posts.models import Like, Post
from social.ranking.maths import ease
from social.ranking.maths.arrays import Floats, Ints
from social.ranking.maths.bridging import bridging
from social.training.models import Bridge, Neighbour

MONTH = timedelta(days=30)
# So many of the newest likes; so many neighbours of a post; by so many members a post is liked at least.
MOST_LIKES, NEIGHBOURS, LEAST_LIKERS = 400_000, 20, 3
# Both tables together stay below this many rows.
MOST_ITEMS = 2_000
BATCH = 2_000
# EASE is drawn to zero by this part of the number of members, within bounds: what suits 943 members is 200.
_PULL, _LEAST_PULL = 0.2, 5.0


@dataclass(frozen=True)
class Counted:
    """How much was written."""

    likes: int = 0
    neighbours: int = 0
    bridges: int = 0


def count() -> Counted:
    """Put this night's tables in the place of the last ones."""
    users, posts = _likes()
    near, bridges = _neighbours(users, posts), _bridges(users, posts)
    with transaction.atomic():
        Neighbour.objects.all().delete()
        Neighbour.objects.bulk_create(near, batch_size=BATCH)
        Bridge.objects.all().delete()
        Bridge.objects.bulk_create(bridges, batch_size=BATCH)
    return Counted(len(users), len(near), len(bridges))


def _likes() -> tuple[Ints, Ints]:
    """(members, posts) of the likes that count."""
    allowing = Grant.objects.active(Purpose.FEATURES).filter(member__is_active=True)
    public = Post.objects.present().public().originals().filter(created_at__gt=timezone.now() - MONTH)
    rows = Like.objects.filter(member__in=allowing.values("member"), post__in=public.values("pk")).order_by("-pk")
    found = np.array(list(rows.values_list("member", "post")[:MOST_LIKES]), dtype=np.int64).reshape(-1, 2)
    names, place, times = np.unique(found[:, 1], return_inverse=True, return_counts=True)
    known = times >= LEAST_LIKERS
    if known.sum() > MOST_ITEMS:
        best = np.lexsort((-names, -times))[:MOST_ITEMS]
        known &= np.isin(np.arange(len(names)), best)
    kept = known[place]
    return found[kept, 0], found[kept, 1]


def _neighbours(users: Ints, posts: Ints) -> list[Neighbour]:
    if not len(users):
        return []
    pull = min(ease.LAMBDA, max(_LEAST_PULL, _PULL * len(np.unique(users))))
    found = ease.neighbours(ease.fit(users, posts, pull, MOST_ITEMS), NEIGHBOURS)
    return [
        Neighbour(post_id=post, other_id=other, score=score)
        for post, others, scores in zip(
            found.items.tolist(), found.others.tolist(), found.weights.tolist(), strict=True
        )
        for other, score in zip(others, scores, strict=True)
        if score > 0
    ]


def _bridges(users: Ints, posts: Ints) -> list[Bridge]:
    if not len(users):
        return []
    members, items, reactions = _with_absences(users, posts)
    found = bridging(members, items, reactions)
    return [
        Bridge(post_id=post, score=score)
        for post, score in zip(found.posts.tolist(), found.scores.tolist(), strict=True)
        if score
    ]


def _with_absences(users: Ints, posts: Ints) -> tuple[Ints, Ints, Floats]:
    """Likes as +1, and for each member as many drawn posts that they did not like as −1: what nobody shows dislike of.

    The draw is the same for the same likes, and every post is as likely to be drawn as any other.
    """
    names = np.unique(posts)
    who, place, times = np.unique(users, return_inverse=True, return_counts=True)
    stream = np.random.Generator(np.random.PCG64(7))
    members, items = [users], [posts]
    order = np.argsort(place, kind="stable")
    starts = np.cumsum(times) - times
    for at, member in enumerate(who.tolist()):
        liked = posts[order[starts[at] : starts[at] + times[at]]]
        others = np.setdiff1d(names, liked, assume_unique=False)
        drawn = stream.permutation(others)[: len(liked)]
        members.append(np.full(len(drawn), member, dtype=np.int64))
        items.append(drawn)
    reactions = np.concatenate((np.ones(len(users)), -np.ones(sum(len(one) for one in items[1:]))))
    return np.concatenate(members), np.concatenate(items), reactions
