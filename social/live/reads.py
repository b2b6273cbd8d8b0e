"""What the live socket asks of the database: whose session it is, what may interest it, and what it missed.

Plain synchronous functions; the hub and the consumer call them in a thread.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models import Max
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from metya.wallets.models import Member
from social.follows.models import Block, Follow, Mute
from social.looks.models import HELD
from social.notifications.models import Notification
from social.posts import audience
from social.posts.models import Post, Visibility

CHUNK = 500


@dataclass(frozen=True)
class Interest:
    """Authors whose posts a member's home shows (themselves included), and people they are not to meet."""

    member_id: int
    authors: frozenset[int]
    hidden: frozenset[int]


@dataclass(frozen=True)
class Since:
    """The last ids a page has; None where the page shows no such thing."""

    feed: int | None = None
    notifications: int | None = None
    thread: int | None = None


@dataclass(frozen=True)
class NewPost:
    """0 stands for none: ``audience_id`` of a public post, ``root_id`` and ``answers_id`` of one that answers nothing.

    ``chosen`` are the members that it is for where they were named one by one.
    """

    id: int
    author_id: int
    audience_id: int
    answers_id: int
    root_id: int
    chosen: list[int] | None = None


def member_of_session(key: str) -> Member | None:
    """The active, not suspended member who is signed in under this session key; None for anyone else. Two queries."""
    if not key or len(key) > 64 or not key.isalnum():
        return None
    data: dict[str, Any] = import_module(settings.SESSION_ENGINE).SessionStore(key).load()
    if data.get(HELD) is not None:  # staff who look at the site as a member: nothing is live then
        return None
    member = Member.objects.active().filter(pk=_number(data.get(SESSION_KEY))).first()
    if member is None:
        return None
    proof = str(data.get(HASH_SESSION_KEY, ""))
    good = [member.get_session_auth_hash(), *member.get_session_auth_fallback_hash()]
    return member if any(constant_time_compare(proof, one) for one in good) else None


def interest_of(member_id: int) -> Interest:
    """Read whom the member follows, blocks, mutes and is blocked by; three queries."""
    blocks = Block.objects.filter(source=member_id).values_list("target_id", flat=True)
    blocked_by = Block.objects.filter(target=member_id).values_list("source_id", flat=True)
    mutes = Mute.objects.standing().filter(source=member_id).values_list("target_id", flat=True)
    hidden = frozenset(blocks.union(blocked_by, mutes))
    follows = Follow.objects.filter(source=member_id).values_list("target_id", flat=True)
    return Interest(member_id, (frozenset(follows) - hidden) | {member_id}, hidden)


def may_watch(member_id: int, ids: set[int]) -> set[int]:
    """Those of the posts that the member may see; two queries."""
    if not ids:
        return set()
    member = Member.objects.get(pk=member_id)
    return set(Post.objects.visible_to(member).filter(pk__in=ids).values_list("pk", flat=True))


def missed(interest: Interest, since: Since, thread: int) -> dict[str, int]:
    """Hints (kind → newest id) of what came after the last ids that a page has; the database is the log."""
    found: dict[str, int | None] = {}
    seen = Post.objects.visible_to(Member.objects.get(pk=interest.member_id)).present()
    if since.feed is not None:
        posts = seen.topmost().filter(author_id__in=interest.authors, pk__gt=since.feed)
        found["feed"] = posts.order_by("-pk").values_list("pk", flat=True).first()
    if since.notifications is not None:
        rows = Notification.objects.of(interest.member_id).filter(pk__gt=since.notifications)
        found["notifications"] = rows.aggregate(newest=Max("pk"))["newest"]
    if since.thread is not None and thread:
        replies = seen.filter(root_id=thread, pk__gt=since.thread)
        found["thread"] = replies.order_by("-pk").values_list("pk", flat=True).first()
    return {kind: newest for kind, newest in found.items() if newest is not None}


def ended_sessions(keys: list[str]) -> set[str]:
    """Those of the session keys that are signed out or expired; one query for each 500."""
    alive: set[str] = set()
    for start in range(0, len(keys), CHUNK):
        rows = Session.objects.filter(session_key__in=keys[start : start + CHUNK], expire_date__gt=timezone.now())
        alive.update(rows.values_list("session_key", flat=True))
    return set(keys) - alive


def ended_members(ids: list[int]) -> set[int]:
    """Those of the members who left or are suspended now; one query for each 500."""
    active: set[int] = set()
    for start in range(0, len(ids), CHUNK):
        active.update(Member.objects.active().filter(pk__in=ids[start : start + CHUNK]).values_list("pk", flat=True))
    return set(ids) - active


def newest_ids() -> tuple[int, int]:
    """The highest ids of posts and notifications, 0 when there are none."""
    newest = (Model._default_manager.aggregate(newest=Max("pk"))["newest"] for Model in (Post, Notification))
    post, notification = (value or 0 for value in newest)
    return post, notification


def posts_after(last: int) -> list[NewPost]:
    """The newest posts above the id ``last``, oldest first, at most 500."""
    rows = Post.objects.present().filter(pk__gt=last).select_related("in_reply_to").order_by("-pk")
    fields = "author", "visibility", "audience", "for_list", "root", "in_reply_to__author"
    return [_new_post(post) for post in reversed(rows.only(*fields)[:CHUNK])]


def _new_post(post: Post) -> NewPost:
    public = post.visibility == Visibility.PUBLIC
    return NewPost(
        id=post.pk,
        author_id=post.author_id,
        audience_id=0 if public else post.audience_id or post.author_id,
        answers_id=post.in_reply_to.author_id if post.in_reply_to else 0,
        root_id=post.root_id or 0,
        chosen=audience.chosen(post),
    )


def notifications_after(last: int) -> list[tuple[int, int]]:
    """(id, member id) of the newest notifications above the id ``last``, oldest first, at most 500."""
    rows = Notification.objects.filter(pk__gt=last).order_by("-pk").values_list("pk", "member_id")[:CHUNK]
    return list(reversed(rows))


def post_counts(viewer: Member, ids: list[int]) -> dict[int, dict[str, int]]:
    """Likes, replies, and reposts with quotes, of those posts that the viewer may see; one query."""
    rows = Post.objects.visible_to(viewer).present().filter(pk__in=ids)
    fields = ("pk", "like_count", "reply_count", "repost_count", "quote_count")
    return {
        pk: {"likes": likes, "replies": replies, "reposts": reposts + quotes}
        for pk, likes, replies, reposts, quotes in rows.values_list(*fields)
    }


def _number(raw: object) -> int:
    text = str(raw)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
