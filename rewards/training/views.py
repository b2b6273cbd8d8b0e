"""What members' examples are worth: their own pages, and the public record of each round."""

import csv
from collections.abc import Iterator
from typing import Any

from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from metya.web.absolute import absolute
from metya.web.decorators import public
from metya.web.http import member_of, viewer_of
from metya.web.paging import cursor_from
from rewards.epochs.views import FOREVER, TYPES
from rewards.training import publicly, reads, receipts, records
from social.training.models import Round


@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Every round in which the member's examples took part, and where each amount stands."""
    before = cursor_from(request.GET.get("before"))
    page = reads.mine(member_of(request), before)
    template = "rewards/training/_lines.html" if request.headers.get("HX-Request") else "rewards/training/mine.html"
    response = render(request, template, {"page": page, "first": before is None})
    patch_vary_headers(response, ["HX-Request"])
    return response


@never_cache
@require_safe
def receipt(request: HttpRequest, number: int) -> HttpResponse:
    """One round: each comparison with its value, and why this amount."""
    found = receipts.receipt(member_of(request), number, cursor_from(request.GET.get("before")))
    if found is None:
        raise Http404
    fragment = request.headers.get("HX-Request")
    template = "rewards/training/_comparisons.html" if fragment else "rewards/training/receipt.html"
    response = render(request, template, {"receipt": found, "first": "before" not in request.GET})
    patch_vary_headers(response, ["HX-Request"])
    return response


@never_cache
@require_safe
def receipt_json(request: HttpRequest, number: int) -> HttpResponse:
    """The receipt for a machine."""
    found = receipts.plain(member_of(request), number)
    if found is None:
        raise Http404
    response = JsonResponse(found, json_dumps_params={"indent": 2})
    response["Content-Disposition"] = f'attachment; filename="round-{number}.json"'
    return response


class _Echo:
    """What csv writes to: gives each line back."""

    def write(self, line: str) -> str:
        return line


@never_cache
@require_safe
def receipt_csv(request: HttpRequest, number: int) -> HttpResponseBase:
    """Its comparisons as a table."""
    found = receipts.rows(member_of(request), number)
    if found is None:
        raise Http404
    response = StreamingHttpResponse(_lines(found), content_type=TYPES["csv"])
    response["Content-Disposition"] = f'attachment; filename="round-{number}.csv"'
    return response


def _lines(found: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(receipts.COLUMNS)
    for row in found:
        yield writer.writerow(row)


@public
@require_safe
def record(request: HttpRequest, number: int) -> HttpResponse:
    """What a round learned and paid, and how to compute it again."""
    page = _page(request, number)
    return render(request, "rewards/training/record.html", {"page": page, "base": _base(number)})


@public
@require_safe
def how_to_verify(request: HttpRequest, number: int) -> HttpResponse:
    """The two commands, as plain text."""
    page = _page(request, number)
    context = {"page": page, "base": _base(number)}
    return render(request, "rewards/training/verify.txt", context, content_type="text/plain; charset=utf-8")


@public
@require_safe
def file(request: HttpRequest, number: int, name: str) -> HttpResponseBase:
    """One of a round's public files, as it is: it never changes."""
    found = publicly.finished(number)
    if found is None:
        raise Http404
    headers = {"ETag": f'"{found.record_sha256}-{name}"', "Cache-Control": FOREVER}
    if name == records.SUMS:
        return _sums(found, headers)
    path = records.path_of(found, name)
    if path is None:
        raise Http404
    if headers["ETag"] in request.headers.get("If-None-Match", ""):
        return HttpResponseNotModified(headers=headers)
    try:
        content = path.open("rb")
    except OSError as error:
        raise Http404 from error
    return FileResponse(content, content_type=TYPES[name.rsplit(".", 1)[1]], headers=headers)


def _sums(one: Round, headers: dict[str, str]) -> HttpResponse:
    try:
        text = records.sums_of(one)
    except (OSError, ValueError) as error:
        raise Http404 from error
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)


def _page(request: HttpRequest, number: int) -> publicly.Page:
    page = publicly.page(number, viewer_of(request))
    if page is None:
        raise Http404
    return page


def _base(number: int) -> str:
    return absolute(f"/rewards/training/{number}/")
