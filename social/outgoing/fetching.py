"""Asking a public site for one page or picture, or telling it something, under the rules of ``addresses`` and within bounds of
time and size.

A name is resolved once, every number it has is judged, and the connection goes to a number that was judged: what the name
means a moment later changes nothing. Each redirect is an address like the first. No cookies, no credentials, no proxy of the
environment. One deadline stands over everything, name, handshake, headers and body, however slowly bytes drip.
"""

import http.client
import io
import queue
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from functools import cache
from typing import Any
from urllib.parse import quote, urljoin

from django.conf import settings

from social.outgoing.addresses import Address, Refused, is_public, read

MOST_REDIRECTS = 3
CONNECT_SECONDS = 4.0
_REDIRECTS = {301, 302, 303, 307, 308}
_TRIED = 2  # numbers of one host
# The system's resolver cannot be told to hurry: what is too late is left behind, this many at most.
_asking = threading.BoundedSemaphore(8)

Resolve = Callable[[str, int, float], list[str]]
Connect = Callable[[str, int, float], socket.socket]


class Failed(Exception):
    """No page came. ``lasting``: asking again soon is pointless; ``of_host``: its other pages would fail as well."""

    def __init__(self, why: str, *, lasting: bool = False, of_host: bool = False) -> None:
        super().__init__(why)
        self.lasting = lasting
        self.of_host = of_host


@dataclass(frozen=True)
class Answer:
    """``url`` is where the redirects led, ``kind`` the media type in small letters."""

    url: str
    kind: str
    charset: str
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What came of a POST: the status, and how long to ``wait`` (Retry-After as it stands)."""

    status: int
    wait: str


@dataclass(frozen=True)
class Wanted:
    """What is taken: of these kinds, at most so many bytes; the beginning of what is longer if ``cut``."""

    kinds: Collection[str]
    most: int
    cut: bool = False


class Fetcher:
    """``purpose`` is what other sites read in their logs of why they are asked. ``resolve`` and ``connect`` are what reaches
    the network; tests give their own, the judging between them stays."""

    def __init__(
        self,
        purpose: str,
        resolve: Resolve | None = None,
        connect: Connect | None = None,
        context: ssl.SSLContext | None = None,
        allows: Callable[[str], bool] = is_public,
    ) -> None:
        """``allows`` judges each number; only for an address that is no member's choice it may be another rule."""
        self._purpose = purpose
        self._allows = allows
        self._resolve = resolve or numbers_of
        self._connect = connect or _connected
        self._context = context

    def get(self, url: str, wanted: Wanted, deadline: float) -> Answer:
        """The answer to a GET, by ``deadline`` (of time.monotonic). Raises Failed; Refused becomes a lasting failure."""
        try:
            address = read(url)
            for _number in range(MOST_REDIRECTS + 1):
                found = self._ask(address, wanted, deadline)
                if isinstance(found, Answer):
                    return found
                address = read(found)
        except Refused as error:
            raise Failed(f"refused: {error}", lasting=True) from error
        raise Failed("too many redirects", lasting=True)

    def post(self, url: str, headers: Mapping[str, str], body: bytes, deadline: float) -> Reply:
        """What the server says to ``body``, whatever its status; redirects are not followed. Raises Failed."""
        try:
            address = read(url)
            with self.asking(address, deadline) as connection:
                told = {"User-Agent": self.name, **headers, "Content-Length": str(len(body))}
                send(connection, "POST", address, told, body)
                with connection.getresponse() as response:
                    return Reply(response.status, response.getheader("Retry-After") or "")
        except Refused as error:
            raise Failed(f"refused: {error}", lasting=True) from error

    @property
    def name(self) -> str:
        """The User-Agent."""
        return f"Mozilla/5.0 (compatible; Metya {self._purpose}; +{settings.SITE_URL})"

    def _ask(self, address: Address, wanted: Wanted, deadline: float) -> Answer | str:
        """The answer, or where a redirect leads."""
        headers = {
            "User-Agent": self.name,
            "Accept": ", ".join(wanted.kinds),
            "Accept-Encoding": "gzip",
        }
        with self.asking(address, deadline) as connection:
            send(connection, "GET", address, headers)
            with connection.getresponse() as response:
                return _received(response, address, wanted)

    @contextmanager
    def asking(self, address: Address, deadline: float) -> Iterator[http.client.HTTPConnection]:
        """A connection, whose every trouble is a failure of the host."""
        line: _Line | None = None
        try:
            line = self._open(address, deadline)
            connection = http.client.HTTPConnection(address.host)
            connection.sock = line  # type: ignore[assignment]
            yield connection
        except (OSError, http.client.HTTPException, zlib.error, ValueError) as error:
            raise Failed(f"{address.host}: {type(error).__name__}", of_host=True) from error
        finally:
            if line is not None:
                line.hang_up()

    def _open(self, address: Address, deadline: float) -> "_Line":
        """A connection to a number that was judged; of several, all must be public."""
        numbers = self._resolve(address.host, address.port, left(deadline))
        if not numbers:
            raise Failed(f"{address.host}: no such name", of_host=True)
        if not all(self._allows(number) for number in numbers):
            raise Refused("not a public address")
        for number in numbers[:_TRIED]:
            raw = None
            try:
                raw = self._connect(number, address.port, min(CONNECT_SECONDS, left(deadline)))
                raw.settimeout(left(deadline))
                if address.scheme == "https":
                    context = self._context or _trusted()
                    raw = context.wrap_socket(raw, server_hostname=address.host)
                return _Line(raw, deadline)
            except OSError:
                if raw is not None:
                    raw.close()
        raise Failed(f"{address.host}: no connection", of_host=True)


class _Line:
    """A connected socket as http.client uses one; every wait on it ends at the deadline."""

    def __init__(self, raw: socket.socket, deadline: float) -> None:
        self.raw = raw
        self.deadline = deadline

    def sendall(self, data: bytes) -> None:
        self.raw.settimeout(left(self.deadline))
        self.raw.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reading(self))

    def close(self) -> None:
        """http.client lets go as soon as it has the headers; the body is still to be read."""

    def hang_up(self) -> None:
        with suppress(OSError):
            self.raw.close()


class _Reading(io.RawIOBase):
    def __init__(self, line: _Line) -> None:
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._line.raw.settimeout(left(self._line.deadline))
        return self._line.raw.recv_into(buffer)


def left(deadline: float) -> float:
    """Seconds until then. Raises Failed when there are none."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise Failed("too slow", of_host=True)
    return seconds


def send(
    connection: http.client.HTTPConnection, verb: str, address: Address, headers: Mapping[str, str], body: bytes = b""
) -> None:
    connection.putrequest(verb, address.target, skip_host=True, skip_accept_encoding=True)
    connection.putheader("Host", address.netloc)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.putheader("Connection", "close")
    connection.endheaders(body or None)


def _received(response: http.client.HTTPResponse, address: Address, wanted: Wanted) -> Answer | str:
    status = response.status
    if status in _REDIRECTS and (where := response.getheader("Location")):
        # Headers are read as Latin-1; what was meant is mostly UTF-8.
        where = where.encode("latin-1", "replace").decode("utf-8", "replace").strip()
        return urljoin(address.url, quote(where, safe="/%:@!$&'()*+,;=~-._?#[]"))
    if status != 200:
        troubled = status >= 500 or status in (408, 425, 429)
        raise Failed(f"status {status}", lasting=not troubled, of_host=troubled)
    said = Message()
    said["Content-Type"] = response.getheader("Content-Type") or ""
    kind = said.get_content_type().lower()
    if kind not in wanted.kinds:
        raise Failed(f"of the kind {kind[:60]}", lasting=True)
    body = _body(response, wanted)
    return Answer(address.url, kind, str(said.get_param("charset") or ""), body)


def _body(response: http.client.HTTPResponse, wanted: Wanted) -> bytes:
    """What was sent, unpacked; neither packed nor unpacked more than the limit is ever held."""
    packed = (response.getheader("Content-Encoding") or "identity").strip().lower()
    if packed not in ("identity", "gzip", "x-gzip"):
        raise Failed("packed in a way that was not asked for", lasting=True)
    unpack = None if packed == "identity" else zlib.decompressobj(31)
    found, taken = bytearray(), 0
    while len(found) <= wanted.most and taken <= wanted.most:
        part = response.read1(65_536)
        if not part:
            return bytes(found)
        taken += len(part)
        found += unpack.decompress(part, wanted.most + 1 - len(found)) if unpack else part
    if not wanted.cut:
        raise Failed("too large", lasting=True)
    return bytes(found[: wanted.most])


def numbers_of(host: str, port: int, seconds: float) -> list[str]:
    """The numbers of a name, as the system's resolver gives them within ``seconds``; empty when it does not."""
    if not _asking.acquire(timeout=seconds):
        return []
    answers: queue.SimpleQueue[list[str]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([str(entry[4][0]) for entry in found])
        except (OSError, UnicodeError):
            answers.put([])
        finally:
            _asking.release()

    threading.Thread(target=ask, name="name of a host", daemon=True).start()
    try:
        return answers.get(timeout=seconds)
    except queue.Empty:
        return []


def _connected(number: str, port: int, seconds: float) -> socket.socket:
    return socket.create_connection((number, port), timeout=seconds)


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()
