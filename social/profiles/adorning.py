"""The wide picture over a profile, and the addresses under it, as they are cleaned."""

import io
import ipaddress
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from metya.web.errors import Invalid
from social.posts.images import Picture, clean_picture
from social.posts.text import clean_line

WIDTH, HEIGHT = 1500, 500
MAX_LINKS = 4
MAX_LINK = 200
# What no address holds as it is.
_MARKUP = frozenset("<>\"'`\\^{|}")
_valid = URLValidator(schemes=["http", "https"])


def clean_header(upload: "UploadedFile[Any]") -> Picture:
    """The middle of a picture, three times as wide as high, at most WIDTH wide. Raises Invalid as ``clean_picture`` does."""
    whole = clean_picture(upload, "header")
    with Image.open(io.BytesIO(whole.data)) as image:
        width = min(WIDTH, image.width, image.height * 3)
        size = (width, max(1, width * HEIGHT // WIDTH))
        part = ImageOps.fit(image, size, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    part.save(out, "WEBP", quality=82, method=4)
    return Picture(out.getvalue(), *size)


def clean_links(raw: list[str]) -> list[str]:
    """Addresses of pages elsewhere, without the empty and repeated ones. Raises Invalid with the field ``link1`` … ``link4``.

    Only http and https (added where no scheme was typed), with the name of a host, without a user or password.
    """
    found: dict[str, None] = {}
    for number, typed in enumerate(raw[:MAX_LINKS], 1):
        field = f"link{number}"
        link = clean_line(typed, most=MAX_LINK, field=field)
        if link:
            found[_checked(link if "://" in link else f"https://{link}", field)] = None
    return list(found)


def shown_link(link: str) -> str:
    """An address as people read it: without its scheme, cut after 40 characters."""
    plain = link.split("://", 1)[-1].removeprefix("www.").rstrip("/")
    return plain if len(plain) <= 40 else f"{plain[:39]}…"


def _checked(link: str, field: str) -> str:
    refusal = Invalid(_("This is not the address of a page, like https://example.org/me."), data={"field": field})
    try:
        _valid(link)
        parts = urlsplit(link)
    except (ValidationError, ValueError) as error:
        raise refusal from error
    if (
        _MARKUP.intersection(link)
        or "@" in parts.netloc
        or "." not in (parts.hostname or "")
        or _is_number(parts.hostname or "")
    ):
        raise refusal
    return link


def _is_number(host: str) -> bool:
    """An address by number leads nowhere that can be named."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
