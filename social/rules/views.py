"""The community's rules, for everyone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from metya.web.decorators import public
from social.rules import reads


@public
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What is in force, each with an anchor by its key."""
    return render(request, "social/rules/index.html", {"rules": reads.in_force()})
