"""What members do with posts. Every verb is idempotent and returns the post as it is afterwards.

Lock order, so that no two verbs wait for each other: the posts concerned by ascending id, then everything else.
"""

from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.errors import Conflict, Invalid, NotAllowed
from social.bookmarks.models import Bookmark
from social.detection.watching import watch
from social.interactions import actions as interactions
from social.interactions.models import Kind
from social.lists.models import MemberList
from social.live import publish as live
from social.moderation.models import Decision, hiding
from social.notifications import actions as notifications
from social.polls.drafting import PollDraft
from social.posts import policy, removal, writing
from social.posts.models import Like, Post, ReplyRule, Visibility
from social.posts.pictures import Attached
from social.posts.writing import Draft

MOST_NEXT = 9  # posts of a thread after the first


def publish(
    *,
    actor: Member,
    text: str,
    visibility: str = Visibility.PUBLIC,
    in_reply_to: Post | None = None,
    quote_of: Post | None = None,
    image: "UploadedFile[Any] | None" = None,
    alt: str = "",
    alt_declined: bool = False,
    client_key: str | None = None,
    for_list: MemberList | None = None,
    replies_from: str = ReplyRule.EVERYONE,
    warning: str = "",
    language: str = "",
    poll: PollDraft | None = None,
    attached: Sequence[Attached] = (),
    no_preview: bool = False,
    suggestion: int | None = None,
) -> Post:
    """Write a post, a reply or a quote, with at most four pictures that are described or declined to be: ``image`` comes
    along, ``attached`` were uploaded before.

    ``suggestion`` is the pair of drafts that the composer took one from; whether the post stems from a draft is
    judged all the same (social.assistant.marking). The same ``client_key`` of the same author makes one post, which a
    repetition of the same text returns. A reply to what is not public is for the same people, and the rule of who may
    reply is that of the conversation. Raises Invalid (text, picture, description, audience), NotAllowed (blocked, not
    public, replies limited), Conflict (what is answered or quoted is gone; "sent": the key was used for another
    text).
    """
    if not policy.may_speak(actor):
        raise NotAllowed(_("Your account cannot post now."))
    if for_list is not None and for_list.owner_id != actor.pk:
        raise NotAllowed(_("Only its owner can write for a list."))
    draft = Draft.clean(
        text,
        visibility,
        image,
        alt,
        alt_declined,
        client_key,
        for_list,
        replies_from,
        warning,
        language,
        poll,
        attached,
        no_preview,
        suggestion,
    )
    return writing.write(actor, draft, in_reply_to, quote_of)


def judge(*, actor: Member, **wanted: Any) -> None:
    """Whether ``publish`` would take these arguments as far as it can be told before; raises what it would raise."""
    if not policy.may_speak(actor):
        raise NotAllowed(_("Your account cannot post now."))
    own = {"in_reply_to", "quote_of"}
    Draft.clean(**{name: value for name, value in wanted.items() if name not in own})


def publish_thread(*, then: Sequence[str], client_key: str | None = None, **first: Any) -> Post:
    """``publish``, and every text of ``then`` that is not empty as an answer to the one before: all of them, or none.

    Returns the first post. The same ``client_key`` again makes nothing new. Raises as ``publish``, with the field "then".
    """
    texts = [text for text in then if text.strip()]
    return _all_of(texts, client_key, first) if texts else publish(client_key=client_key, **first)


@transaction.atomic
def _all_of(texts: list[str], client_key: str | None, first: dict[str, Any]) -> Post:
    top = post = publish(client_key=client_key, **first)
    if len(texts) > MOST_NEXT:
        raise Invalid(
            _("A thread takes at most %(most)d posts at once.") % {"most": MOST_NEXT + 1}, data={"field": "then"}
        )
    for number, text in enumerate(texts, start=1):
        key = f"{client_key[:36]}.{number}" if client_key else None
        alike = {name: first[name] for name in ("actor", "language", "no_preview") if name in first}
        try:
            post = publish(text=text, in_reply_to=post, client_key=key, **alike)
        except Invalid as error:
            message = _("Post %(number)d of the thread: %(reason)s") % {"number": number + 1, "reason": error.message}
            raise Invalid(message, data={"field": "then"}) from error
    return top


@transaction.atomic
def delete(*, actor: Member, post: Post) -> Post:
    """Authors take back their post, which nobody sees from now on: a tombstone stays where others answered it. For a short
    while ``restore`` brings it back; then it is emptied. A repost row is undone as a repost.
    """
    if not policy.may_delete(actor, post):
        raise NotAllowed(_("Only the author can delete a post."))
    if post.repost_of_id is not None:
        return unrepost(actor=actor, post=post)
    removal.hide(post)
    post.refresh_from_db()
    return post


@transaction.atomic
def restore(*, actor: Member, post: Post) -> Post:
    """Authors think better of having deleted their post; twice is harmless. Raises NotAllowed, Conflict "too-late" (also when a
    moderator removed it).
    """
    if not policy.may_restore(actor, post):
        raise NotAllowed(_("Only the author can bring a post back."))
    restored = not Decision.objects.standing().filter(hiding(post.pk)).exists() and removal.restore(post)
    post.refresh_from_db()
    if not restored and not post.present:
        raise Conflict(_("It is too late to bring the post back."), code="too-late")
    watch(post)  # deleted before the detectors came to it
    return post


@transaction.atomic
def like(*, actor: Member, post: Post) -> Post:
    """Like it once, however often this is called."""
    post = _in_hand(actor, post)
    if not policy.may_like(actor, post):
        raise NotAllowed(_("Your account cannot like posts now."))
    if Like.objects.get_or_create(member=actor, post=post, defaults={"version": post.version})[1]:
        removal.count(post, like_count=1)
        interactions.record(source=actor, target=post.author, kind=Kind.LIKE, post=post, public=_public(post))
        notifications.notify(member=post.author, kind="like", actor=actor, post=post, key=f"like:{post.pk}:{actor.pk}")
    return post


@transaction.atomic
def unlike(*, actor: Member, post: Post) -> Post:
    """Take the like back, if there is one; also of a post that may not be seen any more."""
    post = _locked(post)
    if Like.objects.filter(member=actor, post=post).delete()[0]:
        removal.count(post, like_count=-1)
        interactions.undo(source=actor, target=post.author, kind=Kind.LIKE, post=post)
        notifications.withdraw(member=post.author, key=f"like:{post.pk}:{actor.pk}")
    return post


@transaction.atomic
def repost(*, actor: Member, post: Post) -> Post:
    """Show a public post to one's own followers; of a repost, what it repeats. Returns that post."""
    post = _in_hand(actor, post)
    if not policy.may_repeat(actor, post):
        raise NotAllowed(_("Only public posts can be reposted."), code="not-public")
    row, made = Post.objects.present().get_or_create(
        author=actor, repost_of=post, defaults={"text": "", "deleted_at": None, "about_version": post.version}
    )
    if made:
        removal.count(post, repost_count=1)
        interactions.record(source=actor, target=post.author, kind=Kind.REPOST, post=post)
        key = f"repost:{post.pk}:{actor.pk}"
        notifications.notify(member=post.author, kind="repost", actor=actor, post=post, key=key)
        live.feed(row)
    return post


@transaction.atomic
def unrepost(*, actor: Member, post: Post) -> Post:
    """Take the repost back, if there is one."""
    post = _locked(post)
    if Post.objects.filter(author=actor, repost_of=post).delete()[0]:
        removal.count(post, repost_count=-1)
        interactions.undo(source=actor, target=post.author, kind=Kind.REPOST, post=post)
        notifications.withdraw(member=post.author, key=f"repost:{post.pk}:{actor.pk}")
    return post


@transaction.atomic
def bookmark(*, actor: Member, post: Post) -> Post:
    """Keep it where only oneself finds it again; the author is not told."""
    post = _in_hand(actor, post)
    Bookmark.objects.get_or_create(member=actor, post=post)
    return post


@transaction.atomic
def unbookmark(*, actor: Member, post: Post) -> Post:
    """Keep it no longer."""
    post = _locked(post)
    Bookmark.objects.filter(member=actor, post=post).delete()
    return post


def _locked(post: Post) -> Post:
    """The post (of a repost: the original), locked until the transaction ends."""
    rows = Post.objects.select_for_update(no_key=True, of=("self",)).select_related("author")
    return rows.get(pk=post.repost_of_id or post.pk)


def _in_hand(actor: Member, post: Post) -> Post:
    """As ``_locked``; refuses what is deleted or what ``actor`` may not see."""
    post = _locked(post)
    if not Post.objects.visible_to(actor).present().filter(pk=post.pk).exists():
        raise Conflict(_("That post is not there any more."), code="gone", status=404)
    return post


def _public(post: Post) -> bool:
    return post.visibility == Visibility.PUBLIC
