"""Where monitors knock."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from metya.ops import views

Handler = Callable[[HttpRequest], HttpResponseBase]


class HealthMiddleware:
    """Answers /healthz before sessions and accounts are looked up: they need the database, which may be what is down."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return views.healthz(request) if request.path == "/healthz" else self.get_response(request)
