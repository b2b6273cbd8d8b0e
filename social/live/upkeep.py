"""What a hub does beside telling: listening to the other processes, the slow poll, and ending sockets of ended sessions."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from channels.db import database_sync_to_async as in_thread
from channels.layers import InMemoryChannelLayer, get_channel_layer

from social.live import carrier, reads
from social.live.meter import meter
from social.live.sockets import Code

if TYPE_CHECKING:
    from social.live.hub import Hub

logger = logging.getLogger(__name__)
POLL_SECONDS = 3.0
CHECK_EVERY = 3  # polls
REJOIN_EVERY = 20  # polls
WRITE_EVERY = 20  # polls: a minute
RETRY_SECONDS = 2.0
# Ids are given out before the commit, so a lower one may appear after a higher one: look this far back.
OVERLAP = 100
REMEMBERED = 2_000


class Upkeep:
    def __init__(self, hub: "Hub") -> None:
        self.hub = hub
        self.tasks: list[asyncio.Task[None]] = []
        self.known: dict[str, dict[int, None]] = {}
        self.last_post = self.last_notification = 0
        self.channel = ""
        self.listening = False  # to the other processes
        self.tried = asyncio.Event()
        self.begun = asyncio.Event()

    def start(self) -> None:
        """Begin to listen and to poll."""
        if isinstance(get_channel_layer(), InMemoryChannelLayer):
            carrier.attach(self.hub.loop, self.hub.take)
            self.tried.set()
        else:
            self.tasks.append(self.hub.loop.create_task(self._listen()))
        self.tasks.append(self.hub.loop.create_task(self._rounds()))

    def stop(self) -> None:
        """The last socket left."""
        carrier.detach(self.hub.loop)
        for task in self.tasks:
            task.cancel()
        self.tasks.clear()

    async def started(self) -> None:
        """Wait until events arrive here (without Redis, and after two seconds, the poll must do) and the poll has begun.

        The poll passes over what was there when it began, so no socket may have caught up before that: what was written
        in between would be told by neither.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RETRY_SECONDS):
                await self.tried.wait()
        await self.begun.wait()

    def is_new(self, kind: str, number: int) -> bool:
        """Whether this id was not heard of before, by event or poll; remembers it (the last 2,000 of each kind)."""
        known = self.known.setdefault(kind, {})
        if number in known:
            return False
        known[number] = None
        if len(known) > REMEMBERED:
            del known[next(iter(known))]
        return True

    # --- the other processes -------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        """The one subscription of the process; Redis going away is logged and tried again."""
        layer = get_channel_layer()
        self.channel = await layer.new_channel("live")
        try:
            while True:
                try:
                    await layer.group_add(carrier.GROUP, self.channel)
                    self.listening = True
                    self.tried.set()
                    while True:
                        self.hub.take((await layer.receive(self.channel))["event"])
                except Exception as error:
                    self.listening = False
                    self.tried.set()
                    logger.warning("live hints of other processes are not heard (%s); trying again", error)
                    await asyncio.sleep(RETRY_SECONDS)
        finally:
            with contextlib.suppress(Exception):
                await layer.group_discard(carrier.GROUP, self.channel)

    async def rejoin(self) -> None:
        """Membership of a group lapses after a day, and with a restart of Redis."""
        if self.channel:
            await get_channel_layer().group_add(carrier.GROUP, self.channel)

    # --- the database ----------------------------------------------------------------------------------------------

    async def _rounds(self) -> None:
        while not await _carefully(self._begin):
            await asyncio.sleep(RETRY_SECONDS)
        turn = 0
        while True:
            await asyncio.sleep(POLL_SECONDS)
            turn += 1
            self.hub.drop_stuck()
            meter.sampled(len(self.hub.sockets))
            await _carefully(self.poll)
            if turn % CHECK_EVERY == 0:
                await _carefully(self.end_ended)
            if turn % WRITE_EVERY == 0:
                await _carefully(in_thread(meter.write))
            if turn % REJOIN_EVERY == 0:
                await _carefully(self.rejoin)

    async def _begin(self) -> None:
        """From here on the poll looks; what was before is known."""
        self.last_post, self.last_notification = await in_thread(reads.newest_ids)()
        for post in await in_thread(reads.posts_after)(self.last_post - OVERLAP):
            self.is_new("thread" if post.root_id else "feed", post.id)
        for number, _ in await in_thread(reads.notifications_after)(self.last_notification - OVERLAP):
            self.is_new("notifications", number)
        self.begun.set()

    async def poll(self) -> None:
        """Notice what no event told of: a command beside the embedded server, a time without Redis, a dropped event."""
        for post in await in_thread(reads.posts_after)(self.last_post - OVERLAP):
            self.last_post = max(self.last_post, post.id)
            readers: carrier.Event = {
                "author": post.author_id,
                "audience": post.audience_id,
                "answers": post.answers_id,
            }
            if post.chosen is not None:
                readers["chosen"] = post.chosen
            if post.root_id:
                self.hub.take({"t": "thread", "id": post.root_id, "post": post.id, **readers})
            else:
                self.hub.take({"t": "feed", "id": post.id, **readers})
        for number, member_id in await in_thread(reads.notifications_after)(self.last_notification - OVERLAP):
            self.last_notification = max(self.last_notification, number)
            if self.is_new("notifications", number):
                self.hub.take({"t": "notifications", "newest": [[member_id, number]]})

    async def end_ended(self) -> None:
        """Close the sockets of sessions and accounts that ended without telling."""
        hub = self.hub
        sessions = await in_thread(reads.ended_sessions)(list({socket.session for socket in hub.sockets}))
        members = await in_thread(reads.ended_members)(list(hub.members))
        for socket in list(hub.sockets):
            if socket.session in sessions or socket.member_id in members:
                hub.drop(socket, Code.ENDED)


async def _carefully(work: Callable[[], Awaitable[object]]) -> bool:
    """Whether it went well; an error (the database is away) is logged and left to the next round."""
    try:
        await work()
    except Exception:
        logger.exception("the live hub's upkeep stumbled; trying again")
        return False
    return True
