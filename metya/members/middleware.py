"""Every page in the member's own look, time zone and language."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from metya.members import languages, preferences, zones
from metya.members.look import COOKIE, COOKIE_AGE, Look
from metya.web.http import viewer_of

Handler = Callable[[HttpRequest], HttpResponseBase]


class PreferencesMiddleware:
    """``request.look`` is what templates render; a view that changes it changes the cookie along.

    So it is with ``request.language``, which is what was chosen (empty: as the browser asks), not always what is spoken.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        member = viewer_of(request)
        cookie = request.COOKIES.get(COOKIE, "")
        look, zone = Look.read(cookie), None
        asked = translation.get_language() or ""
        spoken = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = languages.known(spoken)
        if member is not None and getattr(member, "preferences", None) is not None:
            chosen = preferences.of(member)
            look, zone = Look.of(chosen), zones.zone(chosen.zone)
            if languages.known(chosen.language):
                language = chosen.language
                translation.activate(language)
                request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]
        request.look, request.language = look, language  # type: ignore[attr-defined]
        with timezone.override(zone):
            response = self.get_response(request)
        if member is not None and _was_read(request, response):
            # After a page as a whole was read, and only when the language is another than last time.
            languages.hear(actor=member, spoken=asked)
        _keep(response, COOKIE, cookie, request.look.cookie)  # type: ignore[attr-defined]
        _keep(response, settings.LANGUAGE_COOKIE_NAME, spoken, request.language)  # type: ignore[attr-defined]
        return response


def _was_read(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether somebody got a page to read: no fragment, no hint, nothing that a script fetched by itself."""
    if request.method != "GET" or response.status_code != 200 or getattr(request, "htmx", False):
        return False
    return (
        response.headers.get("Content-Type", "").startswith("text/html")
        and request.headers.get("Sec-Fetch-Dest", "document") == "document"
    )


def _keep(response: HttpResponseBase, name: str, had: str, wanted: str) -> None:
    """A cookie of a year where something was chosen; none for the defaults."""
    if wanted and wanted != had:
        response.set_cookie(name, wanted, max_age=COOKIE_AGE, secure=settings.SECURE, httponly=True, samesite="Lax")
    elif had and not wanted:
        response.delete_cookie(name, samesite="Lax")
