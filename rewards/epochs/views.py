"""Public pages and files of epochs."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from metya.web.absolute import absolute
from metya.web.decorators import public
from metya.web.http import viewer_of
from metya.web.paging import cursor_from
from metya.web.public_files import public_file
from rewards.epochs import files, reads
from rewards.epochs.models import Epoch, EpochState


@public
@require_safe
def epochs(request: HttpRequest) -> HttpResponse:
    """Every closed epoch, newest first."""
    page = reads.epochs_page(cursor_from(request.GET.get("before")))
    template = "rewards/epochs/_lines.html" if request.headers.get("HX-Request") else "rewards/epochs/list.html"
    response = render(request, template, {"page": page})
    patch_vary_headers(response, ["HX-Request"])
    return response


@public
@require_safe
def epoch(request: HttpRequest, number: int) -> HttpResponse:
    """One epoch: totals, pictures, files, and how to check it."""
    page = reads.epoch_page(number, viewer_of(request))
    if page is None:
        raise Http404
    return render(request, "rewards/epochs/detail.html", {"page": page, "base": _base(number)})


@public
@require_safe
def file(request: HttpRequest, number: int, name: str) -> HttpResponseBase:
    """One of an epoch's public files, as it is: it never changes once it is there.

    Holds and tree could change until the root is in force (a guardian may revoke it), so until then they are asked for anew.
    """
    found = Epoch.objects.closed().filter(pk=number).first()
    entry: dict[str, Any] | None = found.files.get(name) if found and name in files.PUBLIC else None
    if found is None or entry is None:
        raise Http404
    fixed = name not in files.AFTER_APPROVAL or found.state == EpochState.FINAL
    return public_file(request, files.directory(number) / name, entry["sha256"], fixed=fixed)


@public
@require_safe
def how_to_verify(request: HttpRequest, number: int) -> HttpResponse:
    """The commands that fetch an epoch's files and compute them again, as plain text."""
    page = reads.epoch_page(number, None)
    if page is None:
        raise Http404
    context = {"page": page, "base": _base(number)}
    return render(request, "rewards/epochs/verify.txt", context, content_type="text/plain; charset=utf-8")


def _base(number: int) -> str:
    return absolute(f"/rewards/epochs/{number}/")
