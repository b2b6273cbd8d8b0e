"""Help: how the community works, in a few short pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from metya.web.decorators import public


@public
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """One page with sections that other pages link to by anchor."""
    return render(request, "social/help/index.html")
