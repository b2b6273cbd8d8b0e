"""Telling one chosen service something and reading its answer line by line, as it comes.

The address is no member's choice: its origin is one of a list that whoever runs the machine wrote. Still its numbers are judged:
public ones alone, or, where the list names this machine, those of this machine alone. No redirect is followed, since the answer
could send what was said, and the key, elsewhere; the connection ends at the deadline, and with more than ``most`` bytes.
"""

import http.client
import ipaddress
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from social.outgoing.addresses import MOST, PORTS, Address, Refused
from social.outgoing.fetching import Connect, Failed, Fetcher, Resolve, left, send

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Service(Address):
    """An address on any port, with which it is called by name."""

    on: int

    @property
    def port(self) -> int:
        return self.on

    @property
    def netloc(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.on == PORTS[self.scheme] else f"{host}:{self.on}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.target}"

    @property
    def here(self) -> bool:
        """On this machine."""
        return self.host in LOOPBACK


@dataclass(frozen=True)
class Reading:
    """What answers: the status, the media type in small letters, the header Retry-After, and what follows by lines."""

    status: int
    kind: str
    wait: str
    lines: Iterator[bytes]


def service(url: str, origins: list[str]) -> Service:
    """The address ``url``, whose origin is exactly one of ``origins``. Raises Refused."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError as error:
        raise Refused("not an address") from error
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url and len(url) <= MOST
    if not plain or parts.scheme not in PORTS or not host or "@" in parts.netloc or parts.query or parts.fragment:
        raise Refused("not an address")
    if f"{parts.scheme}://{parts.netloc}" not in origins:
        raise Refused("not in the list of allowed origins")
    if parts.scheme != "https" and host not in LOOPBACK:
        raise Refused("only https")
    return Service(parts.scheme, host, parts.path or "/", port or PORTS[parts.scheme])


class Caller:
    """Asks services, those on this machine and those elsewhere, each by its own rule. Tests have their own network."""

    def __init__(
        self,
        purpose: str,
        resolve: Resolve | None = None,
        connect: Connect | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._away = Fetcher(purpose, resolve, connect, context)
        self._here = Fetcher(purpose, resolve, connect, context, allows=_is_here)

    @contextmanager
    def post(
        self, where: Service, headers: Mapping[str, str], body: bytes, deadline: float, most: int
    ) -> Iterator[Reading]:
        """Send ``body`` and read at most ``most`` bytes by ``deadline`` (of time.monotonic). Raises Failed."""
        fetcher = self._here if where.here else self._away
        try:
            with fetcher.asking(where, deadline) as connection:
                told = {"User-Agent": fetcher.name, **headers, "Content-Length": str(len(body))}
                send(connection, "POST", where, told, body)
                with connection.getresponse() as response:
                    kind = (response.getheader("Content-Type") or "").partition(";")[0].strip().lower()
                    wait = response.getheader("Retry-After") or ""
                    yield Reading(response.status, kind, wait, _lines(response, deadline, most))
        except Refused as error:
            raise Failed(f"refused: {error}", lasting=True) from error


def _lines(response: http.client.HTTPResponse, deadline: float, most: int) -> Iterator[bytes]:
    taken = 0
    while line := response.readline(most + 1 - taken):
        left(deadline)
        taken += len(line)
        if taken > most:
            raise Failed("too large", lasting=True)
        yield line
    if response.length:  # less came than was announced
        raise http.client.IncompleteRead(b"", response.length)


def _is_here(number: str) -> bool:
    return ipaddress.ip_address(number).is_loopback
