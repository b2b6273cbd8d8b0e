"""Small helpers of views."""

import json
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.errors import ActionError


def member_of(request: HttpRequest) -> Member:
    """The signed-in member; only for views behind the login."""
    return cast(Member, request.user)


def viewer_of(request: HttpRequest) -> Member | None:
    """The signed-in member, or None for a visitor."""
    return request.user if request.user.is_authenticated else None


def wants_json(request: HttpRequest) -> bool:
    """Whether the client speaks JSON: it sent JSON, or accepts it and not HTML."""
    if request.content_type == "application/json":
        return True
    accept = request.headers.get("Accept", "")
    return "application/json" in accept and "text/html" not in accept


def read_json(request: HttpRequest, *, limit: int = 8192) -> dict[str, Any]:
    """The JSON object in the body; refuses anything else with a 400.

    Raises ActionError("bad-json") for other content, bodies over ``limit`` bytes, and non-objects.
    """
    try:
        body = request.body
    except RequestDataTooBig:  # more than Django keeps in memory for any form
        body = None
    if body is None or len(body) > limit:
        raise ActionError(_("The request is too large."), code="too-large", status=413)
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ActionError(_("The body is not valid JSON."), code="bad-json") from error
    if not isinstance(data, dict):
        raise ActionError(_("The body must be a JSON object."), code="bad-json")
    return data


def local_path(candidate: str | None, default: str = "/") -> str:
    """``candidate`` if it leads to a page of this site, else ``default``."""
    if (
        candidate
        and candidate.startswith("/")
        and not candidate.startswith(("//", "/\\"))
        and url_has_allowed_host_and_scheme(candidate, allowed_hosts=None)
    ):
        return candidate
    return default


def came_by_itself(request: HttpRequest) -> bool:
    """Whether a page of this site, or the browser's own surface (address bar, share sheet), led here, and no other site.

    False too when the browser does not tell: those that share to the site all do.
    """
    return request.headers.get("Sec-Fetch-Site") in ("none", "same-origin")


def page_before(request: HttpRequest) -> str | None:
    """Path and query of this site's page from which a request was sent, as the browser says; None for others and nonsense."""
    told = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    try:
        parts = urlsplit(told)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or parts.netloc != request.get_host():
        return None
    return urlunsplit(("", "", parts.path, parts.query, ""))
