"""Sockets without a network, and a hub that does not keep a test waiting."""

import asyncio
import contextlib
import json

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from social.live import hub as hubs
from social.live import upkeep
from social.live.consumers import live


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(hubs, "PAUSE_SECONDS", 0.2)
    monkeypatch.setattr(hubs, "TICK_SECONDS", 0.01)


@pytest.fixture
def _no_poll(monkeypatch):
    """Only events: what arrives was published, not found by the poll."""
    monkeypatch.setattr(upkeep, "POLL_SECONDS", 3600)


class Page(WebsocketCommunicator):
    """A member's page with its socket."""

    async def opened(self) -> "Page":
        connected, code = await self.connect(timeout=5)
        assert connected, code
        return self

    async def say(self, **message) -> None:
        await self.send_to(text_data=json.dumps(message))

    async def hint(self, timeout: float = 5) -> dict:
        return json.loads(await self.receive_from(timeout=timeout))

    async def silent(self, timeout: float = 0.4) -> bool:
        return await self.receive_nothing(timeout=timeout, interval=0.02)

    async def closed_with(self, timeout: float = 5) -> int:
        while True:
            message = await self.receive_output(timeout)
            if message["type"] == "websocket.close":
                return message["code"]


@sync_to_async
def _sign_in(person) -> str:
    client = Client()
    client.force_login(person)
    return client.session.session_key


@pytest.fixture
async def visit():
    """A function that makes the (unopened) page of a member, or of nobody."""
    made = []

    async def make(person=None, *, session=None, origin=None, path="/live/") -> Page:
        if person is not None:
            session = await _sign_in(person)
        headers = [(b"host", b"testserver")]
        if session:
            headers.append((b"cookie", f"theme=dark; {settings.SESSION_COOKIE_NAME}={session}".encode()))
        if origin is not None:
            headers.append((b"origin", origin.encode()))
        made.append(Page(live, path, headers=headers))
        made[-1].session = session
        return made[-1]

    yield make
    for one in made:
        with contextlib.suppress(Exception, asyncio.CancelledError):
            await one.disconnect()


@pytest.fixture
def page(visit):
    """A function that opens a member's page."""

    async def open_page(person) -> Page:
        return await (await visit(person)).opened()

    return open_page


@pytest.fixture
def until():
    """A function that waits for a condition of the hub, failing after five seconds."""

    async def wait(condition) -> None:
        async with asyncio.timeout(5):
            while not condition():
                await asyncio.sleep(0.005)

    return wait
