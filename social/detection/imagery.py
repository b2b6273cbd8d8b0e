"""Pictures as numbers by which the same picture is found again, also in another size or quality.

``look_hash`` is a difference hash (N. Krawetz, "Kind of Like That", 2013): the picture in 9 × 8 greys, and for each of 64
neighbours whether the right one is brighter.
"""

import io
import logging

from PIL import Image, UnidentifiedImageError

from social.detection.folding import number_of
from social.detection.models import ImagePrint, RemovedImage
from social.moderation.models import Decision
from social.posts.models import PostImage

logger = logging.getLogger(__name__)

# Of a picture of nearly one colour the look says nothing: hundreds have the same.
TELLING = range(8, 57)


def look_hash(image: Image.Image) -> int:
    """64 bits, signed as databases keep them."""
    flat = image.convert("RGBA")
    ground = Image.new("RGBA", flat.size, "white")
    ground.alpha_composite(flat)
    grey = ground.convert("L").resize((9, 8), Image.Resampling.LANCZOS).tobytes()
    bits = 0
    for row in range(8):
        for place in range(row * 9, row * 9 + 8):
            bits = bits << 1 | (grey[place + 1] > grey[place])
    return bits - (1 << 64) if bits >> 63 else bits


def prints_of(data: bytes) -> tuple[int, int]:
    """(exact, look) of a stored picture. Raises OSError for what is none."""
    with Image.open(io.BytesIO(data)) as image:
        return number_of(data), look_hash(image)


def distance(one: int, other: int) -> int:
    """How many of the 64 points differ."""
    return ((one ^ other) & (1 << 64) - 1).bit_count()


def telling(look: int) -> bool:
    """Whether there is enough in the picture to compare."""
    return (look & (1 << 64) - 1).bit_count() in TELLING


def keep(image: PostImage) -> ImagePrint | None:
    """The prints of a stored picture, made and kept; None when its file is lost or cannot be read, which the log tells."""
    try:
        with image.file.storage.open(str(image.file.name)) as stored:
            exact, look = prints_of(stored.read())
    except (OSError, ValueError, UnidentifiedImageError) as wrong:
        logger.warning("picture %s cannot be compared: %s", image.pk, wrong)
        return None
    return ImagePrint.objects.update_or_create(image=image, defaults={"exact": exact, "look": look})[0]


def remember(images: "list[PostImage]", made: Decision) -> None:
    """A decision removes these pictures; inside its transaction, before their files go. Twice is harmless."""
    known = ImagePrint.objects.in_bulk([one.pk for one in images])
    found = [one for image in images if (one := known.get(image.pk) or keep(image))]
    rows = [RemovedImage(decision=made, exact=one.exact, look=one.look) for one in found]
    RemovedImage.objects.bulk_create(rows, ignore_conflicts=True)
