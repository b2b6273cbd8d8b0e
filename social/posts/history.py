"""What a post was before it was changed, with what was given to each version."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from social.posts.diff import Piece, compare
from social.posts.models import Like, Post, PostVersion


@dataclass(frozen=True)
class Version:
    """One state of the words; ``pieces`` against the version before (one plain piece for the first)."""

    number: int
    since: datetime
    warning: str
    language: str
    pieces: list[Piece]
    likes: int
    replies: int
    reposts: int
    current: bool


def versions_of(post: Post) -> list[Version]:
    """Every version of a post that may be seen, the newest first; five queries."""
    states = [*PostVersion.objects.filter(post=post).order_by("number"), _now(post)]
    likes = _by_version(Like.objects.filter(post=post), "version")
    replies = _by_version(post.replies.present(), "about_version")
    reposts = _by_version(post.reposts.present(), "about_version") + _by_version(post.quotes.present(), "about_version")
    found: list[Version] = []
    before = ""
    for state in states:
        found.append(
            Version(
                state.number,
                state.since,
                state.warning,
                state.language,
                compare(before, state.text) if found else compare(state.text, state.text),
                likes[state.number],
                replies[state.number],
                reposts[state.number],
                state.number == post.version,
            )
        )
        before = state.text
    return found[::-1]


def _now(post: Post) -> PostVersion:
    """The words of today as the versions before are kept; not stored."""
    return PostVersion(
        post=post,
        number=post.version,
        text=post.text,
        warning=post.warning,
        language=post.language,
        since=post.edited_at or post.created_at,
    )


def _by_version(rows: QuerySet[Any], field: str) -> Counter[int]:
    return Counter(dict(rows.order_by().values_list(field).annotate(count=Count("pk"))))
