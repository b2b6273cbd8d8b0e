"""Sign-in texts that clients wrote themselves: read line by line, every field compared here, then parsed once more by siwe.

siwe's grammar parser is never run: it takes seconds for a kilobyte. Its regular expression may backtrack exponentially
over resources, so it sees only what the line patterns below let through, all of which it matches at its first try.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from eth_utils.address import is_checksum_address

from metya.wallets.addresses import allowed_chains
from metya.wallets.eip4361 import SiweMessage
from metya.wallets.errors import refuse

MAX_BYTES = 2048
MAX_RESOURCES = 10
SKEW = timedelta(seconds=60)
LONGEST = timedelta(minutes=10)
_TIME = (
    r"[0-9]{4}-(?:0[1-9]|1[012])-(?:0[1-9]|[12][0-9]|3[01])[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(?:\.[0-9]{1,9})?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)
_TEXT = re.compile(r"[\x20-\x7e\n]+")
_FIRST = re.compile(
    r"(?:(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*)://)?(?P<domain>[^/?# ]+) wants you to sign in with your Ethereum account:"
)
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
# name in the text, our name, pattern, whether it must be there; in the order of the grammar
_LINES = (
    ("URI", "uri", re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:[^ ]{1,400}"), True),
    ("Version", "version", re.compile(r"1"), True),
    ("Chain ID", "chain_id", re.compile(r"[1-9][0-9]{0,17}"), True),
    ("Nonce", "nonce", re.compile(r"[a-zA-Z0-9]{8,64}"), True),
    ("Issued At", "issued_at", re.compile(_TIME), True),
    ("Expiration Time", "expiration_time", re.compile(_TIME), False),
    ("Not Before", "not_before", re.compile(_TIME), False),
    ("Request ID", "request_id", re.compile(r"[-._~!$&'()*+,;=:@%a-zA-Z0-9]*"), False),
)
_RESOURCE = re.compile(r"- [a-zA-Z][a-zA-Z0-9+.-]*:[^ ]{1,200}")


@dataclass(frozen=True)
class Received:
    """The fields of a text that a client wrote; times with their zone."""

    text: str
    scheme: str | None
    domain: str
    address: str
    statement: str | None
    uri: str
    chain_id: int
    nonce: str
    issued_at: datetime
    expiration_time: datetime | None
    not_before: datetime | None


def read(raw: object) -> Received:
    """The fields of ``raw``; linear time. Raises message-too-long or message-malformed, bad-checksum for the address."""
    if not isinstance(raw, str):
        refuse("bad-field", field="message")
    if len(raw) > MAX_BYTES:
        refuse("message-too-long")
    if not _TEXT.fullmatch(raw):
        refuse("message-malformed")
    lines = raw.split("\n")
    first = _FIRST.fullmatch(lines[0])
    if first is None or len(lines) < 8 or not _ADDRESS.fullmatch(lines[1]) or lines[2]:
        refuse("message-malformed")
    if not is_checksum_address(lines[1]):
        refuse("bad-checksum")
    spoken = lines[3] or None
    if spoken is not None and lines[4]:
        refuse("message-malformed")
    fields, rest = _fields(lines[4 if spoken is None else 5 :])
    _resources(rest)
    try:
        issued_at = datetime.fromisoformat(fields["issued_at"].upper())
        expiration_time, not_before = (
            datetime.fromisoformat(fields[name].upper()) if name in fields else None
            for name in ("expiration_time", "not_before")
        )
    except ValueError:
        refuse("message-malformed")
    return Received(
        text=raw,
        scheme=first["scheme"],
        domain=first["domain"],
        address=lines[1],
        statement=spoken,
        uri=fields["uri"],
        chain_id=int(fields["chain_id"]),
        nonce=fields["nonce"],
        issued_at=issued_at,
        expiration_time=expiration_time,
        not_before=not_before,
    )


def _fields(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    """The named lines by our names, and what follows them."""
    found: dict[str, str] = {}
    at = 0
    for title, name, pattern, needed in _LINES:
        line = lines[at] if at < len(lines) else ""
        if line.startswith(f"{title}: "):
            value = line[len(title) + 2 :]
            if not pattern.fullmatch(value):
                refuse("message-malformed")
            found[name] = value
            at += 1
        elif needed:
            refuse("message-malformed")
    return found, lines[at:]


def _resources(lines: list[str]) -> None:
    if not lines:
        return
    if lines[0] != "Resources:" or not 1 <= len(lines) - 1 <= MAX_RESOURCES:
        refuse("message-malformed")
    if not all(_RESOURCE.fullmatch(line) for line in lines[1:]):
        refuse("message-malformed")


def compare(received: Received, *, now: datetime, oldest: timedelta) -> None:
    """Refuses a text that is not for this site, this chain list and this moment; ``oldest`` is the life of a nonce.

    The nonce itself is compared by whoever consumes it.
    """
    scheme = settings.SITE_URL.partition(":")[0]
    if received.domain != settings.SITE_DOMAIN or received.scheme not in (None, scheme):
        refuse("wrong-domain", domain=settings.SITE_DOMAIN)
    if received.uri != settings.SITE_URL and not received.uri.startswith(f"{settings.SITE_URL}/"):
        refuse("wrong-uri", uri=settings.SITE_URL)
    if received.chain_id not in settings.WALLET_CHAINS:
        refuse("chain-not-allowed", chain=str(received.chain_id), allowed=allowed_chains())
    if received.issued_at > now + SKEW:
        refuse("issued-in-future")
    if received.issued_at < now - oldest - SKEW:
        refuse("issued-too-early")
    if received.expiration_time is not None:
        if received.expiration_time <= now:
            refuse("message-expired")
        if received.expiration_time > received.issued_at + LONGEST:
            refuse("expiry-too-late")
    if received.not_before is not None and received.not_before > now:
        refuse("message-not-yet-valid")


def check_twice(received: Received) -> None:
    """Let siwe read the same text and write it again: it must find the same fields and give the same bytes."""
    try:
        other = SiweMessage.from_message(received.text, abnf=False)
        same = other.prepare_message() == received.text
    except (ValueError, TypeError, OverflowError):
        refuse("message-malformed")
    seen = (other.domain, other.address, other.uri, other.chain_id, other.nonce)
    if not same or seen != (received.domain, received.address, received.uri, received.chain_id, received.nonce):
        refuse("message-malformed")
