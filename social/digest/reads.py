"""What goes into a mail: as the pages show it now, and of posts only what may leave the site."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.absolute import absolute
from social.digest.models import Frequency, MailDigest
from social.feeds.reads import home_page
from social.notifications import reads as notifications
from social.notifications.models import Notification, NotificationKind
from social.notifications.reads import Told
from social.notifications.words import sentence
from social.posts.models import Post
from social.posts.reads import PostCard
from social.profiles.models import name_of
from social.sharing import policy
from social.sharing.words import plain

LINES = 10
POSTS = 3
_LOOKED_AT = 60
_EXCERPT = 160
_SPAN = {Frequency.DAILY: timedelta(days=1), Frequency.WEEKLY: timedelta(days=7)}


@dataclass(frozen=True)
class MailSettings:
    """``row`` is the member's (None: never given); ``sends``: whether this community sends mail at all, ``into``: the folder of a
    demo that sends none in earnest."""

    row: MailDigest | None
    sends: bool
    into: str


@dataclass(frozen=True)
class MailLine:
    """Who did what; ``excerpt`` of the post, or that it is not for an e-mail."""

    words: str
    excerpt: str
    url: str


@dataclass(frozen=True)
class MailPost:
    """A public post of somebody whom the member follows."""

    by: str
    text: str
    url: str


@dataclass(frozen=True)
class Digest:
    """``unread`` lines wait in all (up to 100), ``newest`` is the highest id that was looked at."""

    lines: list[MailLine]
    posts: list[MailPost]
    unread: int
    newest: int

    @property
    def more(self) -> bool:
        """Whether the page has more than the mail."""
        return self.unread > len(self.lines)

    @property
    def unread_label(self) -> str:
        return notifications.bell_label(self.unread)


def mail_settings(member: Member) -> MailSettings:
    """One query."""
    row = MailDigest.objects.filter(pk=member.pk).first()
    return MailSettings(row, settings.SENDS_MAIL, str(getattr(settings, "EMAIL_FILE_PATH", None) or ""))


def digest_of(row: MailDigest, now: datetime) -> Digest:
    """What is new to the member since their last mail; in the language that is active."""
    member = row.member
    found = [told for told in notifications.notifications_page(member).items if _is_new(told, row)]
    newest = Notification.objects.of(member).order_by("-pk").values_list("pk", flat=True).first() or 0
    return Digest(
        lines=[_line(told) for told in found[:LINES]],
        posts=_posts(member, now - _SPAN.get(Frequency(row.frequency), timedelta(days=1))),
        unread=notifications.bell_of(member).unread,
        newest=newest,
    )


def _is_new(told: Told, row: MailDigest) -> bool:
    return told.unread and told.row.pk > row.seen_up_to


def _line(told: Told) -> MailLine:
    row = told.row
    # What moderators decided, and why somebody's payout waits, is for the page, behind the sign-in; what was published for the
    # member is named.
    if row.kind == NotificationKind.NOTICE:
        words = _("A notice about your posts or your account")
    elif row.kind == NotificationKind.PAYOUT:
        words = row.said_outside or _("News about a payout of yours")
    else:
        words = sentence(told)
    return MailLine(words, _excerpt(row.post) if row.post else "", absolute(row.target_url))


def _excerpt(post: Post) -> str:
    """An e-mail lies with others: it quotes what is public, by people who may be found outside, and nothing else."""
    return plain(post.summary, _EXCERPT) if policy.may_carry(post) else _("A post that is not for everyone.")


def _posts(member: Member, since: datetime) -> list[MailPost]:
    """What had most response of what the member's home holds, as it holds it."""
    cards = [card for card in home_page(member, size=_LOOKED_AT).items if _may_lead(card, since)]
    cards.sort(key=lambda card: card.post.like_count + card.post.repost_count + card.post.reply_count, reverse=True)
    return [MailPost(_name(card), plain(card.post.summary, _EXCERPT), absolute(card.url)) for card in cards[:POSTS]]


def _may_lead(card: PostCard, since: datetime) -> bool:
    post = card.post
    alone = card.reposted_by is None and post.in_reply_to_id is None and not card.mine and not card.muted
    return alone and bool(post.summary) and post.created_at >= since and policy.may_carry(post)


def _name(card: PostCard) -> str:
    return f"{name_of(card.post.author)} (@{card.post.author.handle})"
