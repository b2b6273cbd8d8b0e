"""Who belongs to the audience of a post that is not public, besides its author and the person whom it answers."""

from typing import Any

from django.db.models import QuerySet

from social.follows.models import Follow
from social.lists.models import ListMember
from social.posts.models import Mention, Post, Visibility


def among(post: Post, ids: list[int]) -> set[int]:
    """Those of the members whom the visibility of ``post`` includes; at most one query."""
    owner = post.audience_id or post.author_id
    if post.visibility == Visibility.PUBLIC:
        return set(ids)
    if post.visibility == Visibility.FOLLOWERS:
        follows = Follow.objects.filter(target=owner, source__in=ids)
        return set(follows.values_list("source", flat=True)) | ({owner} & set(ids))
    found = _named(post).filter(member__in=ids).values_list("member", flat=True)
    return set(found) | ({owner} & set(ids))


def chosen(post: Post) -> list[int] | None:
    """Everyone for whom a post for mentioned people or for a list is; None where it is for everyone or for followers."""
    if post.visibility in (Visibility.PUBLIC, Visibility.FOLLOWERS):
        return None
    ids = _named(post).values_list("member", flat=True)
    return sorted({*ids, post.author_id, *([post.audience_id] if post.audience_id else [])})


def _named(post: Post) -> QuerySet[Any]:
    """The rows that name those for whom it is, one by one."""
    if post.visibility == Visibility.MENTIONED:
        return Mention.objects.filter(post=post)
    return ListMember.objects.filter(list=post.for_list_id)
