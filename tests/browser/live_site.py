"""A real server for browser tests: daphne in a process of its own, pages and WebSocket, on the test run's database.

The fixture ``live_site`` gives its address and browsers in which members are signed in.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from metya.wallets.models import Member
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
SETTLE_SECONDS = 10


@dataclass
class LiveSite:
    """``url`` without a slash at its end."""

    url: str
    browser: Browser
    contexts: list[BrowserContext]

    def visitor(self, **options) -> BrowserContext:
        """A browser of its own (cookies, storage); options as of Playwright's ``new_context``. Without service workers,
        behind which a test cannot reach into requests, unless they are asked for."""
        options.setdefault("service_workers", "block")
        context = self.browser.new_context(base_url=self.url, **options)
        context.set_default_timeout(10_000)
        self.contexts.append(context)
        return context

    def browser_of(self, member: Member, **options) -> BrowserContext:
        """A browser in which the member is signed in."""
        context = self.visitor(**options)
        self.sign_in(context, member)
        return context

    def sign_in(self, context: BrowserContext, member: Member) -> None:
        """Give the browser a fresh session of the member."""
        client = Client()
        client.force_login(member)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.session.session_key, "url": self.url}
        context.add_cookies([cookie])

    def page_of(self, member: Member, path: str = "/", **options) -> Page:
        """A page of the signed-in member at ``path``."""
        page = self.browser_of(member, **options).new_page()
        page.goto(path)
        return page


def _database_url() -> str:
    """Where the test run keeps its database."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    login = f"{found['USER']}:{found['PASSWORD']}" if found["PASSWORD"] else found["USER"]
    return f"postgres://{login}@{found['HOST'] or '127.0.0.1'}:{found['PORT'] or 5432}/{found['NAME']}"


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"the server of the browser tests ended with code {server.returncode}")
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the server of the browser tests did not start")


@contextmanager
def served(blocker, **settings_of_its_own: str) -> Iterator[str]:
    """A server on the test run's database until the end of the block; its address."""
    with blocker.unblock():
        database = _database_url()
    port = free_port()
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.browser.site_settings",
        "DATABASE_URL": database,
        "SITE_URL": f"http://127.0.0.1:{port}",
        "SITE_DATA_DIR": str(settings.DATA_DIR),
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
    }
    command = (sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "-v", "0", "metya.asgi:application")
    server = subprocess.Popen(command, cwd=ROOT, env=env | settings_of_its_own)
    try:
        _wait_for(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


@pytest.fixture(scope="session")
def site_server(django_db_setup, django_db_blocker) -> Iterator[str]:
    with served(django_db_blocker) as url:
        yield url


def settle() -> None:
    """Wait until the server has done what pages asked of it that are closed by now.

    Emptying the tables takes locks on all of them, which on PostgreSQL would deadlock with a request at work.
    """
    if connection.vendor != "postgresql":
        return
    deadline, calm = time.monotonic() + SETTLE_SECONDS, 0
    while calm < 3 and time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
            )
            calm = 0 if cursor.fetchone()[0] else calm + 1
        time.sleep(0.05)


@pytest.fixture
def live_site(site_server: str, browser: Browser, transactional_db: None) -> Iterator[LiveSite]:
    """The server's address and browsers for its members; the database is emptied after the test."""
    site = LiveSite(site_server, browser, [])
    yield site
    for context in site.contexts:
        context.close()
    settle()
