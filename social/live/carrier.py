"""Carries events from wherever they are published to the hub of every process.

Without Redis there is one process: its hubs are handed the event on their own loop. With Redis the event goes to the one
group that every hub subscribes to, from a thread of its own, so that a slow or missing Redis never delays a request.
"""

import asyncio
import atexit
import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import Context
from typing import Any

from channels.layers import InMemoryChannelLayer, get_channel_layer

logger = logging.getLogger(__name__)
Event = dict[str, Any]
Taker = Callable[[Event], None]
GROUP = "metya.live"
_takers: dict[asyncio.AbstractEventLoop, Taker] = {}
_lock = threading.Lock()


def attach(loop: asyncio.AbstractEventLoop, take: Taker) -> None:
    """Let ``take`` receive, on ``loop``, the events that this process publishes to itself."""
    with _lock:
        _takers[loop] = take


def detach(loop: asyncio.AbstractEventLoop) -> None:
    """The hub of ``loop`` is gone."""
    with _lock:
        _takers.pop(loop, None)


def send(event: Event) -> None:
    """Hand ``event`` on; returns at once, never raises for a dead loop or an absent Redis (the hubs' poll heals that)."""
    if not isinstance(get_channel_layer(), InMemoryChannelLayer):
        _outbox().put(event)
        return
    with _lock:
        takers = list(_takers.items())
    for loop, take in takers:
        try:
            # In a context of its own: what a request's thread carries must not follow the event into the hub.
            loop.call_soon_threadsafe(take, event, context=Context())
        except RuntimeError:  # the loop was closed without a goodbye
            detach(loop)


class Outbox:
    """A thread with an event loop that writes events to the channel layer; one per process, started when first needed."""

    LIMIT = 10_000
    GOODBYE_SECONDS = 2.0

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.waiting: set[Future[None]] = set()
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="live-outbox", daemon=True).start()
        atexit.register(self.drain)

    def put(self, event: Event) -> None:
        """Queue one event; beyond LIMIT (Redis hangs) it is dropped, since the database is the log."""
        if len(self.waiting) >= self.LIMIT:
            return
        future = asyncio.run_coroutine_threadsafe(self._write(event), self.loop)
        self.waiting.add(future)
        future.add_done_callback(self.waiting.discard)

    async def _write(self, event: Event) -> None:
        try:
            async with asyncio.timeout(5):
                await get_channel_layer().group_send(GROUP, {"type": "live.event", "event": event})
        except Exception as error:
            logger.warning("a live hint was not sent (%s: %s)", type(error).__name__, error)

    def drain(self) -> None:
        """Wait a moment for what is on its way, so that a short command's hints arrive."""
        for future in list(self.waiting):
            try:
                future.result(self.GOODBYE_SECONDS)
            except Exception:
                return


_current: Outbox | None = None


def _outbox() -> Outbox:
    """This process's outbox; a forked child makes its own."""
    global _current
    with _lock:
        if _current is None or _current.pid != os.getpid():
            _current = Outbox()
        return _current


def drain() -> None:
    """Wait until what this process published has left it."""
    if _current is not None and _current.pid == os.getpid():
        _current.drain()
