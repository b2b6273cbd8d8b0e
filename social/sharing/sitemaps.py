"""Where search engines look. Sections are ranges of ids: however many posts there are, one answer stays as large as it is."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap as rendered
from django.db.models import Max, Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from metya.web import ratelimit
from metya.web.absolute import absolute
from metya.web.decorators import public
from social.posts.models import Post
from social.profiles.models import Profile
from social.sharing import reads

# Ids in a section, and sections in the index (50,000 is what the format allows).
IDS, MOST_SECTIONS = 5_000, 50_000
PAGES = ("/", "/explore/", "/help/", "/rules/", "/transparency/", "/transparency/log/", "/rewards/epochs/")
# What only members see, or what is a tool rather than a page.
CLOSED = (
    "/account/", "/admin/", "/bookmarks/", "/complete/", "/drafts/", "/feeds/", "/live/", "/messages/",
    "/notifications/", "/people/", "/posts/new/", "/posts/counts/", "/rewards/claim/", "/search/", "/settings/",
    "/share/", "/sign-in/", "/wallets/", "/welcome/",
)  # fmt: skip


class _Section(Sitemap[Any]):
    """Addresses begin with the site's own origin, whatever Host was asked."""

    limit = 50_000

    def __init__(self, number: int = 0) -> None:
        self.ids = range(number * IDS, (number + 1) * IDS)

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        return settings.SITE_DOMAIN


class Pages(_Section):
    """The few pages that are there for everyone."""

    def items(self) -> Iterable[str]:
        return PAGES

    def location(self, item: str) -> str:
        return item


class People(_Section):
    """Members who may be carried and wrote something."""

    def items(self) -> Iterable[Profile]:
        rows = reads.people().filter(pk__gte=self.ids.start, pk__lt=self.ids.stop, post_count__gt=0)
        return list(rows.order_by("pk"))

    def location(self, item: Profile) -> str:
        return item.member.get_absolute_url()


class Posts(_Section):
    """Posts that open a conversation; what answers them stands on their page."""

    def items(self) -> Iterable[Post]:
        rows = reads.carried().topmost().filter(pk__gte=self.ids.start, pk__lt=self.ids.stop)
        return list(rows.order_by("pk").only("pk", "created_at", "edited_at", "repost_of"))

    def location(self, item: Post) -> str:
        return item.get_absolute_url()

    def lastmod(self, item: Post) -> datetime:
        return item.edited_at or item.created_at


SECTIONS: dict[str, type[_Section]] = {"pages": Pages, "people": People, "posts": Posts}
MODELS: dict[str, type[Model]] = {"people": Profile, "posts": Post}


@public
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every section; two queries for the highest ids."""
    ratelimit.limit("sitemap", ratelimit.client_bucket(request), most=60, seconds=60)
    paths = [reverse("sharing:sitemap", args=["pages", 0])]
    for kind, model in MODELS.items():
        last = _last(model)
        numbers = range(max(0, last + 1 - MOST_SECTIONS // 2 + 1), last + 1)
        paths += [reverse("sharing:sitemap", args=[kind, number]) for number in numbers]
    context = {"sitemaps": [{"location": absolute(path)} for path in paths]}
    return render(request, "sitemap_index.xml", context, content_type="application/xml")


@public
@require_safe
def section(request: HttpRequest, kind: str, number: int) -> HttpResponseBase:
    """The addresses of one section; 404 beyond the last."""
    ratelimit.limit("sitemap", ratelimit.client_bucket(request), most=60, seconds=60)
    model = MODELS.get(kind)
    if kind not in SECTIONS or number > (_last(model) if model else 0):
        raise Http404
    return rendered(request, {kind: SECTIONS[kind](number)}, section=kind)


@public
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers leave alone, and where the sitemap is."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), "", f"Sitemap: {absolute('/sitemap.xml')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def _last(model: type[Model]) -> int:
    """The number of the last section."""
    highest: int | None = model._default_manager.aggregate(highest=Max("pk"))["highest"]
    return (highest or 0) // IDS
