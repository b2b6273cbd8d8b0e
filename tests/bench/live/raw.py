"""What there is to beat: `websockets.broadcast()` of the same text: python -m tests.bench.live.raw PORT

Prints ``ready``; each line of input broadcasts once, answered by the moment it began.
"""

import asyncio
import sys
import time

from websockets.asyncio.server import ServerConnection, broadcast, serve

TEXT = '{"t":"feed","id":1000001}'


async def main(port: int) -> None:
    everyone: set[ServerConnection] = set()

    async def hold(connection: ServerConnection) -> None:
        everyone.add(connection)
        try:
            await connection.wait_closed()
        finally:
            everyone.discard(connection)

    async with serve(hold, "127.0.0.1", port, compression=None, ping_interval=None):
        print("ready", flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            began = time.monotonic()
            broadcast(everyone, TEXT)
            print(began, flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
