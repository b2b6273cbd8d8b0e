"""The texts that wallets sign (EIP-4361), built from constants and checked fields alone; never from the Host header."""

import re
from datetime import datetime

from django.conf import settings
from eth_utils.address import to_checksum_address

from metya.wallets.eip4361 import ISO8601Datetime, SiweMessage
from metya.wallets.models import Purpose

# EIP-4361 knows ASCII only, so these are not translated; the page says the same in the member's language before.
_CLOSING = "Signing is free and sends no transaction."
_FIELD = re.compile(r"[A-Za-z0-9 _.:/-]*")
CONFIRMABLE = ("link", "payout", "security", "leave")
# Things to confirm that have no address.
PLAIN = ("security", "leave")


def statement(purpose: str, *, handle: str = "", subject: str = "") -> str:
    """What the wallet shows above the technical lines; each purpose, and each thing to confirm, has its own.

    ``subject`` is the address to unlink, or for confirm ``link:<address>``, ``payout:<address>``, ``security`` or
    ``leave``.
    Raises ValueError for a field that could inject a line.
    """
    if not _FIELD.fullmatch(handle) or not _FIELD.fullmatch(subject):
        raise ValueError("a field of the statement holds a character that it must not")
    account = f"the account @{handle}"
    thing, _colon, address = subject.partition(":")
    if purpose == Purpose.SIGN_IN:
        return f"Sign in. {_CLOSING}"
    if purpose == Purpose.LINK:
        return f"Link this wallet to {account}. Whoever holds it can then sign in there. {_CLOSING}"
    if purpose == Purpose.UNLINK:
        return f"Unlink the wallet {subject} from {account}. {_CLOSING}"
    if purpose == Purpose.CONFIRM and thing == "link":
        return f"Allow the wallet {address} to be linked to {account}. {_CLOSING}"
    if purpose == Purpose.CONFIRM and thing == "payout":
        return f"Send payouts of {account} to the wallet {address}. {_CLOSING}"
    if purpose == Purpose.CONFIRM and thing == "security":
        return f"Confirm a change of the second factor of {account}. {_CLOSING}"
    if purpose == Purpose.CONFIRM and thing == "leave":
        return f"Confirm that you download what is kept about {account}, or leave it. {_CLOSING}"
    raise ValueError(f"nothing can be signed for {purpose!r} {subject!r}")


def build(*, address: str, chain_id: int, nonce: str, statement: str, issued: datetime, expires: datetime) -> str:
    """The whole text, ready for personal_sign."""
    message = SiweMessage(
        domain=settings.SITE_DOMAIN,
        address=to_checksum_address(address),
        uri=f"{settings.SITE_URL}/",
        version="1",
        chain_id=chain_id,
        nonce=nonce,
        statement=statement,
        issued_at=ISO8601Datetime.from_datetime(issued),
        expiration_time=ISO8601Datetime.from_datetime(expires),
    )
    return str(message.prepare_message())
