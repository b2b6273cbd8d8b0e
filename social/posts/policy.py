"""Who may do what to a post that they may see. Pure: no queries beyond what the objects hold."""

from datetime import timedelta

from django.utils import timezone

from metya.wallets.models import Member
from social.posts.models import Post, Visibility

EDIT_HOURS = 24


def may_speak(actor: Member) -> bool:
    """Write, like, follow: members who chose a handle and are in good standing."""
    return actor.in_good_standing


def may_reply(actor: Member, post: Post) -> bool:
    return may_speak(actor) and post.present


def may_like(actor: Member, post: Post) -> bool:
    return may_speak(actor) and post.present


def may_repeat(actor: Member, post: Post) -> bool:
    """Repost or quote: public posts only, one's own included."""
    return may_speak(actor) and post.present and post.visibility == Visibility.PUBLIC


def may_change(actor: Member, post: Post) -> bool:
    """Authors in good standing, what they wrote themselves; for how long is another question."""
    return may_speak(actor) and post.present and post.author_id == actor.pk and post.repost_of_id is None


def may_edit_now(actor: Member, post: Post) -> bool:
    """Whether the menu offers it: changed within the first hours, and not once somebody voted in its poll."""
    fresh = timezone.now() - post.created_at <= timedelta(hours=EDIT_HOURS)
    poll = getattr(post, "poll", None)
    return may_change(actor, post) and fresh and not (poll and poll.voters)


def may_restore(actor: Member, post: Post) -> bool:
    """Authors in good standing, what they deleted themselves; for how long is another question."""
    return may_speak(actor) and post.author_id == actor.pk


def may_delete(actor: Member, post: Post) -> bool:
    """Authors alone; moderators remove with a reason, elsewhere."""
    return actor.is_active and post.author_id == actor.pk
