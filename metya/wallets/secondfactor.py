"""The second factor (an authenticator app or a passkey): who has one, and how recently it was given in this session.

For actions that need it (money, staff), in a view:

    if (detour := secondfactor.require(request)) is not None:
        return detour          # asks for the factor, then comes back to this page
"""

import time
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from metya.wallets.models import Member
from metya.web.http import local_path, page_before, viewer_of

RECENT = 300
KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_factor(member: Member) -> bool:
    """Whether the member set up an authenticator app or a passkey."""
    return bool(is_mfa_enabled(member, KINDS))


def exempt(member: Member) -> bool:
    """The demo cast in demo mode, until one of them sets up a factor to try it."""
    return settings.DEMO and member.is_demo and not has_factor(member)


def given_at(request: HttpRequest) -> float:
    """When a second factor was last given in this session (seconds since 1970), 0 for never."""
    records = get_authentication_records(request, viewer_of(request))
    return max((float(record["at"]) for record in records if record.get("method") == "mfa"), default=0.0)


def recent(request: HttpRequest, seconds: int = RECENT) -> bool:
    """Whether the signed-in member gave their second factor within the last ``seconds``, or is exempt."""
    member = viewer_of(request)
    if member is None:
        return False
    if time.time() - given_at(request) < seconds and has_factor(member):
        return True
    return exempt(member)


def verified(request: HttpRequest) -> bool:
    """Whether a second factor was given at any time in this session, or none is needed; what opens the admin."""
    return recent(request, seconds=settings.SESSION_COOKIE_AGE)


def require(request: HttpRequest, *, seconds: int = RECENT, back: str = "") -> HttpResponseRedirect | None:
    """None when the factor is recent; else where to send the member: to give it, or to set one up first.

    They come back to ``back`` (a path of this site), by default to this page, or for a POST to the page it came from.
    """
    if recent(request, seconds):
        return None
    return detour(request, back=back)


def detour(request: HttpRequest, *, back: str = "") -> HttpResponseRedirect:
    """The way to the second factor and back."""
    target = local_path(back, "") or _came_from(request)
    member = viewer_of(request)
    if member is None:
        page = reverse("wallets:sign-in")
    elif has_factor(member):
        page = get_adapter().get_reauthentication_methods(member)[0]["url"]
    else:
        page = reverse("mfa_index")
    return HttpResponseRedirect(f"{page}?{urlencode({'next': target})}")


def _came_from(request: HttpRequest) -> str:
    if request.method in ("GET", "HEAD"):
        return local_path(request.get_full_path())
    return local_path(page_before(request) or request.path)


def relying_party() -> dict[str, str]:
    """Name and host of the site for passkeys, from the settings."""
    return {"id": urlsplit(settings.SITE_URL).hostname or "", "name": settings.COMMUNITY_NAME}
