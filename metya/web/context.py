"""What every template may know about the site."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """Community name, demo mode, public URL, and how the page looks to whoever asks."""
    return {
        "community": settings.COMMUNITY_NAME,
        "demo": settings.DEMO,
        "site_url": settings.SITE_URL,
        "look": getattr(request, "look", None),
    }
