"""A push service of its own: it answers as RFC 8030 asks, over TLS, reached as if at a public number; and devices that can
read what it was given."""

import base64
import json
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client
from django.utils import timezone

from social.notifications.models import NotificationKind
from social.push import actions, jobs, sending
from social.push.models import PushDevice, PushLine
from tests.social.outgoing.conftest import Web, _certificate

HOST = "safe.example.net"
DEVICES = "/settings/notifications/devices/"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Asked:
    path: str
    headers: dict[str, str]
    body: bytes


class Service(Web):
    """``status`` and ``headers`` of the answer to a path (else 201); ``got`` is what it was given."""

    def __init__(self, port, context) -> None:
        super().__init__(0, port, context)
        self.got: list[Asked] = []
        self.answers: dict[str, tuple[int, dict[str, str]]] = {}
        self.hook = None


class Browser:
    """The keys that a browser keeps to itself, and a client signed in with it."""

    def __init__(self, client: Client, name: str) -> None:
        self.client, self.path = client, f"/push/{name}"
        self.key, self.auth = ec.generate_private_key(ec.SECP256R1()), name.encode().ljust(16, b".")[:16]

    @property
    def endpoint(self) -> str:
        return f"https://{HOST}{self.path}"

    @property
    def subscription(self) -> dict:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {
            "endpoint": self.endpoint,
            "expirationTime": None,
            "keys": {"p256dh": b64(point), "auth": b64(self.auth)},
        }

    def turn_on(self, **changes):
        return self.client.post(DEVICES, json.dumps(self.subscription | changes), "application/json")

    def read(self, asked: Asked) -> dict:
        """As the browser does before it gives it to the service worker."""
        return json.loads(
            http_ece.decrypt(asked.body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        )


@pytest.fixture(scope="session")
def _push_server(tmp_path_factory):
    class Handler(BaseHTTPRequestHandler):
        service: Service | None = None

        def do_POST(self):
            service = type(self).service
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.got.append(Asked(self.path, dict(self.headers), body))
            with suppress(OSError):
                if service.hook:
                    service.hook(self)
                status, headers = service.answers.get(self.path, (201, {"Location": "/m/1"}))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

        def log_message(self, *_args):
            pass

    path, trusting = _certificate(tmp_path_factory.mktemp("push-tls"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.daemon_threads, server.block_on_close = True, False
    server.handle_error = lambda *_args: None
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield Handler, server.server_port, trusting
    server.shutdown()
    server.server_close()


@pytest.fixture
def service(_push_server, monkeypatch) -> Service:
    handler, port, context = _push_server
    handler.service = Service(port, context)
    monkeypatch.setattr(sending, "fetcher", handler.service.fetcher)
    return handler.service


@pytest.fixture
def browser_of(as_member):
    """A function: a browser in which the member turned push on (unless ``on`` is False), for everything that there is."""

    def make(
        member, name: str = "", *, on: bool = True, agent: str = "Mozilla/5.0 (Android 14) Firefox/140.0"
    ) -> Browser:
        made = Browser(as_member(member, headers={"User-Agent": agent}), name or f"of-{member.handle}")
        made.client.get("/help/")  # the session is noted
        if on:
            actions.choose(actor=member, wanted=dict.fromkeys(NotificationKind.values, True))
            assert made.turn_on().status_code == 204
        return made

    return make


def device_of(browser: Browser) -> PushDevice:
    return PushDevice.objects.get(digest=PushDevice.digest_of(browser.endpoint))


def let_time_pass() -> None:
    """All that waits is due, and nothing is paced or silent any more."""
    long_ago = timezone.now() - timezone.timedelta(hours=1)
    PushLine.objects.filter(waiting=True).update(due_at=long_ago)
    PushLine.objects.exclude(sent_at=None).update(sent_at=long_ago)
    PushDevice.objects.update(silent_until=None)


def run_all() -> None:
    """Whatever waits is sent, by the jobs' own bodies."""
    let_time_pass()
    for pk in PushLine.objects.filter(waiting=True).order_by("pk").values_list("pk", flat=True):
        jobs.push.call(pk)
