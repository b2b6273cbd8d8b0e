"""The picture of a linked page: fetched under the same rules, re-encoded like what members upload, cut to one of two boxes."""

import io
from contextlib import suppress

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageOps

from metya.web.errors import Invalid
from social.outgoing.fetching import Failed, Fetcher, Wanted
from social.posts.images import Picture, clean_picture

WIDE, SMALL = (1000, 525), (160, 160)
# Narrower than this, or nearly square, a picture is a mark beside the words.
WIDE_FROM, WIDE_RATIO = 400, 1.25
WANTED = Wanted({"image/jpeg", "image/png", "image/webp", "image/gif"}, 5 * 1024 * 1024)


def picture_at(fetcher: Fetcher, address: str, deadline: float) -> Picture | None:
    """None when there is none that can be shown."""
    if not address:
        return None
    with suppress(Failed, Invalid):
        sent = fetcher.get(address, WANTED, deadline)
        return _boxed(clean_picture(SimpleUploadedFile("picture", sent.body)))
    return None


def _boxed(whole: Picture) -> Picture:
    """The middle of it, in the shape in which it is shown."""
    wide = whole.width >= WIDE_FROM and whole.width >= WIDE_RATIO * whole.height
    width, height = WIDE if wide else SMALL
    scale = min(1.0, whole.width / width, whole.height / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    with Image.open(io.BytesIO(whole.data)) as image:
        part = ImageOps.fit(image, size, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    part.save(out, "WEBP", quality=80, method=4)
    return Picture(out.getvalue(), *size)
