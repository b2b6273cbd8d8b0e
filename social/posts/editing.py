"""Changing a post within its first day. What it was stays public, and engagement stays with the version it was given to."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.errors import Conflict, NotAllowed
from social.assistant.marking import pair_behind
from social.detection.watching import watch
from social.labels import lapsing
from social.live import publish as live
from social.notifications import actions as notifications
from social.posts import policy
from social.posts.models import Mention, Post, PostTag, PostVersion, Visibility
from social.posts.render import Rendered, render
from social.posts.writing import Draft, attach, known_handles, tell_mentioned
from social.previews.attaching import preview_for

MOST = 20


@dataclass(frozen=True)
class Words:
    """What may be changed of a post."""

    text: str
    warning: str
    language: str


@transaction.atomic
def edit(
    *, actor: Member, post: Post, text: str, warning: str = "", language: str = "", no_preview: bool | None = None
) -> Post:
    """Replace the words of one's own post; who may see it stays as it was. The same words again make no new version.

    ``no_preview``: whether its link is shown without a preview (None: as before).

    Raises Invalid (as ``publish`` does), NotAllowed (another's post), Conflict "too-late", "voted" (its poll has votes)
    or "too-often".
    """
    post = Post.objects.select_for_update(no_key=True, of=("self",)).select_related("author", "poll").get(pk=post.pk)
    if not policy.may_change(actor, post):
        raise NotAllowed(_("Only the author can change a post."))
    _require_time(post)
    draft = Draft.clean(text, Visibility.PUBLIC, None, "", False, None, warning=warning, language=language)
    words = Words(draft.text, draft.warning, draft.language)
    off = post.preview_off if no_preview is None else no_preview
    if words == Words(post.text, post.warning, post.language):
        if off != post.preview_off:
            _link(actor, post, render(words.text, known_handles), off)
        return post
    if post.version > MOST:
        raise Conflict(_("A post can be changed %(most)d times.") % {"most": MOST}, code="too-often")
    _keep(post)
    rendered = render(words.text, known_handles)
    post.text, post.html, post.warning, post.language = words.text, rendered.html, words.warning, words.language
    post.version, post.edited_at = post.version + 1, timezone.now()
    post.assisted = post.assisted or pair_behind(actor, words.text) is not None
    post.save(update_fields=["text", "html", "warning", "language", "version", "edited_at", "assisted"])
    _link(actor, post, rendered, off)
    lapsing.lapse(post)
    _reconnect(actor, post, rendered)
    watch(post)
    live.post_counts(post.pk)
    return post


def _require_time(post: Post) -> None:
    if timezone.now() - post.created_at > timedelta(hours=policy.EDIT_HOURS):
        message = _("A post can be changed for %(hours)d hours; after that it stays as it is.")
        raise Conflict(message % {"hours": policy.EDIT_HOURS}, code="too-late")
    poll = getattr(post, "poll", None)
    if poll is not None and poll.voters:
        raise Conflict(_("People voted in its poll: what they voted on stays as it is."), code="voted")


def _link(actor: Member, post: Post, rendered: Rendered, off: bool) -> None:
    """The preview of what is the first link now."""
    taken = off or post.quote_of_id or hasattr(post, "poll") or post.images.exists()
    post.preview, post.preview_off = None if taken else preview_for(actor, rendered.link, post.visibility), off
    post.save(update_fields=["preview", "preview_off"])


def _keep(post: Post) -> None:
    PostVersion.objects.create(
        post=post,
        number=post.version,
        text=post.text,
        html=post.html,
        warning=post.warning,
        language=post.language,
        since=post.edited_at or post.created_at,
    )


def _reconnect(actor: Member, post: Post, rendered: Rendered) -> None:
    """Mentions and tags as the new words have them. Whom a post for mentioned people was shown keeps seeing it."""
    mentions = Mention.objects.filter(post=post)
    before = set(mentions.values_list("member", flat=True))
    PostTag.objects.filter(post=post).exclude(tag__name__in=rendered.tags).delete()
    if post.visibility != Visibility.MENTIONED:
        dropped = mentions.exclude(member__handle__in=rendered.handles)
        for mention in dropped.select_related("member"):
            notifications.withdraw(member=mention.member, key=f"mention:{post.pk}")
        dropped.delete()
    attach(post, rendered)
    told = {post.in_reply_to.author_id} if post.in_reply_to else set()
    tell_mentioned(actor, post, before | told)
