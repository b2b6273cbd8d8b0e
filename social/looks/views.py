"""Who of the staff looked at the site as the member."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from metya.web.http import member_of
from metya.web.paging import cursor_from
from social.looks import reads


@require_safe
@never_cache
def access(request: HttpRequest) -> HttpResponse:
    """The latest first, with the reason and every page."""
    before = cursor_from(request.GET.get("before"))
    context = {"page": reads.looks_at(member_of(request), before), "first": before is None}
    return render(request, "social/looks/access.html", context)
