"""Many pages with open sockets: python -m tests.bench.live.pages PORT COUNT < cookies

Reads COUNT cookies (or empty lines), opens a socket for each and prints ``ready``. Each further line of input asks to wait
until every socket has got a frame; the answer is the moments at which they did, as JSON.
"""

import asyncio
import base64
import json
import os
import sys
import time
from typing import cast

AT_ONCE = 16
TRIES = 5
TEXT, PING, PONG = 1, 9, 10
HANDSHAKE = (
    "GET /live/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nCookie: {cookie}\r\n\r\n"
)


class Page(asyncio.Protocol):
    """Just enough of a WebSocket client: the upgrade, then the time of the first bytes of each round."""

    def __init__(self, hello: bytes) -> None:
        self.hello, self.head = hello, b""
        self.open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.got: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self.hello)

    def data_received(self, data: bytes) -> None:
        if self.open.done():
            self.frames(data)
            return
        self.head += data
        if b"\r\n\r\n" in self.head:
            if self.head.startswith(b"HTTP/1.1 101"):
                self.open.set_result(None)
            else:
                self.open.set_exception(RuntimeError(self.head[:200].decode("latin-1")))

    def frames(self, data: bytes) -> None:
        """Small unmasked frames, whole, as this bench's servers send them."""
        while data:
            code, size = data[0] & 15, data[1]
            payload, data = data[2 : 2 + size], data[2 + size :]
            if code == PING:
                self.transport.write(bytes([128 | PONG, 128 | size, 0, 0, 0, 0]) + payload)
            elif code == TEXT and self.got is None:
                self.got = time.monotonic()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.open.done():
            self.open.set_exception(ConnectionError("closed during the handshake"))


async def open_page(port: int, cookie: str, gate: asyncio.Semaphore) -> Page:
    key = base64.b64encode(os.urandom(16)).decode()
    hello = HANDSHAKE.format(port=port, key=key, cookie=cookie).encode()
    async with gate:
        for left in reversed(range(TRIES)):
            _, page = await asyncio.get_running_loop().create_connection(lambda: Page(hello), "127.0.0.1", port)
            try:
                await page.open
                break
            except (RuntimeError, ConnectionError):  # a busy machine: daphne gives a handshake five seconds
                if not left:
                    raise
    return page


async def main(port: int, count: int) -> None:
    cookies = [sys.stdin.readline().strip() for _ in range(count)]
    gate = asyncio.Semaphore(AT_ONCE)
    pages = await asyncio.gather(*(open_page(port, cookie, gate) for cookie in cookies))
    print("ready", flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        deadline = time.monotonic() + 10
        while any(page.got is None for page in pages) and time.monotonic() < deadline:
            await asyncio.sleep(0.005)
        print(json.dumps([page.got for page in pages if page.got is not None]), flush=True)
        for page in pages:
            page.got = None


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
