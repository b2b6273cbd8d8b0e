"""Brings new members to onboarding before anything else."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from metya.web.http import local_path, wants_json

_OPEN = (
    "/welcome/",
    "/sign-out/",
    "/static/",
    "/media/",
    "/wallets/",
    "/account/",
    "/admin/",
    "/live/",
    "/help/",
    "/settings/language/",
    "/manifest.webmanifest",
    "/sw.js",
    "/offline/",
)
AFTER = "after_welcome"


class OnboardingMiddleware:
    """Members without a chosen handle see the welcome page only; where they were going is kept for afterwards."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if not user.is_authenticated or user.onboarded_at is not None or request.path.startswith(_OPEN):
            return self.get_response(request)
        page = request.method == "GET" and not wants_json(request) and not getattr(request, "htmx", False)
        if page and request.path != "/" and AFTER not in request.session:
            request.session[AFTER] = local_path(request.get_full_path())
        return redirect("/welcome/")
