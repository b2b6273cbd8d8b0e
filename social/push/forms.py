"""What a browser says of its subscription."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from django.utils.translation import gettext as _
from py_vapid.utils import b64urldecode, b64urlencode

from metya.web.errors import Invalid
from social.outgoing.addresses import Refused, read
from social.push.actions import Subscription


def subscription(data: dict[str, Any]) -> Subscription:
    """From ``PushSubscription.toJSON()``. Raises Invalid: it must be an https address of a public host, with usable keys.

    Where the name leads is judged again whenever something is sent.
    """
    endpoint, given = data.get("endpoint"), data.get("keys")
    try:
        address = read(endpoint if isinstance(endpoint, str) else "")
        if address.scheme != "https":
            raise Refused("not https")
        keys = given if isinstance(given, dict) else {}
        point, auth = _bytes(keys.get("p256dh"), 65), _bytes(keys.get("auth"), 16)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (Refused, ValueError) as error:
        message = _("Your browser's push service is not one that can be used here.")
        raise Invalid(message, data={"field": "endpoint"}) from error
    return Subscription(address.url, str(b64urlencode(point)), str(b64urlencode(auth)))


def _bytes(text: object, length: int) -> bytes:
    if not isinstance(text, str) or len(text) > 200 or not text.isascii():
        raise ValueError("no key")
    found = bytes(b64urldecode(text.rstrip("=").encode()))
    if len(found) != length:
        raise ValueError("not of that length")
    return found
