"""The community's model in public: what is in use, what changed, every round and its record."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from metya.web.absolute import absolute
from metya.web.decorators import public
from metya.web.http import viewer_of
from metya.web.paging import cursor_from
from metya.web.public_files import public_file
from social.training import folders, pictures, reads


@public
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What orders everybody's "For you", how well, and how it came to be."""
    page = reads.rounds_page(cursor_from(request.GET.get("before")))
    if getattr(request, "htmx", False):
        response = render(request, "social/training/_rounds.html", {"page": page})
    else:
        now = reads.now(viewer_of(request))
        context = {"now": now, "page": page, "curve": pictures.curve(now.shown), "groups": pictures.groups(now.shown)}
        response = render(request, "social/training/index.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@public
@require_safe
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One finished round: the verdict, what changed, and its files."""
    found = reads.round_page(number)
    if found is None:
        raise Http404
    context = {"found": found, "base": _base(number), "curve": pictures.curve(found.round)}
    return render(request, "social/training/round.html", context | {"groups": pictures.groups(found.told)})


@public
@require_safe
def how_to_verify(request: HttpRequest, number: int) -> HttpResponse:
    """The commands that fetch a round's record and compute it again, as plain text."""
    found = reads.round_page(number)
    if found is None or not found.files:
        raise Http404
    context = {"found": found, "base": _base(number)}
    return render(request, "social/training/verify.txt", context, content_type="text/plain; charset=utf-8")


@public
@require_safe
def file(request: HttpRequest, number: int, name: str) -> HttpResponseBase:
    """One file of a round's record, as it is: it never changes."""
    found = reads.record_of(number)
    if found is None or name not in folders.FILES:
        raise Http404
    return public_file(request, folders.directory(number) / name, f"{found.record_sha256}-{name}")


def _base(number: int) -> str:
    return absolute(f"/ranking/{number}/")
