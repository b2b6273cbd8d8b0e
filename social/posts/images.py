"""Pictures that members upload: checked before they are decoded, re-encoded as WebP, without anything but pixels.

Re-encoding is what cleans: metadata (place, camera, thumbnails), colour profiles (converted to sRGB first) and whatever was
appended to the file do not survive it. The size in pixels is read from the header before a pixel is decoded, and one
picture is decoded at a time, so that memory stays bounded whatever is sent.
"""

import io
import threading
import warnings
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from metya.web.errors import Invalid

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
LONGEST_SIDE = 2048
FACE_SIDE = 400
MOST_EXTREME = 40  # times as long as wide
_QUALITY = 82
_PROFILE_BYTES = 1024 * 1024
# One at a time in each process: the largest picture that is taken needs some 500 MB while it is decoded.
_turn = threading.BoundedSemaphore(1)


@dataclass(frozen=True)
class Picture:
    """A cleaned picture: WebP ``data`` of ``width`` × ``height`` pixels."""

    data: bytes
    width: int
    height: int

    def as_file(self) -> "ContentFile[bytes]":
        """As Django stores it; the storage name is chosen by the model."""
        return ContentFile(self.data, name="picture.webp")


def clean_picture(upload: "UploadedFile[Any]", field: str = "image") -> Picture:
    """A picture for a post: upright, at most LONGEST_SIDE on its longer side, its own proportions.

    Raises Invalid: too many bytes or pixels, another format, damaged.
    """
    return _cleaned(upload, field, square=False)


def clean_face(upload: "UploadedFile[Any]", field: str = "picture") -> Picture:
    """A member's picture: the middle square, FACE_SIDE on a side. Raises Invalid as ``clean_picture`` does."""
    return _cleaned(upload, field, square=True)


def _cleaned(upload: "UploadedFile[Any]", field: str, *, square: bool) -> Picture:
    if upload.size is None or upload.size > settings.IMAGE_MAX_BYTES:
        raise Invalid(too_many_bytes(), data={"field": field})
    if not upload.size:
        raise Invalid(_("The file is empty. Choose another picture."), data={"field": field})
    if upload.file is None:
        raise Invalid(_damaged(), data={"field": field})
    upload.file.seek(0)
    with _turn, warnings.catch_warnings():
        # Our own limit decides; Pillow's warning would only be noise.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            return _encoded(_opened(upload.file, field), square)
        except UnidentifiedImageError as error:
            message = _("This is not a picture we can read. Send a JPEG, PNG, WebP or GIF file.")
            raise Invalid(message, data={"field": field}) from error
        except Image.DecompressionBombError as error:
            raise Invalid(_too_many_pixels(), data={"field": field}) from error
        except (OSError, ValueError, SyntaxError, EOFError, MemoryError, OverflowError, IndexError, KeyError) as error:
            # What Pillow raises for truncated and malformed files, by format.
            raise Invalid(_damaged(), data={"field": field}) from error


def _opened(file: IO[Any], field: str) -> Image.Image:
    """The picture with its header read and its size judged; nothing is decoded yet."""
    image = Image.open(file, formats=FORMATS)
    width, height = image.size
    if width * height > settings.IMAGE_MAX_PIXELS:
        raise Invalid(_too_many_pixels(), data={"field": field})
    if max(width, height) > MOST_EXTREME * min(width, height):
        message = _("The picture is too narrow: at most %(most)d times as long as wide is possible.")
        raise Invalid(message % {"most": MOST_EXTREME}, data={"field": field})
    return image


def _encoded(image: Image.Image, square: bool) -> Picture:
    """Shrink first (JPEG decodes at a smaller scale then), turn upright, convert to sRGB, write as WebP."""
    profile = image.info.get("icc_profile")
    if square:
        side = FACE_SIDE * max(image.size) // max(1, min(image.size))
        box = (side, side)
    else:
        box = (LONGEST_SIDE, LONGEST_SIDE)
    if image.mode in ("P", "1", "PA", "I;16"):
        image = _plain(image)
    image.thumbnail(box, Image.Resampling.LANCZOS, reducing_gap=2.0)
    image = _plain(ImageOps.exif_transpose(image))
    if square:
        side = min(FACE_SIDE, *image.size)
        image = ImageOps.fit(image, (side, side), Image.Resampling.LANCZOS)
    image = _in_srgb(image, profile)
    out = io.BytesIO()
    image.save(out, "WEBP", quality=_QUALITY, method=4, exif=b"", icc_profile=None, xmp=b"")
    return Picture(out.getvalue(), *image.size)


def _plain(image: Image.Image) -> Image.Image:
    """In red, green, blue, with transparency if there is any."""
    if image.mode in ("RGB", "RGBA"):
        return image
    exif = image.info.get("exif")
    if image.mode == "I;16":  # Pillow would cut what is brighter than 255 of 65,535
        image = image.point(lambda value: value * (1 / 256)).convert("L")
    plain = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if exif:
        plain.info["exif"] = exif
    return plain


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as they were meant; a profile that cannot be read is ignored."""
    if not profile or len(profile) > _PROFILE_BYTES:
        return image
    with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=image.mode)
        return converted or image
    return image


def too_many_bytes() -> str:
    """What is said of a file over the limit."""
    most = settings.IMAGE_MAX_BYTES // (1024 * 1024)
    return _("The picture is larger than %(most)d MB. Choose a smaller one.") % {"most": most}


def _too_many_pixels() -> str:
    most = settings.IMAGE_MAX_PIXELS // 1_000_000
    return _("The picture has more than %(most)d million pixels. Choose a smaller one.") % {"most": most}


def _damaged() -> str:
    return _("The picture is damaged or incomplete. Choose another one.")
