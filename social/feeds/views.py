"""Home, explore and tags."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from metya.wallets.models import Member
from metya.web import ratelimit
from metya.web.decorators import public
from metya.web.errors import ActionError
from metya.web.http import member_of, viewer_of, wants_json
from metya.web.paging import cursor_from
from social.comparisons import asking
from social.feeds import reads, sides
from social.feeds.completion import completions
from social.follows import nearby as people
from social.posts.forms import Blank
from social.posts.policy import may_speak
from social.posts.reads import CardPage
from social.posts.render import tag_name
from social.ranking.serving import for_you
from social.sharing.policy import may_carry
from social.sharing.reads import preview_of_tag
from social.tags.reads import follows
from social.trends.reads import trends


@public
@require_safe
@vary_on_headers("HX-Request", "Cookie")
def home(request: HttpRequest) -> HttpResponse:
    """What those you follow say; for visitors what Metya is. ``?feed=`` chooses the side, which a cookie keeps.

    Of "Following" ``?before=`` is the next page, ``?since=`` the new cards; of "For you" ``?chain=`` is the next page.
    """
    viewer = viewer_of(request)
    if viewer is None:
        return render(request, "social/feeds/landing.html", {"page": reads.explore_page(None, size=6)})
    since, before = cursor_from(request.GET.get("since")), cursor_from(request.GET.get("before"))
    ranked = since is None and before is None and sides.chosen(request) == sides.FOR_YOU
    answer = _for_you(request, viewer) if ranked else _following(request, viewer, since, before)
    sides.keep(request, answer)
    return answer


def _for_you(request: HttpRequest, viewer: Member) -> HttpResponse:
    """A page of "For you". While staff look nothing is kept of it, so that it says no more than its line why."""
    chain = sides.chain_of(request)
    writing = not viewer.looked_at and request.method == "GET"
    if writing:  # each page is kept for two weeks, so that nobody may have pages without end
        ratelimit.limit("for-you", str(viewer.pk), most=3_000, seconds=86_400)
    found = for_you(viewer, chain, writing=writing)
    question = asking.ask(actor=viewer, slate=found.slate) if found.slate is not None else None
    context = {"feed": found, "page": found.page, "question": question}
    if chain is not None and getattr(request, "htmx", False):
        return render(request, "social/feeds/_ranked_cards.html", context)
    context |= {"first": chain is None, "side": sides.FOR_YOU}
    context["blank"] = Blank.of(viewer) if chain is None else None
    return render(request, "social/feeds/home.html", context)


def _following(request: HttpRequest, viewer: Member, since: int | None, before: int | None) -> HttpResponse:
    if since is not None and getattr(request, "htmx", False):
        page = reads.newer_page(viewer, since)
        return render(request, "social/feeds/_newer_cards.html", {"page": page, "since": max(since, page.newest)})
    page = reads.home_page(viewer, before)
    if before is not None and getattr(request, "htmx", False):
        return _cards(request, page)
    # Nobody speaks here but oneself: as good as empty, and whom to follow is what helps.
    quiet = before is None and page.next is None and all(card.mine for card in page.items)
    context = {
        "page": page,
        "blank": Blank.of(viewer) if before is None else None,
        "quiet": quiet,
        "people": people.suggestions(viewer, 5) if quiet else [],
        "first": before is None,
        "side": sides.FOLLOWING,
    }
    return render(request, "social/feeds/home.html", context)


@require_safe
@never_cache
def newer(request: HttpRequest) -> HttpResponse:
    """``?since=<id>``: how many posts home gained, as JSON ``{count, since}`` or as the button that shows them."""
    since = cursor_from(request.GET.get("since"))
    if since is None:
        raise ActionError(_("Say since which post, like ?since=123."), code="bad-cursor")
    count = reads.newer_count(member_of(request), since)
    if wants_json(request):
        return JsonResponse({"count": count, "since": since})
    return render(request, "social/feeds/_newer.html", {"count": count, "since": since, "most": reads.NEWER_UP_TO})


@public
@require_safe
@vary_on_headers("HX-Request", "Cookie")
def explore(request: HttpRequest) -> HttpResponse:
    """Everyone's public posts, newest first."""
    before = cursor_from(request.GET.get("before"))
    page = reads.explore_page(viewer_of(request), before)
    if before is not None and getattr(request, "htmx", False):
        return _cards(request, page)
    return render(request, "social/feeds/explore.html", {"page": page, "first": before is None})


@public
@require_safe
@vary_on_headers("HX-Request", "Cookie")
def tag(request: HttpRequest, name: str) -> HttpResponse:
    """Posts with a hashtag."""
    before = cursor_from(request.GET.get("before"))
    viewer = viewer_of(request)
    found = reads.tag_page(viewer, tag_name(name), before)
    if found is None:
        raise Http404
    if before is not None and getattr(request, "htmx", False):
        return _cards(request, found.page)
    context = {"tag": found.name, "page": found.page, "first": before is None}
    context |= {"may_follow": viewer is not None and may_speak(viewer), "following": follows(viewer, found.name)}
    carried = any(may_carry(card.post) for card in found.page.items)
    path = reverse("feeds:tag", args=[found.name])
    context["sharing"] = preview_of_tag(found.name, path, any_carried=carried)
    return render(request, "social/feeds/tag.html", context)


@public
@require_safe
def talked_about(request: HttpRequest) -> HttpResponse:
    """The trends, as a card beside the page."""
    return render(request, "social/feeds/_talked_about.html", {"tags": trends(viewer_of(request))})


@require_safe
@never_cache
def complete(request: HttpRequest) -> HttpResponse:
    """``?q=@in`` or ``?q=#ri``: what it may become, as JSON ``{"found": [{"value", "label"}]}``."""
    member = member_of(request)
    ratelimit.limit("complete", str(member.pk), most=240, seconds=60)
    found = completions(member, request.GET.get("q", "").replace("\x00", ""))
    return JsonResponse({"found": [vars(one) for one in found]})


def _cards(request: HttpRequest, page: CardPage) -> HttpResponse:
    """The next page alone: what "load more" puts in its own place."""
    return render(request, "social/posts/_cards.html", {"page": page})
