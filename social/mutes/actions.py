"""Muting words, hashtags and conversations. Every verb is idempotent; nobody else is told."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.errors import Invalid, NotAllowed
from social.live import publish as live
from social.mutes import policy
from social.mutes.judging import fold
from social.mutes.models import MutedThread, MutedWord
from social.posts.models import Post
from social.posts.render import tag_name
from social.posts.text import clean_line

MAX_LENGTH = 100
MAX_WORDS = 200
MAX_THREADS = 500


@transaction.atomic
def mute_word(*, actor: Member, text: str, until: datetime | None = None, spares_followed: bool = False) -> MutedWord:
    """Posts with this word, phrase or #hashtag are not shown to ``actor`` ``until`` then (None: for good).

    Muting what is muted changes its end and whom it spares. Raises Invalid (empty, too long, too many).
    """
    _may(actor)
    shown = clean_line(text, most=MAX_LENGTH, field="text")
    tag = shown.startswith("#") and len(shown) > 1 and " " not in shown
    shown = shown[1:] if tag else shown
    folded = tag_name(shown) if tag else fold(shown)
    if not folded:
        raise Invalid(_("Write the word, phrase or #hashtag to mute."), data={"field": "text"})
    MutedWord.objects.over().filter(member=actor).delete()
    others = MutedWord.objects.filter(member=actor).exclude(tag=tag, folded=folded)
    if others.count() >= MAX_WORDS:
        message = _("You mute %(most)d words and hashtags, which is the most. Remove one first.")
        raise Invalid(message % {"most": MAX_WORDS}, data={"field": "text"})
    fields = {"text": shown, "until": until, "spares_followed": spares_followed}
    word = MutedWord.objects.update_or_create(member=actor, tag=tag, folded=folded, defaults=fields)[0]
    live.notifications(actor.pk)
    return word


@transaction.atomic
def unmute_word(*, actor: Member, pk: int) -> None:
    """Shown again."""
    if MutedWord.objects.filter(member=actor, pk=pk).delete()[0]:
        live.notifications(actor.pk)


@transaction.atomic
def mute_thread(*, actor: Member, post: Post) -> None:
    """No more notifications of the conversation around ``post``. Raises Invalid (too many)."""
    _may(actor)
    if MutedThread.objects.filter(member=actor).count() >= MAX_THREADS:
        message = _("You mute %(most)d conversations, which is the most. Remove one first.")
        raise Invalid(message % {"most": MAX_THREADS})
    MutedThread.objects.get_or_create(member=actor, root_id=post.root_id or post.pk)
    live.notifications(actor.pk)


@transaction.atomic
def unmute_thread(*, actor: Member, post: Post) -> None:
    """Told of again, also of what came meanwhile."""
    if MutedThread.objects.filter(member=actor, root=post.root_id or post.pk).delete()[0]:
        live.notifications(actor.pk)


def _may(actor: Member) -> None:
    if not policy.may_mute(actor):
        raise NotAllowed(_("Your account cannot mute now."))
