"""A web of its own: sites by name, answered by a real server on this machine, reached as if at public numbers."""

import datetime
import gzip
import socket
import ssl
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from social.outgoing.fetching import Fetcher

PUBLIC = "93.184.216.34"


class Web:
    """``pages``: (host, target) to a function of the handler; ``numbers``: what names resolve to (else PUBLIC)."""

    def __init__(self, port: int, tls_port: int, context: ssl.SSLContext) -> None:
        self.ports = {80: port, 443: tls_port}
        self.pages: dict = {}
        self.numbers: dict[str, list[str]] = {}
        self.asked: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.connected: list[tuple[str, int]] = []
        self.fetcher = Fetcher("test", self.resolve, self.connect, context)

    def resolve(self, host, _port, _seconds):
        found = self.numbers.get(host, [PUBLIC])
        return found() if callable(found) else found

    def connect(self, number, port, seconds):
        self.connected.append((number, port))
        return socket.create_connection(("127.0.0.1", self.ports[port]), timeout=seconds)

    def put(self, url: str, body: bytes | str = b"", kind: str = "text/html; charset=utf-8", status=200, **headers):
        body = body.encode() if isinstance(body, str) else body

        def answer(handler):
            handler.send_response(status)
            handler.send_header("Content-Type", kind)
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()
            handler.wfile.write(body)

        self.do(url, answer)

    def do(self, url: str, answer) -> None:
        host, slash, target = url.partition("://")[2].partition("/")
        self.pages[host, slash + target or "/"] = answer


def _certificate(folder) -> tuple[str, ssl.SSLContext]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - day).not_valid_after(now + day)
    names = x509.SubjectAlternativeName([x509.DNSName("safe.example.net")])
    signed = made.add_extension(names, critical=False).sign(key, hashes.SHA256())
    path = folder / "both.pem"
    plain = serialization.NoEncryption(), serialization.PrivateFormat.PKCS8, serialization.Encoding.PEM
    path.write_bytes(key.private_bytes(plain[2], plain[1], plain[0]) + signed.public_bytes(plain[2]))
    return str(path), ssl.create_default_context(cadata=signed.public_bytes(plain[2]).decode())


@pytest.fixture(scope="session")
def _servers(tmp_path_factory):
    class Handler(BaseHTTPRequestHandler):
        web: Web | None = None

        def do_GET(self):
            web, host = type(self).web, self.headers["Host"]
            web.asked.append((host, self.path))
            web.headers.append(dict(self.headers))
            with suppress(OSError):  # the other side hung up
                web.pages.get((host, self.path), lambda handler: handler.send_error(404))(self)

        do_POST = do_GET

        def log_message(self, *_args):
            pass

    path, trusting = _certificate(tmp_path_factory.mktemp("tls"))
    plain, safe = (ThreadingHTTPServer(("127.0.0.1", 0), Handler) for _one in range(2))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    safe.socket = context.wrap_socket(safe.socket, server_side=True)
    for server in (plain, safe):
        server.daemon_threads, server.block_on_close = True, False
        server.handle_error = lambda *_args: None
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield Handler, plain.server_port, safe.server_port, trusting
    for server in (plain, safe):
        server.shutdown()
        server.server_close()


@pytest.fixture
def web(_servers) -> Web:
    handler, port, tls_port, context = _servers
    handler.web = Web(port, tls_port, context)
    return handler.web


def drip(handler) -> None:
    """An answer that never ends, one byte at a time."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        handler.wfile.write(b"x")
        time.sleep(0.02)


def drip_headers(handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        handler.wfile.write(b"x")
        time.sleep(0.02)


def bomb(size: int) -> bytes:
    return gzip.compress(b"<title>boom</title>" + b" " * size)
