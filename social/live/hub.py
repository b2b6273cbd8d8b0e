"""The hub: one for each process (strictly, each event loop), between the channel layer and the process's sockets.

It holds one subscription whatever the number of sockets, the maps from authors, members, posts and threads to sockets, and
tells each socket at most once a second. Everything here runs on the loop's own thread, so there are no locks.
"""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Coroutine, Iterable
from typing import Any, ClassVar

from channels.db import database_sync_to_async as in_thread

from social.live import reads
from social.live.carrier import Event
from social.live.meter import meter
from social.live.publish import session_mark
from social.live.sockets import Code, Socket
from social.live.upkeep import Upkeep

logger = logging.getLogger(__name__)
PAUSE_SECONDS = 1.0
TICK_SECONDS = 0.05
BATCH = 100
SLOW_SECONDS = 20.0
SOCKETS_PER_MEMBER = 10
Map = defaultdict[int, set[Socket]]


class Hub:
    """Use ``Hub.here()``: it starts with the first socket and stops with the last."""

    _hubs: ClassVar[dict[asyncio.AbstractEventLoop, "Hub"]] = {}

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.sockets: dict[Socket, None] = {}  # in order of opening
        self.authors: Map = defaultdict(set)
        self.members: Map = defaultdict(set)
        self.posts: Map = defaultdict(set)
        self.threads: Map = defaultdict(set)
        self.ready: list[Socket] = []
        self.resting: set[Socket] = set()
        self.wake = asyncio.Event()
        self.upkeep = Upkeep(self)
        self.teller: asyncio.Task[None] | None = None
        self.background: set[asyncio.Task[None]] = set()

    @classmethod
    def here(cls) -> "Hub":
        """The hub of the running event loop; add a socket to it before anything else is awaited."""
        loop = asyncio.get_running_loop()
        if loop not in cls._hubs:
            cls._hubs[loop] = cls()
        return cls._hubs[loop]

    # --- sockets come and go -------------------------------------------------------------------------------------

    async def open(self, socket: Socket) -> None:
        """Register a socket and read what interests its member; hints wait until the caller accepts it.

        It is registered first, so that a change of interest that happens during the reading is noticed.
        """
        self._add(socket)
        await self.upkeep.started()
        await self._judge([socket])

    def accepted(self, socket: Socket) -> None:
        """The connection stands: hints may flow."""
        socket.free_at = 0.0

    def _add(self, socket: Socket) -> None:
        if self.teller is None:
            self.teller = self.loop.create_task(self._tell_forever())
            self.upkeep.start()
        own = self.members.get(socket.member_id, ())
        if len(own) >= SOCKETS_PER_MEMBER:
            self.drop(next(other for other in self.sockets if other in own), Code.REPLACED)
        self.sockets[socket] = None
        self.members[socket.member_id].add(socket)
        meter.opened(len(self.sockets))

    def remove(self, socket: Socket) -> None:
        """Forget a socket that is closed; twice is harmless."""
        if socket not in self.sockets:
            return
        del self.sockets[socket]
        _leave(self.members, {socket.member_id}, socket)
        _leave(self.authors, socket.interest.authors, socket)
        self._show(socket, frozenset(), 0)
        self.resting.discard(socket)
        if not self.sockets and self.teller:
            self.teller.cancel()
            self.teller = None
            self.upkeep.stop()
            Hub._hubs.pop(self.loop, None)

    def drop(self, socket: Socket, code: Code) -> None:
        """Close a socket from this side."""
        self.remove(socket)
        self.start(socket.close(code))

    def watch(self, socket: Socket, posts: frozenset[int], thread: int) -> bool:
        """Change what is on the socket's screen, which its member may see as the caller judged; False if it is gone."""
        if socket in self.sockets:
            self._show(socket, posts, thread)
        return socket in self.sockets

    def _show(self, socket: Socket, posts: frozenset[int], thread: int) -> None:
        _leave(self.posts, socket.posts - posts, socket)
        _enter(self.posts, posts - socket.posts, socket)
        socket.counted &= posts
        if thread != socket.thread:
            _leave(self.threads, {socket.thread} - {0}, socket)
            _enter(self.threads, {thread} - {0}, socket)
            socket.flags.pop("thread", None)
        socket.posts, socket.thread = posts, thread

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside the rest; kept referenced until it is done."""
        task = self.loop.create_task(work)
        self.background.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self.background.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("something beside the live hub failed", exc_info=error)

    # --- events --------------------------------------------------------------------------------------------------

    def take(self, event: Event) -> None:
        """An event of this or another process; a malformed one is logged and passed over."""
        try:
            self._take(event)
        except (KeyError, TypeError, ValueError):
            logger.warning("a live event was not understood: %.200r", event)

    def _take(self, event: Event) -> None:
        kind = event["t"]
        if kind == "feed":
            if self.upkeep.is_new("feed", event["id"]):
                self._hint(_who_may_know(event, self.authors.get(event["author"], ())), "feed", event["id"])
        elif kind == "thread":
            if self.upkeep.is_new("thread", event["post"]):
                self._hint(_who_may_know(event, self.threads.get(event["id"], ())), "thread", event["post"])
        elif kind == "post":
            self._hint(self.posts.get(event["id"], ()), "post", event["id"])
        elif kind == "notifications":
            for member_id, newest in event["newest"]:
                self.upkeep.is_new("notifications", newest)
                self._hint(self.members.get(member_id, ()), "notifications", newest)
        elif kind == "messages":
            for member_id in event["members"]:
                self._hint(self.members.get(member_id, ()), "messages", event["id"])
        elif kind == "interest":
            for member_id in event["members"]:
                if member_id in self.members:
                    self.start(self.reload(member_id))
        elif kind == "ended":
            self._end(event)

    def _end(self, event: Event) -> None:
        if "member" in event:
            ending = list(self.members.get(event["member"], ()))
        else:
            ending = [socket for socket in self.sockets if session_mark(socket.session) == event["session"]]
        for socket in ending:
            self.drop(socket, Code.ENDED)

    async def reload(self, member_id: int) -> None:
        """The member follows, blocks or mutes differently now: judge everything of theirs anew."""
        await self._judge(list(self.members.get(member_id, ())))

    async def _judge(self, sockets: list[Socket]) -> None:
        """Read what interests the one member of ``sockets``, and drop from their screens what is no longer theirs to see."""
        if not sockets:
            return
        member_id = sockets[0].member_id
        interest = await in_thread(reads.interest_of)(member_id)
        on_screen = {post for socket in sockets for post in (*socket.posts, socket.thread)} - {0}
        seen = await in_thread(reads.may_watch)(member_id, on_screen)
        for socket in sockets:
            if socket not in self.sockets:
                continue
            _leave(self.authors, socket.interest.authors - interest.authors, socket)
            _enter(self.authors, interest.authors - socket.interest.authors, socket)
            socket.interest = interest
            gone = on_screen - seen
            self.watch(socket, socket.posts - gone, 0 if socket.thread in gone else socket.thread)

    # --- telling -------------------------------------------------------------------------------------------------

    def hint(self, socket: Socket, kind: str, newest: int) -> None:
        """Note a hint for one socket and see that it goes out: at once after a pause, else when the pause is over."""
        socket.note(kind, newest)
        if socket.marked:
            return
        socket.marked = True
        socket.noted_at = self.loop.time()
        if socket.sending_since is None and socket.free_at <= self.loop.time():
            self.ready.append(socket)
            self.wake.set()
        else:
            if not self.resting:
                self.wake.set()
            self.resting.add(socket)

    def _hint(self, sockets: Iterable[Socket], kind: str, newest: int) -> None:
        for socket in sockets:
            self.hint(socket, kind, newest)

    async def _tell_forever(self) -> None:
        look_again = 0.0
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS if self.resting else None):
                    await self.wake.wait()
            self.wake.clear()
            due, self.ready = self.ready, []
            now = self.loop.time()
            if self.resting and now >= look_again:
                rested = [one for one in self.resting if one.free_at <= now and one.sending_since is None]
                self.resting.difference_update(rested)
                due += rested
                look_again = now + TICK_SECONDS
            for number, socket in enumerate(due, start=1):
                self._tell(socket)
                if number % BATCH == 0:
                    await asyncio.sleep(0)  # pages are served by this loop too

    def _tell(self, socket: Socket) -> None:
        socket.marked = False
        if socket in self.sockets:
            now = self.loop.time()
            socket.free_at, socket.sending_since = now + PAUSE_SECONDS, now
            self.start(self._tell_one(socket, socket.noted_at))

    async def _tell_one(self, socket: Socket, noted_at: float) -> None:
        hints = await socket.tell()
        socket.sending_since = None
        if hints:
            meter.delivered(hints, self.loop.time() - noted_at)

    def drop_stuck(self) -> None:
        """Give up the sockets that took nothing for SLOW_SECONDS; a goodbye would be stuck as well."""
        limit = self.loop.time() - SLOW_SECONDS
        for socket in list(self.sockets):
            if socket.sending_since is not None and socket.sending_since < limit:
                self.remove(socket)
                meter.dropped()
                socket.abort()


def _who_may_know(event: Event, sockets: Iterable[Socket]) -> list[Socket]:
    author, audience, answers = event["author"], event["audience"], event["answers"]
    chosen = frozenset(event["chosen"]) if "chosen" in event else None
    return [socket for socket in sockets if socket.may_know(author, audience, answers, chosen)]


def _enter(where: Map, keys: Iterable[int], socket: Socket) -> None:
    for key in keys:
        where[key].add(socket)


def _leave(where: Map, keys: Iterable[int], socket: Socket) -> None:
    for key in keys:
        if key in where:
            where[key].discard(socket)
            if not where[key]:
                del where[key]
