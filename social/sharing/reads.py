"""What of people, posts and tags is carried elsewhere. It is the same whoever asks: what a stranger sees, and less.

Behind a content warning only the warning leaves the site: no text, no picture, no quote.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from metya.web.absolute import absolute
from social.posts.models import Post, PostImage, PostQuerySet, PostTag, Tag
from social.posts.reads import PostCard, Row, cards, rows_of
from social.profiles.models import Profile, ProfileQuerySet
from social.search.reads import searchable_by
from social.sharing import policy
from social.sharing.words import html_elsewhere, plain, xml_safe

FEED_SIZE = 20
TITLE = 80


@dataclass(frozen=True)
class Preview:
    """What a link to a page looks like elsewhere; addresses are absolute, ``image`` is empty for the community's own."""

    kind: str
    title: str
    description: str
    url: str
    image: str = ""
    image_alt: str = ""
    width: int = 0
    height: int = 0
    published: datetime | None = None
    # Where programs get the page as a feed, and as a frame.
    feed: str = ""
    oembed: bool = False

    @property
    def shown_image(self) -> str:
        """The picture, or the community's card."""
        return self.image or absolute(static("img/card.png"))

    @property
    def large(self) -> bool:
        """A picture of the post, rather than a face."""
        return bool(self.image) and self.kind == "article"


@dataclass(frozen=True)
class Enclosure:
    url: str
    length: int
    mime: str
    alt: str


@dataclass(frozen=True)
class Entry:
    """A post in a feed."""

    url: str
    title: str
    html: str
    author: str
    author_url: str
    published: datetime
    updated: datetime
    enclosures: list[Enclosure] = field(default_factory=list)


@dataclass(frozen=True)
class FeedPage:
    """The newest posts of a person or with a hashtag; ``since``: its age while it has none."""

    title: str
    subtitle: str
    url: str
    feed_url: str
    entries: list[Entry]
    since: datetime


def carried() -> PostQuerySet:
    """Posts and replies that may be carried elsewhere: ``policy.may_carry`` as a query."""
    return searchable_by(Post.objects.all(), None).public()


def people() -> ProfileQuerySet:
    """Profiles that may be carried elsewhere, with their members."""
    return Profile.objects.visible_to(None).filter(searchable=True).select_related("member")


def carried_card(pk: int) -> PostCard | None:
    """The card of a post as strangers meet it elsewhere; None for what is not carried. At most four queries."""
    found = cards(None, rows_of(carried().filter(pk=pk)))
    return found[0] if found and policy.may_carry(found[0].post) else None


def preview_of_post(post: Post) -> Preview | None:
    """None for what is not carried; no query beyond what the card holds."""
    if not policy.may_carry(post):
        return None
    images = [] if post.warning else post.pictures
    first: PostImage | None = images[0] if images else None
    return Preview(
        kind="article",
        title=byline(post),
        description=plain(post.summary),
        url=absolute(post.get_absolute_url()),
        image=absolute(first.url) if first else "",
        image_alt=plain(first.alt, 400) if first else "",
        width=first.width if first else 0,
        height=first.height if first else 0,
        published=post.created_at,
        oembed=True,
    )


def preview_of_person(profile: Profile) -> Preview | None:
    """None for who is not carried."""
    if not policy.may_carry_person(profile):
        return None
    path = profile.member.get_absolute_url()
    return Preview(
        kind="profile",
        title=f"{xml_safe(profile.name) or profile.member.handle} (@{profile.member.handle})",
        description=plain(profile.bio),
        url=absolute(path),
        image=absolute(profile.picture.url) if profile.picture else "",
        feed=absolute(f"{path}feed.xml"),
    )


def preview_of_tag(name: str, path: str, *, any_carried: bool) -> Preview | None:
    """None for a tag that stands on nothing that is carried: that it exists could tell of others."""
    if not any_carried:
        return None
    text = _("Public posts with this hashtag.")
    return Preview("website", f"#{name}", text, absolute(path), feed=absolute(f"{path}feed.xml"))


def feed_of_person(handle: str) -> FeedPage | None:
    """Their newest posts, without replies and reposts; None for who is not carried. Five queries."""
    profile = Profile.objects.visible_to(None).select_related("member").filter(member__handle=handle).first()
    preview = preview_of_person(profile) if profile else None
    if profile is None or preview is None:
        return None
    rows = rows_of(carried().topmost().filter(author=profile.member).order_by("-pk")[:FEED_SIZE])
    joined = profile.member.joined_at
    return FeedPage(preview.title, preview.description, preview.url, preview.feed, _entries(rows), joined)


def feed_of_tag(name: str, path: str) -> FeedPage | None:
    """The newest posts with a hashtag; None where there is none that is carried. Five queries."""
    tag = Tag.objects.filter(name=name).first()
    rows = tag_rows(tag, FEED_SIZE) if tag else []
    preview = preview_of_tag(name, path, any_carried=bool(rows))
    entries = _entries(rows)
    if preview is None or not entries:
        return None
    return FeedPage(preview.title, preview.description, preview.url, preview.feed, entries, entries[-1].published)


def tag_rows(tag: Tag, size: int) -> list[Row]:
    """The newest carried posts with ``tag``, by the index of its uses; one query."""
    seen = carried().filter(pk=OuterRef("post"))
    uses = PostTag.objects.filter(Exists(seen), tag=tag).order_by("-post_id")
    found = uses.values_list("post_id", "post__quote_of_id")[:size]
    return [Row(pk, quote_of=quote or 0) for pk, quote in found]


def byline(post: Post) -> str:
    """Name and handle of the author."""
    return f"{xml_safe(post.author.profile.name) or post.author.handle} (@{post.author.handle})"


def _entries(rows: list[Row]) -> list[Entry]:
    """Judged once more where it is shown, as every list is."""
    return [_entry(card) for card in cards(None, rows) if policy.may_carry(card.post)]


def _entry(card: PostCard) -> Entry:
    post = card.post
    pictures = [] if post.warning else [_enclosure(image) for image in card.images]
    return Entry(
        url=absolute(card.url),
        title=plain(post.summary, TITLE) or byline(post),
        html=_content(card, pictures),
        author=xml_safe(post.author.profile.name) or post.author.handle,
        author_url=absolute(post.author.get_absolute_url()),
        published=post.created_at,
        updated=post.edited_at or post.created_at,
        enclosures=pictures,
    )


def _content(card: PostCard, pictures: list[Enclosure]) -> str:
    if card.post.warning:
        text = _("Behind a content warning; open the post to read it.")
        return format_html("<p><strong>{}</strong></p><p>{}</p>", xml_safe(card.post.warning), text)
    parts = [mark_safe(html_elsewhere(card.post.html))]  # noqa: S308 - sanitised when it was written
    parts.append(format_html_join("", '<p><img src="{}" alt="{}"></p>', ((one.url, one.alt) for one in pictures)))
    if card.poll:
        parts.append(
            format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((bar.text,) for bar in card.poll.bars)))
        )
    if card.quote and policy.may_carry(card.quote.post):
        text = _("Quotes %(who)s") % {"who": byline(card.quote.post)}
        parts.append(format_html('<p><a href="{}">{}</a></p>', absolute(card.quote.url), text))
    if card.post.assisted:
        parts.append(format_html("<p><small>{}</small></p>", _("Written with the assistant")))
    return xml_safe(SafeString("").join(parts))


def _enclosure(image: PostImage) -> Enclosure:
    try:
        length = image.file.size
    except OSError:  # the file is gone; the post is not
        length = 0
    return Enclosure(absolute(image.url), length, "image/webp", xml_safe(image.alt))
