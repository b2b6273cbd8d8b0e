"""What members' examples and styles are worth: their own pages, and the public record of each round."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from metya.web.absolute import absolute
from metya.web.decorators import public
from metya.web.http import member_of, viewer_of
from metya.web.paging import cursor_from
from metya.web.streaming import streamed
from rewards.training import publicly, reads, receipts, styled


@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Every round in which the member's examples or styles took part, and where each amount stands."""
    before, earlier = cursor_from(request.GET.get("before")), cursor_from(request.GET.get("styles"))
    page = reads.mine(member_of(request), before)
    styles = styled.mine(member_of(request), earlier)
    template = "rewards/training/_lines.html" if request.headers.get("HX-Request") else "rewards/training/mine.html"
    context = {"page": page, "styles": styles, "first": before is None and earlier is None}
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@never_cache
@require_safe
def receipt(request: HttpRequest, number: int) -> HttpResponse:
    """One round: each comparison with its value, the member's styles, and why this amount."""
    styles = styled.receipt(member_of(request), number)
    found = receipts.receipt(member_of(request), number, cursor_from(request.GET.get("before")))
    if found is None:
        if styles is None:
            raise Http404
        return render(request, "rewards/training/styles.html", {"styles": styles})
    fragment = request.headers.get("HX-Request")
    template = "rewards/training/_comparisons.html" if fragment else "rewards/training/receipt.html"
    response = render(request, template, {"receipt": found, "styles": styles, "first": "before" not in request.GET})
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


@never_cache
@require_safe
def receipt_csv(request: HttpRequest, number: int) -> HttpResponseBase:
    """Its comparisons as a table."""
    found = receipts.rows(member_of(request), number)
    if found is None:
        raise Http404
    return streamed(request, receipts.written(found), "text/csv; charset=utf-8", f"round-{number}.csv")


@public
@require_safe
def record(request: HttpRequest, number: int) -> HttpResponse:
    """What a round learned and paid, and how to compute it again."""
    page = publicly.page(number, viewer_of(request))
    if page is None:
        raise Http404
    base = absolute(f"/ranking/{number}/")
    return render(request, "rewards/training/record.html", {"page": page, "base": base})


@public
@require_safe
def file(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """The record has one address, beside what was learned."""
    return redirect("training:file", number, name, permanent=True)
