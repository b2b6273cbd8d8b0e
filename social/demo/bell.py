"""What the demo members were told: the notifications that the actions would have written, in the order of time."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import chain
from random import Random

from social.demo.planting import BATCH, Planted
from social.notifications.models import Notification
from social.posts.models import Post

TOLD_DAYS = 14
UNREAD_HOURS = 9


def ring(planted: Planted, others: Iterable[Notification] = ()) -> int:
    """Write what happened in the last two weeks, together with ``others`` (unsaved); how many.

    The newest are unread, as for somebody who looked in this morning.
    """
    now, rng = planted.community.now, Random(planted.community.seed)  # noqa: S311
    oldest, unread = now - timedelta(days=TOLD_DAYS), now - timedelta(hours=UNREAD_HOURS)
    rows = [row for row in chain(_told(planted), others) if row.created_at >= oldest]
    for row in rows:
        if row.created_at < unread:
            row.read_at = min(now, row.created_at + timedelta(minutes=rng.uniform(2, 400)))
    rows.sort(key=lambda row: (row.created_at, row.member_id, row.key))
    Notification.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    Notification.objects.outdone().update(head=False)
    return len(rows)


def _told(planted: Planted) -> Iterator[Notification]:
    community, ids, posts = planted.community, planted.ids, planted.posts
    for source, target, at in community.follows:
        key = f"follow:{ids[source]}"
        yield Notification(member_id=ids[target], kind="follow", actor_id=ids[source], key=key, created_at=at)
    for kind, deeds in (("like", community.likes), ("repost", community.reposts)):
        for deed in deeds:
            pk, actor = posts[deed.said.place].pk, ids[deed.person]
            key, member = f"{kind}:{pk}:{actor}", ids[deed.said.author]
            yield Notification(member_id=member, kind=kind, actor_id=actor, post_id=pk, key=key, created_at=deed.at)
    told = set()
    for said, post in zip(community.said, posts, strict=True):
        for kind, other in (("reply", said.parent), ("quote", said.quoted)):
            if other and other.author != said.author:
                told.add((ids[other.author], post.pk))
                yield _about(post, ids[other.author], kind)
    for mention in planted.mentions:
        post = mention.post
        if (mention.member_id, post.pk) not in told and mention.member_id != post.author_id:
            yield _about(post, mention.member_id, "mention")


def _about(post: Post, member: int, kind: str) -> Notification:
    return Notification(
        member_id=member,
        kind=kind,
        actor_id=post.author_id,
        post_id=post.pk,
        key=f"{kind}:{post.pk}",
        created_at=post.created_at,
    )
