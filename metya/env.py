"""Typed readers of environment variables that refuse nonsense with one clear line.

Every reader notes what it was asked for in ``DECLARED``, so that a test can hold the README's table against the code.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

DECLARED: dict[str, str] = {}
# This machine, as an address can name it.
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"", "0", "false", "no", "off"}


def _is_number(part: str) -> bool:
    return part.isascii() and part.isdigit() and 0 < int(part[:20]) < 2**63


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """One of ``allowed``, whatever its capital letters."""
    value = text(name, default).upper()
    if value not in allowed:
        raise ImproperlyConfigured(f"{name}={value!r} is none of {', '.join(allowed)}.")
    return value


def text(name: str, default: str = "") -> str:
    """The variable as it stands, stripped; ``default`` when unset or empty."""
    DECLARED[name] = "text"
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    """A yes or no: 1/true/yes/on or 0/false/no/off."""
    DECLARED[name] = "flag"
    if name not in os.environ:
        return default
    raw = os.environ[name].strip().lower()
    if raw in _TRUE:
        return True
    if raw in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={raw!r} is neither yes nor no: use 1 or 0.")


def integer(name: str, default: int, *, low: int = 0, high: int = 2**53) -> int:
    """A whole number between ``low`` and ``high``."""
    DECLARED[name] = "number"
    raw = os.environ.get(name, "").strip()
    if not raw:
        return default
    try:
        value = int(raw)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}={raw!r} is not a whole number.") from error
    if not low <= value <= high:
        raise ImproperlyConfigured(f"{name}={value} must lie between {low} and {high}.")
    return value


def numbers(name: str, default: str = "") -> list[int]:
    """A comma-separated list of whole numbers above 0."""
    found = items(name, default)
    for part in found:
        if not _is_number(part):
            raise ImproperlyConfigured(f"{name}: {part!r} is not a whole number above 0.")
    return [int(part) for part in found]


def items(name: str, default: str = "") -> list[str]:
    """A comma-separated list without empty items."""
    DECLARED[name] = "list"
    return [part.strip() for part in (os.environ.get(name, "").strip() or default).split(",") if part.strip()]


def url(name: str, default: str = "", *, schemes: tuple[str, ...] = ("http", "https")) -> str:
    """An absolute URL with one of ``schemes``, without a trailing slash."""
    DECLARED[name] = "URL"
    raw = os.environ.get(name, "").strip() or default
    if not raw:
        return ""
    try:
        parts = urlsplit(raw)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}={raw!r} is not a URL ({error}).") from error
    if parts.scheme not in schemes or not (parts.netloc or parts.path):
        raise ImproperlyConfigured(f"{name}={raw!r} is not a URL starting with {' or '.join(schemes)}://.")
    return raw.rstrip("/")


def origin(name: str, default: str = "") -> str:
    """scheme://host[:port] as browsers write it: what a wallet compares with the address bar must be the same."""
    return _origin(name, url(name, default))


def origins(name: str) -> list[str]:
    """A comma-separated list of origins, each exactly as ``origin`` has one: https, or http on this machine by its name."""
    found = [_origin(name, part) for part in items(name)]
    for part in found:
        if not part.startswith("https://") and urlsplit(part).hostname not in LOOPBACK:
            raise ImproperlyConfigured(f"{name}: {part!r} must begin with https:// (http only for {LOOPBACK[0]}).")
    return found


def _origin(name: str, raw: str) -> str:
    parts = urlsplit(raw)
    try:
        usual = parts.port == {"http": 80, "https": 443}[parts.scheme]
    except (ValueError, KeyError):  # no port at all, or no web address
        usual = True
    if usual or not parts.hostname or "@" in parts.netloc or raw != f"{parts.scheme}://{parts.netloc}".lower():
        raise ImproperlyConfigured(
            f"{name}={raw!r} must be scheme and host in small letters, like https://metya.example."
        )
    return raw


def pairs(name: str) -> dict[int, str]:
    """``1=https://…,8453=https://…`` as a dictionary from chain id to URL."""
    DECLARED[name] = "list"
    found: dict[int, str] = {}
    for part in items(name):
        number, sep, address = part.partition("=")
        if not sep or not _is_number(number.strip()) or urlsplit(address.strip()).scheme not in ("http", "https"):
            raise ImproperlyConfigured(f"{name}: {part!r} is not CHAIN_ID=URL.")
        found[int(number)] = address.strip()
    return found


def secret(name: str, default: str = "") -> str:
    """A secret from ``NAME`` or from the file that ``NAME_FILE`` names; never both."""
    DECLARED[name] = "secret"
    path = os.environ.get(f"{name}_FILE", "").strip()
    direct = os.environ.get(name, "").strip()
    if path and direct:
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
    if path:
        try:
            kept = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "not text in UTF-8"
            raise ImproperlyConfigured(f"{name}_FILE: {path} cannot be read ({why}).") from error
        if not kept:
            raise ImproperlyConfigured(f"{name}_FILE: {path} is empty.")
        return kept
    return direct or default


def mail_server(name: str) -> dict[str, Any]:
    """A mail server as ``smtp://user:password@host`` (STARTTLS, port 587), ``smtps://`` (TLS, 465) or ``smtp-plain://`` (port 25,
    for a relay on the same machine): host, port, user, password, starttls, tls. Empty when unset. It may come from a file."""
    raw = secret(name)
    if not raw:
        return {}
    ports = {"smtp": 587, "smtps": 465, "smtp-plain": 25}
    try:
        parts = urlsplit(raw)
        port = parts.port or ports[parts.scheme]
    except (ValueError, KeyError) as error:
        raise ImproperlyConfigured(f"{name} is not smtp://, smtps:// or smtp-plain:// with a host.") from error
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ImproperlyConfigured(
            f"{name} is not smtp://user:password@host:port (write / ? # in a password as %2F %3F %23)."
        )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return {
        "host": parts.hostname,
        "port": port,
        "user": user,
        "password": password,
        "starttls": parts.scheme == "smtp",
        "tls": parts.scheme == "smtps",
    }
