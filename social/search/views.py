"""The search page, and whether one is found by it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from metya.wallets.models import Member
from metya.web import ratelimit
from metya.web.decorators import public
from metya.web.errors import Invalid
from metya.web.http import local_path, member_of, viewer_of
from metya.web.paging import cursor_from
from social.posts.render import tag_name
from social.search import actions, reads
from social.search.query import Query, parse, tidy
from social.trends.reads import trends


@public
@require_safe
@vary_on_headers("HX-Request", "Cookie")
def results(request: HttpRequest) -> HttpResponse:
    """``?q=`` in one of three tabs; for htmx what was found alone, with ``before`` or ``after`` the next page alone."""
    viewer = viewer_of(request)
    key = str(viewer.pk) if viewer else ratelimit.client_bucket(request)
    ratelimit.limit("search", key, most=120 if viewer else 60, seconds=60)
    query = parse(request.GET.get("q", ""))
    tab = request.GET.get("tab", reads.POSTS)
    if tab not in reads.TABS:
        tab = reads.POSTS
    before, after = cursor_from(request.GET.get("before")), tag_name(tidy(request.GET.get("after", "")))
    context = {"query": query, "tab": tab, "tabs": _tabs(query), "keep": f"{_asked(query, tab)}&"}
    context["named"] = _named(query) if tab == reads.POSTS else None
    context["trends"] = [] if query.text else trends(viewer)
    context |= _found(viewer, query, tab, before, after) | {"first": before is None and not after}
    if not getattr(request, "htmx", False):
        return render(request, "social/search/results.html", context)
    return render(request, _NEXT[tab] if not context["first"] else "social/search/_found.html", context)


@require_POST
def listed(request: HttpRequest) -> HttpResponseBase:
    """``searchable`` yes or no: whether search finds the member and their posts."""
    choice = request.POST.get("searchable")
    if choice not in ("yes", "no"):
        raise Invalid(_("Say yes or no."), data={"field": "searchable"})
    actions.set_searchable(actor=member_of(request), searchable=choice == "yes")
    text = _("Search finds you now.") if choice == "yes" else _("Search does not find you any more.")
    messages.success(request, text)
    return redirect(local_path(request.POST.get("next"), "/settings/profile/"))


_NEXT = {
    reads.POSTS: "social/posts/_cards.html",
    reads.PEOPLE: "social/follows/_people.html",
    reads.TAGS: "social/search/_tags.html",
}


def _found(viewer: Member | None, query: Query, tab: str, before: int | None, after: str) -> dict[str, Any]:
    """The page of the tab, and what is to be said about the question."""
    hints = query.hints + (reads.unknown_authors(viewer, query) if tab == reads.POSTS else [])
    if tab == reads.PEOPLE:
        return {"page": reads.people_page(viewer, query, before), "hints": hints}
    if tab == reads.TAGS:
        return {"page": reads.tags_page(viewer, query, after), "hints": hints}
    return {"page": reads.posts_page(viewer, query, before), "hints": hints}


def _tabs(query: Query) -> list[tuple[str, str, str]]:
    """(tab, its name, its address) of the same question."""
    names = {reads.POSTS: _("Posts"), reads.PEOPLE: _("People"), reads.TAGS: _("Tags")}
    return [(tab, name, f"?{_asked(query, tab)}") for tab, name in names.items()]


def _named(query: Query) -> tuple[str, str] | None:
    """(handle, where people of that name are found), for who types @name under Posts."""
    handle = query.named
    return (handle, f"?{urlencode({'q': f'@{handle}', 'tab': reads.PEOPLE})}") if handle else None


def _asked(query: Query, tab: str) -> str:
    asked = QueryDict(mutable=True)
    asked["q"], asked["tab"] = query.text, tab
    return asked.urlencode()
