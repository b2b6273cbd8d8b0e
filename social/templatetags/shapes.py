"""Posts, which look alike many times on a page: see metya.web.shapes."""

from collections.abc import Iterable
from html import escape
from typing import Any
from urllib.parse import quote

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.safestring import SafeString

from metya.web.files import url_of
from metya.web.shapes import Shapes, stand_ins
from social.posts.models import Post, PostImage
from social.posts.reads import PostCard
from social.previews.models import LinkPreview
from social.profiles.models import name_of
from social.templatetags.metya import Clock, compact, face, focus

register = template.Library()

# What decides which parts the row has.
_FLAGS = (
    "may_act", "may_reply", "may_repost", "may_edit", "may_unlink", "may_delete", "may_pin", "may_label", "pinned", "reposted",
    "liked", "bookmarked",
)  # fmt: skip
_VERBS = ("pk", "handle", "replies", "reposts", "likes", "back")
_BYLINE = ("pk", "handle", "name", "age")
_ARTICLE = (
    "pk", "by", "handle", "face", "byline", "answered", "body", "verbs", "reposter", "repostername", "tag", "tagged",
    "why", "slate",
)  # fmt: skip
_BODY = ("warning", "labels", "language", "html", "pictures", "poll", "preview", "quote")
_LINKED = ("pk", "href", "host", "title", "description", "src", "width", "height")
_IMAGE = ("src", "width", "height", "alt", "focus")


@register.simple_tag(takes_context=True)
def fixed(context: Context, name: str, **decides: bool) -> SafeString:
    """A template that depends on nothing but the language and what is given here."""
    return SafeString(_shapes(context).parts(name, tuple(decides.values()), lambda: decides)[0])


@register.simple_tag(takes_context=True)
def articles(context: Context, cards: Iterable[PostCard], fresh: bool = False) -> SafeString:
    """A list of posts; of those that are gone, that they are."""
    parts = Parts(context)
    return SafeString("".join([parts.gone(card) if card.gone else parts.article(card, fresh) for card in cards]))


@register.simple_tag(takes_context=True)
def article(context: Context, card: PostCard, fresh: bool = False, on_top: bool = False) -> SafeString:
    """A post in a list; ``on_top`` of a page because its author pinned it."""
    return Parts(context).article(card, bool(fresh), bool(on_top))


@register.simple_tag(takes_context=True)
def verbs(context: Context, card: PostCard) -> SafeString:
    """The row of verbs under a post; its buttons belong to the one form of the page (``_deeds.html``)."""
    return Parts(context).verbs(card)


@register.simple_tag(takes_context=True)
def byline(context: Context, post: Post) -> SafeString:
    """Who wrote a post, when, and for whom where that is not everyone."""
    return Parts(context).byline(post)


@register.simple_tag(takes_context=True)
def body(context: Context, card: PostCard, large: bool = False, inner: bool = False) -> SafeString:
    """Text, pictures, link preview and quote of a post; ``large`` for the one a page is about, ``inner`` for a quoted one."""
    return Parts(context).body(card, large=large, inner=inner)


@register.simple_tag(takes_context=True)
def quoted(context: Context, card: PostCard) -> SafeString:
    """A post as a quiet inset: what is quoted, or kept."""
    return Parts(context).quoted(card)


def _shapes(context: Context) -> Shapes:
    return Shapes(context.template.engine)  # type: ignore[union-attr]


class Parts:
    """The parts of posts, for one list of them."""

    def __init__(self, context: Context) -> None:
        self._context, self._shapes, self._clock = context, _shapes(context), Clock()
        request = context.get("request")
        self._way_back = request is not None and request.method == "GET"
        self._back = escape(quote(request.get_full_path(), safe="/")) if request else ""

    def gone(self, card: PostCard) -> SafeString:
        return self._shapes.fill("social/posts/_gone.html", (), lambda: stand_ins(("pk",)), {"pk": str(card.pk)})

    def article(self, card: PostCard, fresh: bool = False, on_top: bool = False) -> SafeString:
        author, reposter = card.post.author, card.reposted_by
        around = (reposter is not None, bool(card.reply_to), bool(card.tag), bool(card.why), bool(card.slate))
        flags = (card.up, card.down, fresh, on_top, *around)

        def values() -> dict[str, Any]:
            names = ("up", "down", "fresh", "pinned", "reposted", "answers", "followed", "ranked", "kept")
            return {"card": dict(zip(names, flags, strict=True)) | stand_ins(_ARTICLE)}

        filled = {
            "pk": str(card.pk),
            "by": f"{author.pk} {reposter.pk}" if reposter else str(author.pk),
            "handle": escape(author.handle),
            "face": face(author),
            "byline": self.byline(card.post),
            "answered": escape(card.reply_to),
            "tag": escape(card.tag),
            "tagged": escape(reverse("feeds:tag", args=[card.tag])) if card.tag else "",
            "why": escape(card.why),
            "slate": str(card.slate),
            "body": self.body(card),
            "verbs": self.verbs(card),
        }
        if reposter is not None:
            filled |= {"reposter": escape(reposter.handle), "repostername": escape(name_of(reposter))}
        return self._shapes.fill("social/posts/_article.html", flags, values, filled)

    def verbs(self, card: PostCard) -> SafeString:
        flags = (*[bool(getattr(card, flag)) for flag in _FLAGS], self._way_back)

        def values() -> dict[str, Any]:
            return {"card": dict(zip((*_FLAGS, "way_back"), flags, strict=True)) | stand_ins(_VERBS)}

        filled = {
            "pk": str(card.pk),
            "handle": escape(card.post.author.handle),
            "replies": compact(card.replies),
            "reposts": compact(card.reposts),
            "likes": compact(card.likes),
            "back": self._back,
        }
        return self._shapes.fill("social/posts/_verbs.html", flags, values, filled)

    def byline(self, post: Post) -> SafeString:
        author, flags = post.author, (post.visibility, post.version > 1)

        def values() -> dict[str, Any]:
            return {"post": dict(zip(("visibility", "edited"), flags, strict=True)) | stand_ins(_BYLINE)}

        filled = {"pk": str(post.pk), "handle": escape(author.handle), "name": escape(name_of(author))}
        return self._shapes.fill(
            "social/posts/_byline.html", flags, values, filled | {"age": self._clock.ago(post.created_at)}
        )

    def body(self, card: PostCard, *, large: bool = False, inner: bool = False) -> SafeString:
        post, poll, pictures = card.post, card.poll, card.images
        preview = None if inner else card.preview
        quoted = "" if inner else self._quote(card)
        long = card.long and not large
        folded, labels = self._labels(card) if card.labels else ("", "")
        warning = " · ".join(filter(None, (folded, escape(post.warning)))) if folded else escape(post.warning)
        flags = (bool(warning), bool(post.language), large, long, card.gallery if pictures else "", bool(poll))

        def values() -> dict[str, Any]:
            names = ("warned", "said_in", "large", "long", "gallery", "polled")
            return {"card": dict(zip(names, flags, strict=True)) | stand_ins(_BODY)}

        filled = {
            "warning": warning,
            "labels": labels,
            "language": escape(post.language),
            "html": post.html,
            "pictures": "".join([self._image(image) for image in pictures]),
            "poll": self._rendered("social/polls/_poll.html", {"card": card, "poll": poll}) if poll else "",
            "preview": self._linked(card, preview) if preview else "",
            "quote": quoted,
        }
        return self._shapes.fill("social/posts/_body.html", flags, values, filled)

    def _quote(self, card: PostCard) -> str:
        """The post that is quoted, if any."""
        if card.quote is None and not card.quote_gone:
            return ""
        if card.quote is not None and not card.quote.muted and not card.quote.hidden:
            return self.quoted(card.quote)
        url = escape(card.quote.url) if card.quote else ""
        why = "" if card.quote is None else "muted" if card.quote.muted else "hidden"
        values = {"why": why} | stand_ins(("url",))
        return self._shapes.fill("social/posts/_quote.html", why, lambda: values, {"url": url})

    def _labels(self, card: PostCard) -> tuple[str, str]:
        """What the post is folded behind, if anything, and its badges."""
        if card.labels is None:
            return "", ""
        said = [f"{escape(one.name)} (@{escape(one.handle)}): {escape(one.reason)}" for one in card.labels.folding]
        return " · ".join(said), "".join([self._badge(card, name) for name in card.labels.shown])

    def _badge(self, card: PostCard, name: str) -> SafeString:
        values = {"card": stand_ins(("pk", "name"))}
        filled = {"pk": str(card.pk), "name": escape(name)}
        return self._shapes.fill("social/labels/_badge.html", (), lambda: values, filled)

    def quoted(self, card: PostCard) -> SafeString:
        """The post ``card`` as a quiet inset."""
        filled = {"url": escape(card.url), "who": self.byline(card.post), "body": self.body(card, inner=True)}
        names = ("url", "who", "body")
        return self._shapes.fill("social/posts/_quoted.html", (), lambda: {"card": stand_ins(names)}, filled)

    def _image(self, image: PostImage) -> SafeString:
        filled = {
            "src": escape(image.url),
            "width": str(image.width),
            "height": str(image.height),
            "alt": escape(image.alt),
            "focus": focus(image),
        }
        return self._shapes.fill("social/posts/_image.html", (), lambda: {"image": stand_ins(_IMAGE)}, filled)

    def _linked(self, card: PostCard, found: LinkPreview) -> SafeString:
        """What the first link of a post leads to."""
        flags = (bool(found.picture), found.wide, bool(found.description))

        def values() -> dict[str, Any]:
            return {"link": dict(zip(("picture", "wide", "about"), flags, strict=True)) | stand_ins(_LINKED)}

        filled = {
            "pk": str(card.pk),
            "href": escape(found.url),
            "host": escape(found.host.removeprefix("www.")),
            "title": escape(found.title),
            "description": escape(found.description),
            "src": escape(url_of(found.picture)) if found.picture else "",
            "width": str(found.width),
            "height": str(found.height),
        }
        return self._shapes.fill("social/previews/_preview.html", flags, values, filled)

    def _rendered(self, name: str, values: dict[str, Any]) -> str:
        """A template that is no shape, in the context of the page."""
        found = self._context.template.engine.get_template(name)  # type: ignore[union-attr]
        with self._context.push(**values):
            return found.render(self._context)
