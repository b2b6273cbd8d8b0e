"""Atom feeds of people and hashtags."""

from hashlib import sha256
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed
from django.utils.feedgenerator import Enclosure as Attached
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from metya.web import ratelimit
from metya.web.decorators import public
from social.posts.render import tag_name
from social.sharing import reads
from social.sharing.reads import FeedPage

# An answer is asked for again each time: what was deleted is not to be shown from somebody's cache.
FRESH = "no-cache"


class _Atom(Atom1Feed):
    """With the posts as HTML content, and an age even while there are none."""

    def latest_post_date(self) -> Any:
        return super().latest_post_date() if self.items else self.feed["since"]

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["html"], {"type": "html"})


@public
@require_safe
def person(request: HttpRequest, handle: str) -> HttpResponseBase:
    """The newest posts of a member."""
    ratelimit.limit("feed", ratelimit.client_bucket(request), most=120, seconds=60)
    if handle != handle.lower():
        return redirect("sharing:person-feed", handle.lower(), permanent=True)
    return _answer(request, reads.feed_of_person(handle))


@public
@require_safe
def tag(request: HttpRequest, name: str) -> HttpResponseBase:
    """The newest posts with a hashtag."""
    ratelimit.limit("feed", ratelimit.client_bucket(request), most=120, seconds=60)
    folded = tag_name(name)
    return _answer(request, reads.feed_of_tag(folded, reverse("feeds:tag", args=[folded])) if folded else None)


def _answer(request: HttpRequest, found: FeedPage | None) -> HttpResponseBase:
    """The feed, or 304 by its ETag. Not by its date: a deletion leaves the date of the newest post as it was, and is to
    be noticed."""
    if found is None:
        raise Http404
    feed = _Atom(
        found.title, found.url, None, subtitle=found.subtitle or None, feed_url=found.feed_url, since=found.since
    )
    for one in found.entries:
        enclosures = [Attached(each.url, str(each.length), each.mime) for each in one.enclosures]
        feed.add_item(
            one.title,
            one.url,
            None,  # type: ignore[arg-type]  # no summary beside the content
            html=one.html,
            author_name=one.author,
            author_link=one.author_url,
            pubdate=one.published,
            updateddate=one.updated,
            unique_id=one.url,
            enclosures=enclosures,
        )
    body = feed.writeString("utf-8")
    etag = f'"{sha256(body.encode()).hexdigest()[:32]}"'
    response = HttpResponse(body, content_type="application/atom+xml; charset=utf-8")
    response["ETag"] = etag
    response["Last-Modified"] = http_date(feed.latest_post_date().timestamp())
    response["Cache-Control"] = FRESH
    return get_conditional_response(request, etag=etag, response=response) or response
