"""A post within somebody else's page: oEmbed tells of it, a small page without scripts is framed."""

import re
from typing import Any
from urllib.parse import urlsplit

from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from metya.web import ratelimit
from metya.web.absolute import absolute
from metya.web.decorators import public
from social.posts.models import Post
from social.posts.reads import PostCard
from social.profiles.models import name_of
from social.sharing import policy, reads
from social.sharing.words import plain

WIDTH, NARROWEST = 550, 220
SHORTEST, TALLEST = 180, 720
CACHE_SECONDS = 3600
_PATH = re.compile(r"/posts/([1-9][0-9]{0,17})/?")


@public
@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """``?url=`` of a post as oEmbed of type rich; 404 alike for what is not there and what may not be seen, 501 for
    formats other than JSON."""
    ratelimit.limit("oembed", ratelimit.client_bucket(request), most=120, seconds=60)
    if request.GET.get("format", "json") != "json":
        return _json({"error": _("Only format=json is offered.")}, 501)
    card = _asked_for(request.GET.get("url", ""))
    if card is None:
        return _json({"error": _("There is no such public post.")}, 404)
    width = min(WIDTH, max(NARROWEST, _number(request.GET.get("maxwidth"), WIDTH)))
    height = min(_height(card, width), max(SHORTEST, _number(request.GET.get("maxheight"), TALLEST)))
    author = card.post.author
    title = reads.byline(card.post)
    return _json(
        {
            "version": "1.0",
            "type": "rich",
            "title": f"{title}: {plain(card.post.summary, reads.TITLE)}",
            "author_name": name_of(author),
            "author_url": absolute(author.get_absolute_url()),
            "provider_name": settings.COMMUNITY_NAME,
            "provider_url": settings.SITE_URL,
            "cache_age": CACHE_SECONDS,
            "width": width,
            "height": height,
            "html": format_html(
                '<iframe src="{}" width="{}" height="{}" title="{}" loading="lazy" frameborder="0"></iframe>',
                absolute(f"/posts/{card.pk}/embed/"),
                width,
                height,
                title,
            ),
        }
    )


@public
@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"], "script-src": ["'none'"], "form-action": ["'none'"]})  # type: ignore[untyped-decorator]
def embed(request: HttpRequest, pk: int) -> HttpResponse:
    """A post as strangers see it, to be framed by anybody: no script, no form, nothing of who is signed in."""
    ratelimit.limit("embed", ratelimit.client_bucket(request), most=300, seconds=60)
    card = reads.carried_card(pk)
    if card is None:
        raise Http404
    quote = card.quote if card.quote and policy.may_carry(card.quote.post) else None
    response = render(request, "social/sharing/embed.html", {"card": card, "quote": quote})
    response["Cache-Control"] = "no-cache"
    response["X-Robots-Tag"] = "noindex"
    return response


def _asked_for(url: str) -> PostCard | None:
    """The post at an address of this site; scheme and host as people write them, with what trackers add behind."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if f"{parts.scheme}://{parts.netloc}".lower() != settings.SITE_URL:
        return None
    match = _PATH.fullmatch(parts.path)
    return reads.carried_card(int(match[1])) if match else None


def _height(card: PostCard, width: int) -> int:
    """About as tall as it will be: without scripts a frame does not measure itself. Where it is too low, it scrolls."""
    post: Post = card.post
    if post.warning:
        return SHORTEST
    line = max(20, (width - 40) // 8)
    lines = sum(1 + len(part) // line for part in post.text.split("\n"))
    height = 130 + 24 * lines + (320 if card.images else 0) + (90 if card.quote or card.poll else 0)
    return max(SHORTEST, min(TALLEST, height))


def _json(body: dict[str, Any], status: int = 200) -> JsonResponse:
    """Readable by scripts of any page: it is the same for everybody."""
    response = JsonResponse(body, status=status)
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _number(raw: str | None, default: int) -> int:
    return int(raw) if raw and raw.isascii() and raw.isdigit() and len(raw) < 7 else default
