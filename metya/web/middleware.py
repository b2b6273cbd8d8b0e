"""Request ids for the log, and the one place where an ActionError becomes a response."""

import gzip
import secrets
from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.middleware.gzip import GZipMiddleware, re_accepts_gzip
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from metya.web import requestid
from metya.web.errors import ActionError
from metya.web.http import local_path, page_before, wants_json

Handler = Callable[[HttpRequest], HttpResponseBase]


class RequestIdMiddleware:
    """Names each request, so that an error page and the log can be brought together."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = secrets.token_hex(6)
        request.request_id = request_id  # type: ignore[attr-defined]
        token = requestid.current.set(request_id)
        try:
            response = self.get_response(request)
        finally:
            requestid.current.reset(token)
        response["X-Request-Id"] = request_id
        return response


class LightGzipMiddleware(GZipMiddleware):
    """Django's, at a level that takes half its time for a page a sixth longer. What streams or stays as it is is left to it."""

    LEVEL, SMALL = 3, 200

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        plain = response.content if isinstance(response, HttpResponse) else b""
        accepted = re_accepts_gzip.search(request.headers.get("Accept-Encoding", ""))
        if len(plain) < self.SMALL or not accepted or response.has_header("Content-Encoding"):
            return super().process_response(request, response)  # type: ignore[arg-type]
        packed = gzip.compress(plain, self.LEVEL, mtime=0)
        # A file name of a random length hides how well a secret in the page was compressed (BREACH), as Django does.
        name = secrets.token_hex(self.max_random_bytes)[: secrets.randbelow(self.max_random_bytes)].encode()
        packed = packed[:3] + bytes([gzip.FNAME]) + packed[4:10] + name + b"\0" + packed[10:]
        if len(packed) < len(plain):
            response.content = packed  # type: ignore[attr-defined]
            response["Content-Encoding"], response["Content-Length"] = "gzip", str(len(packed))
            if response.get("ETag", "").startswith('"'):  # another representation than the plain one
                response["ETag"] = f"W/{response['ETag']}"
        patch_vary_headers(response, ("Accept-Encoding",))
        return response


class SignInMiddleware(LoginRequiredMiddleware):
    """Sends visitors to the sign-in page, and from there back to a page: what was posted leads back to where it was written."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        if request.method in ("GET", "HEAD") and not getattr(request, "htmx", False):
            return super().handle_no_permission(request, view_func)
        target = local_path(page_before(request))
        return redirect_to_login(target, self.get_login_url(view_func), self.get_redirect_field_name(view_func))


class ActionErrorMiddleware:
    """Renders an ActionError for htmx (a flash fragment), JSON clients and plain browsers (a page)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        reads = request.method == "GET" and not wants_json(request) and not getattr(request, "htmx", False)
        if response.status_code == 405 and reads and not getattr(response, "content", b""):
            return _nothing_to_see(request, response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return answer_of(request, exception) if isinstance(exception, ActionError) else None


def answer_of(request: HttpRequest, error: ActionError) -> HttpResponse:
    """The refusal in the form that whoever asked can read."""
    response: HttpResponse
    if wants_json(request):
        body = {"code": error.code, "message": error.message, **error.data}
        response = JsonResponse(body, status=error.status)
    elif getattr(request, "htmx", False):
        response = render(request, "_flash.html", {"message": error.message, "level": "error"}, status=error.status)
        response["HX-Retarget"] = "#flash"
        response["HX-Reswap"] = "beforeend"
    else:
        response = render(request, "error.html", {"error": error}, status=error.status)
    if "retry_after" in error.data:
        response["Retry-After"] = str(error.data["retry_after"])
    return response


def _nothing_to_see(request: HttpRequest, response: HttpResponseBase) -> HttpResponse:
    """The address of a form was opened: typed, kept as a bookmark, or loaded anew after a mistake. Not an empty window."""
    error = ActionError(_("There is no page here, only a form's way to the server."), code="no-page", status=405)
    page = render(request, "error.html", {"error": error}, status=405)
    page["Allow"] = response["Allow"]
    return page
