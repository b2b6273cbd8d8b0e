"""How a post comes to be: what was typed is cleaned, then written with everything that belongs to it in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.errors import Conflict, Invalid, NotAllowed
from metya.web.inserting import insert
from metya.web.prepared import Change, Prepared, updating
from social.assistant.marking import pair_behind
from social.assistant.models import DraftPair
from social.detection.watching import watch
from social.drafts import actions as drafts
from social.interactions import actions as interactions
from social.interactions.models import Kind
from social.lists.models import MemberList
from social.live import publish as live
from social.notifications import actions as notifications
from social.polls.drafting import PollDraft
from social.posts import audience, pictures, policy
from social.posts.images import Picture, clean_picture
from social.posts.languages import LANGUAGES
from social.posts.models import Mention, Post, PostImage, ReplyRule, Tag, Visibility
from social.posts.pictures import MAX_ALT, Attached
from social.posts.removal import count
from social.posts.render import MAX_CHARACTERS, Rendered, render
from social.posts.text import clean_line, clean_text
from social.previews.attaching import preview_for
from social.profiles.models import Profile

MAX_NOTIFIED = 20
MAX_WARNING = 100


@dataclass(frozen=True)
class Draft:
    """A post as it will be stored, before anything is written."""

    text: str
    visibility: Visibility
    picture: Picture | None
    alt: str
    alt_declined: bool
    client_key: str | None
    for_list: MemberList | None = None
    replies_from: ReplyRule = ReplyRule.EVERYONE
    warning: str = ""
    language: str = ""
    poll: PollDraft | None = None
    attached: Sequence[Attached] = ()
    no_preview: bool = False
    suggestion: int | None = None

    @classmethod
    def clean(
        cls,
        text: str,
        visibility: str,
        image: "UploadedFile[Any] | None",
        alt: str,
        alt_declined: bool,
        client_key: str | None,
        for_list: MemberList | None = None,
        replies_from: str = ReplyRule.EVERYONE,
        warning: str = "",
        language: str = "",
        poll: PollDraft | None = None,
        attached: Sequence[Attached] = (),
        no_preview: bool = False,
        suggestion: int | None = None,
    ) -> "Draft":
        """Judge and tidy every part; decoding the picture comes last. Raises Invalid with ``data['field']``."""
        clean = clean_text(text, most=MAX_CHARACTERS)
        if visibility not in Visibility.values or (visibility == Visibility.LIST) != (for_list is not None):
            raise Invalid(_("Choose who may see the post."), data={"field": "visibility"})
        if replies_from not in ReplyRule.values:
            raise Invalid(_("Choose who may reply."), data={"field": "replies_from"})
        if language and language not in LANGUAGES:
            raise Invalid(_("Choose a language of the list."), data={"field": "language"})
        caution = clean_line(warning, most=MAX_WARNING, field="warning")
        waiting = pictures.clean(attached, alt_declined)
        picture, description = None, ""
        if image is not None:
            if len(waiting) >= pictures.MOST:
                raise Invalid(
                    _("At most %(most)d pictures are possible.") % {"most": pictures.MOST}, data={"field": "image"}
                )
            description = clean_text(alt, most=MAX_ALT, field="alt", required=False)
            if not description and not alt_declined:
                message = _("Describe the picture for people who cannot see it, or say that you will not.")
                raise Invalid(message, data={"field": "alt"})
            picture = clean_picture(image)
        key = (client_key or "").strip()[:40] or None
        return cls(
            clean,
            Visibility(visibility),
            picture,
            description,
            alt_declined and not description,
            key,
            for_list,
            ReplyRule(replies_from),
            caution,
            language,
            poll,
            waiting,
            no_preview,
            suggestion,
        )

    @property
    def takes_preview(self) -> bool:
        """Where pictures or a poll stand there is no room for one."""
        return not (self.no_preview or self.picture or self.attached or self.poll)


def write(actor: Member, draft: Draft, parent: Post | None, quoted: Post | None) -> Post:
    """Write ``draft``, or return the post that the same form made before; what was kept of the form while it was written goes.

    Raises Conflict "sent" when that post says something else by now: nothing that was typed passes for sent.
    """
    with pictures.files_of_a_failure_removed() as stored, transaction.atomic():
        post = _sent_before(actor, draft) or _write(actor, draft, parent, quoted, stored)
        if draft.client_key is not None:
            drafts.discard(actor=actor, key=draft.client_key)
        return post


def known_handles(handles: tuple[str, ...]) -> set[str]:
    """Which of the handles are members who may be mentioned; one query."""
    members = Member.objects.active().onboarded().filter(handle__in=handles)
    return set(members.values_list("handle", flat=True))


def replies_limited() -> NotAllowed:
    """The error of an answer that the rule of its conversation does not allow."""
    message = _("Whoever opened this conversation chose who may reply, and you are not among them.")
    return NotAllowed(message, code="replies-limited")


_with_key = Prepared(lambda author, key: Post.objects.filter(author=author, client_key=key), "author", "key")


def _sent_before(actor: Member, draft: Draft) -> Post | None:
    if draft.client_key is None:
        return None
    found = next(iter(_with_key(author=actor.pk, key=draft.client_key)), None)
    if found is None or (found.present and found.text == draft.text):
        return found
    if found.present:
        message = _("Something else was posted with this form already. Send it again to post this as well.")
    else:
        message = _("You posted this already and deleted it since. Send it again to post it anew.")
    raise Conflict(message, code="sent", data={"field": "client_key"})


def _write(actor: Member, draft: Draft, parent: Post | None, quoted: Post | None, stored: list[str]) -> Post:
    parent, quoted = _in_hand(actor, parent, quoted)
    rendered = render(draft.text, known_handles)
    about = parent or quoted
    behind = pair_behind(actor, draft.text, draft.suggestion)
    bounds = _bounds(draft, parent)
    linked = draft.takes_preview and quoted is None
    post = Post(
        author=actor,
        text=draft.text,
        html=rendered.html,
        warning=draft.warning,
        language=draft.language,
        in_reply_to=parent,
        root_id=(parent.root_id or parent.pk) if parent else None,
        quote_of=quoted,
        client_key=draft.client_key,
        about_version=about.version if about else 1,
        replies_from=parent.replies_from if parent else draft.replies_from,
        preview=preview_for(actor, rendered.link, bounds["visibility"]) if linked else None,
        preview_off=draft.no_preview,
        assisted=behind is not None,
        **bounds,
    )
    if not insert(post):
        earlier = _sent_before(actor, draft)  # by a request of this moment
        assert earlier is not None  # noqa: S101 - nothing else is there once
        return earlier
    if draft.picture is not None:
        image = PostImage(post=post, member=actor, alt=draft.alt, alt_declined=draft.alt_declined)
        image.file.save("picture.webp", draft.picture.as_file(), save=False)
        stored.append(str(image.file.name))
        image.save()
    pictures.take(actor, post, draft.attached, stored)
    _posted(member=actor.pk, language=draft.language)
    if draft.poll is not None:
        draft.poll.store(post.pk)
    if behind is not None:
        DraftPair.objects.filter(pk=behind.pk, post=None).update(post=post)
    attach(post, rendered)
    _include(post, parent)
    _connect(actor, post, parent, quoted, rendered.handles)
    watch(post)
    return post


_posted = Change(
    lambda member, language: updating(
        Profile.objects.filter(member=member), post_count=F("post_count") + 1, writes_in=language
    ),
    "member",
    "language",
)


def _bounds(draft: Draft, parent: Post | None) -> dict[str, Any]:
    """Who may see it: an answer to what is not public keeps the bound of what it answers."""
    if parent is None or parent.visibility == Visibility.PUBLIC:
        return {"visibility": draft.visibility, "for_list": draft.for_list}
    owner = None if parent.visibility == Visibility.MENTIONED else parent.audience_id or parent.author_id
    return {"visibility": parent.visibility, "audience_id": owner, "for_list_id": parent.for_list_id}


def _include(post: Post, parent: Post | None) -> None:
    """Who takes part in a conversation of the people mentioned stays in it: an answer is for all of them."""
    if post.visibility != Visibility.MENTIONED:
        return
    if parent is not None and parent.visibility == Visibility.MENTIONED:
        ids = {*parent.mentions.values_list("member", flat=True), parent.author_id} - {post.author_id}
        Mention.objects.bulk_create([Mention(post=post, member_id=pk) for pk in sorted(ids)], ignore_conflicts=True)
    elif not post.mentions.exclude(member=post.author_id).exists():
        message = _("Mention somebody, like @handle, or choose who else may see it.")
        raise Invalid(message, data={"field": "visibility"})


def _in_hand(actor: Member, parent: Post | None, quoted: Post | None) -> tuple[Post | None, Post | None]:
    """What is answered and quoted (of a repost: the original), locked, visible to ``actor`` and open to it."""
    if parent is None and quoted is None:
        return None, None
    wanted = [post.repost_of_id or post.pk if post else 0 for post in (parent, quoted)]
    rows = Post.objects.select_for_update(no_key=True, of=("self",)).select_related("author").order_by("pk")
    locked = {row.pk: row for row in rows.filter(pk__in=wanted)} if any(wanted) else {}
    roots = [row.root_id for row in locked.values() if row.root_id and row.pk == wanted[0]]
    visible = Post.objects.visible_to(actor).filter(pk__in=[*locked, *roots]) if locked else Post.objects.none()
    seen = set(visible.values_list("pk", flat=True))
    parent, quoted = locked.get(wanted[0]), locked.get(wanted[1])
    for pk, post in zip(wanted, (parent, quoted), strict=True):
        if pk and (post is None or pk not in seen or not post.present):
            raise Conflict(_("That post is not there any more."), code="gone", status=404)
    if parent and parent.root_id and parent.root_id not in seen and _walled(actor, parent.root_id):
        raise NotAllowed(_("You cannot reply in this conversation."), code="blocked")
    if parent and not Post.objects.answerable_by(actor).filter(pk=parent.pk).exists():
        raise replies_limited()
    if quoted and not policy.may_repeat(actor, quoted):
        raise NotAllowed(_("Only public posts can be quoted."), code="not-public")
    return parent, quoted


def _walled(actor: Member, root_id: int) -> bool:
    """Whether whoever opened the conversation and ``actor`` block each other (a deleted opening closes nothing)."""
    author = Post.objects.filter(pk=root_id).values("author")
    return actor.blocking.filter(target__in=author).exists() or actor.blocked_by.filter(source__in=author).exists()


def attach(post: Post, rendered: Rendered) -> None:
    """Mentions and tags of a post, as far as it has them not yet."""
    if rendered.handles:
        members = dict(Member.objects.filter(handle__in=rendered.handles).values_list("handle", "pk"))
        # In the order of the text: the first are told.
        named = [members[handle] for handle in rendered.handles if handle in members]
        Mention.objects.bulk_create([Mention(post=post, member_id=pk) for pk in named], ignore_conflicts=True)
    if rendered.tags and _tag(post, rendered.tags) < len(rendered.tags):
        known = Tag.objects.filter(name__in=rendered.tags).values_list("name", flat=True)
        new = sorted({*rendered.tags} - {*known})
        Tag.objects.bulk_create([Tag(name=name) for name in new], ignore_conflicts=True)
        _tag(post, rendered.tags)


def _tag(post: Post, names: tuple[str, ...]) -> int:
    """Give it those of the tags that there are and that it does not have; how many."""
    marks = ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        cursor.execute(_TAG.format(marks=marks), [post.pk, *names])
        return int(cursor.rowcount)


_TAG = """
INSERT INTO social_posttag (post_id, tag_id) SELECT %s, t.id FROM social_tag t WHERE t.name IN ({marks})
ON CONFLICT DO NOTHING
"""


def _connect(actor: Member, post: Post, parent: Post | None, quoted: Post | None, handles: tuple[str, ...]) -> None:
    """Counters, facts, notifications and live hints of a new post that names ``handles``."""
    public = post.visibility == Visibility.PUBLIC
    if parent is not None:
        count(parent, reply_count=1)
        interactions.record(source=actor, target=parent.author, kind=Kind.REPLY, post=post, public=public)
        notifications.notify(member=parent.author, kind="reply", actor=actor, post=post, key=f"reply:{post.pk}")
        live.thread(post.root_id or post.pk, post.pk)
    else:
        live.feed(post)
    if quoted is not None:
        count(quoted, quote_count=1)
        interactions.record(source=actor, target=quoted.author, kind=Kind.QUOTE, post=post, public=public)
        if audience.among(post, [quoted.author_id]):
            notifications.notify(member=quoted.author, kind="quote", actor=actor, post=post, key=f"quote:{post.pk}")
    told = {member.pk for member in (parent and parent.author, quoted and quoted.author) if member}
    if handles or post.visibility == Visibility.MENTIONED:
        tell_mentioned(actor, post, told)


def tell_mentioned(actor: Member, post: Post, told: set[int]) -> None:
    """The first MAX_NOTIFIED of those mentioned who may see the post and were not told otherwise."""
    ids = list(post.mentions.exclude(member__in=told | {actor.pk}).order_by("pk").values_list("member", flat=True))
    allowed = audience.among(post, ids)
    ids = [pk for pk in ids if pk in allowed]
    members = Member.objects.in_bulk(ids[:MAX_NOTIFIED])
    for pk in ids[:MAX_NOTIFIED]:
        notifications.notify(member=members[pk], kind="mention", actor=actor, post=post, key=f"mention:{post.pk}")
