"""Which side of home a member is on: the order of time, or what is ranked for them."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from metya.web.errors import ActionError
from metya.web.http import member_of

FOLLOWING, FOR_YOU = "following", "for-you"
FOR_YOU_PAGE = f"/?feed={FOR_YOU}"
COOKIE, YEAR = "feed", 365 * 86_400


def chosen(request: HttpRequest) -> str:
    """By the address, else by the cookie; whoever looks as somebody else has a cookie of their own, which says nothing here."""
    asked = request.GET.get("feed")
    if asked is None and not member_of(request).looked_at:
        asked = request.COOKIES.get(COOKIE)
    return FOR_YOU if asked == FOR_YOU else FOLLOWING


def keep(request: HttpRequest, response: HttpResponse) -> None:
    """Remember what the address chose."""
    asked = request.GET.get("feed")
    if asked not in (FOLLOWING, FOR_YOU) or asked == request.COOKIES.get(COOKIE) or member_of(request).looked_at:
        return
    response.set_cookie(COOKIE, asked, max_age=YEAR, httponly=True, samesite="Lax", secure=settings.SECURE)


def chain_of(request: HttpRequest) -> UUID | None:
    """The sitting that goes on. Raises ActionError("bad-cursor")."""
    raw = request.GET.get("chain")
    if not raw:
        return None
    try:
        return UUID(raw)
    except ValueError as error:
        said = _("That page link is damaged; go back to the first page.")
        raise ActionError(said, code="bad-cursor") from error
