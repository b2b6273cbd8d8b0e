"""Who may take the preview of a link from a post."""

from metya.wallets.models import Member
from social.moderation.policy import may_moderate
from social.posts.models import Post


def may_remove(actor: Member, post: Post) -> bool:
    """Its author, and moderators."""
    if not actor.is_active or not post.present or post.repost_of_id is not None:
        return False
    return post.author_id == actor.pk or (actor.is_staff and may_moderate(actor))
