"""Who may change a profile: only its member."""

from metya.wallets.models import Member
from social.posts.models import Post, Visibility


def may_edit(actor: Member, member: Member) -> bool:
    return actor.pk == member.pk and actor.is_active and not actor.suspended


def may_pin(actor: Member, post: Post) -> bool:
    """One's own post, present and for everyone, not a repost."""
    own = post.author_id == actor.pk and post.repost_of_id is None
    return actor.is_active and not actor.suspended and own and post.present and post.visibility == Visibility.PUBLIC
