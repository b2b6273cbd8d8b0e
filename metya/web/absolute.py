"""Addresses as they are written outside the site's own pages: in mails, feeds, files."""

from urllib.parse import urljoin

from django.conf import settings


def absolute(path: str) -> str:
    """The full address of a path of this site (a picture kept elsewhere has one already); never by the Host header."""
    return urljoin(f"{settings.SITE_URL}/", path)
