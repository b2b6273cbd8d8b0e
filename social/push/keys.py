"""The key by which push services know this site (VAPID, RFC 8292).

Given by VAPID_PRIVATE_KEY, or made once and kept in the data folder. Devices subscribe to the public half: with another key
all of them have to be turned on anew.
"""

import os
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.crypto import get_random_string
from py_vapid import Vapid02
from py_vapid.utils import b64urlencode

FILE = "vapid_key.pem"
# Push services take a day at most.
SIGNED_FOR = 12 * 3600


def check() -> None:
    """Refuses a given key that is none. Raises ImproperlyConfigured."""
    if settings.VAPID_PRIVATE_KEY:
        _pair()


def public_key() -> str:
    """What browsers subscribe to: the uncompressed point, base64url."""
    point = _pair().public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return str(b64urlencode(point))


def headers_for(origin: str) -> dict[str, str]:
    """The header that proves to the push service at ``origin`` who asks."""
    claims = {"aud": origin, "sub": settings.VAPID_CONTACT, "exp": int(time.time()) + SIGNED_FOR}
    signed: dict[str, str] = _pair().sign(claims)
    return signed


def _pair() -> Vapid02:
    return _read(settings.VAPID_PRIVATE_KEY or _kept(Path(settings.DATA_DIR) / FILE))


@cache
def _read(text: str) -> Vapid02:
    try:
        pem = text.lstrip().startswith("-----BEGIN")
        return Vapid02.from_pem(text.strip().encode()) if pem else Vapid02.from_string(text)
    except Exception as error:
        raise ImproperlyConfigured("VAPID_PRIVATE_KEY is not a P-256 key: PEM, or base64url of 32 bytes.") from error


def _kept(path: Path) -> str:
    """The key of this installation, made by whichever process comes first; readable by its owner only."""
    if not path.exists():
        fresh = Vapid02()
        fresh.generate_keys()
        draft = path.with_name(f"{FILE}.{get_random_string(12)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(fresh.private_pem())
        # Whole or not at all, and never over the one of another process.
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="ascii")
