"""A second process of the site, as a script: a hub with one follower of member 1, whose frames it prints; each line of its
input is an event that it publishes."""

import asyncio
import json
import sys

import django

django.setup()

from social.live import carrier, hub, reads  # noqa: E402
from social.live.sockets import Socket  # noqa: E402


async def main() -> None:
    def interest(member: int) -> reads.Interest:
        return reads.Interest(member, frozenset({1, member}), frozenset())

    reads.interest_of, reads.may_watch = interest, lambda member, ids: ids
    reads.newest_ids, reads.posts_after, reads.notifications_after = lambda: (0, 0), lambda last: [], lambda last: []

    async def send(message: dict) -> None:
        print(message["text"], flush=True)

    here = hub.Hub.here()
    socket = Socket(2, "s", send)
    await here.open(socket)
    here.accepted(socket)
    while not here.upkeep.listening:
        await asyncio.sleep(0.01)
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        carrier.send(json.loads(line))
    here.remove(socket)


asyncio.run(main())
