"""One open socket: what it is interested in, and what it has yet to be told."""

import json
import logging
import math
from collections.abc import Awaitable, Callable, Collection
from enum import IntEnum
from functools import lru_cache
from typing import Any

from social.live.reads import Interest

logger = logging.getLogger(__name__)
Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]


class Code(IntEnum):
    """Why a socket was closed: HTTP's numbers above 4000, the range that applications may send (daphne refuses others)."""

    MALFORMED = 4400
    ENDED = 4401
    REPLACED = 4409
    TOO_BIG = 4413
    UNSUPPORTED = 4415
    FLOOD = 4429
    UNAVAILABLE = 4503


@lru_cache(maxsize=512)
def encode(kind: str, *ids: int) -> str:
    """The text of one hint. The same hint goes to many sockets, so it is written once."""
    hint: dict[str, Any] = {"t": kind, "id": ids[0]}
    if kind == "post":
        hint["ids"] = list(ids)
    elif kind == "thread":
        hint["post"] = ids[1]
    return json.dumps(hint, separators=(",", ":"))


class Socket:
    """Holds flags (the newest id of each kind, the posts on screen whose counts changed), never a queue."""

    __slots__ = (
        "abort", "closed", "counted", "flags", "free_at", "interest", "marked", "noted_at", "posts", "send", "sending_since",
        "session", "thread",
    )  # fmt: skip

    def __init__(self, member_id: int, session: str, send: Send, abort: Callable[[], object] = lambda: None) -> None:
        self.interest = Interest(member_id, frozenset(), frozenset())
        self.session, self.send, self.abort = session, send, abort
        self.posts: frozenset[int] = frozenset()
        self.thread = 0  # the root of the open thread; 0: none
        self.flags: dict[str, int] = {}
        self.counted: set[int] = set()
        self.marked = False  # something is noted, and the hub knows
        self.noted_at = 0.0  # when the first of what is noted was, on the loop's clock
        self.sending_since: float | None = None
        self.free_at = math.inf  # on the loop's clock; hints wait for it
        self.closed = False

    @property
    def member_id(self) -> int:
        return self.interest.member_id

    def may_know(self, author: int, audience: int, answers: int, chosen: Collection[int] | None = None) -> bool:
        """Whether a new post may be hinted at, judged before anything is sent (``PostQuerySet.visible_to`` in memory).

        ``audience`` is the member whose followers the post is for (0: everyone), ``answers`` the one whom it answers,
        ``chosen`` the members that it is for where they were named one by one.
        """
        if author in self.interest.hidden:
            return False
        if chosen is not None:
            return self.member_id in chosen or self.member_id in (author, answers)
        return not audience or audience in self.interest.authors or self.member_id in (author, answers)

    def note(self, kind: str, newest: int) -> None:
        """Remember to send a hint; a second one of its kind takes the first one's place."""
        if kind == "post":
            self.counted.add(newest)  # bounded by the posts on screen
        else:
            self.flags[kind] = max(newest, self.flags.get(kind, 0))

    def take_hints(self) -> list[str]:
        """The texts of what is noted, which is forgotten by that."""
        hints = []
        for kind, newest in self.flags.items():
            if kind != "thread":
                hints.append(encode(kind, newest))
            elif self.thread:
                hints.append(encode(kind, self.thread, newest))
        if self.counted:
            hints.append(encode("post", *sorted(self.counted)))
        self.flags.clear()
        self.counted.clear()
        return hints

    async def tell(self) -> int:
        """Send what is noted; how many hints the socket took."""
        taken = 0
        for text in self.take_hints():
            taken += await self._write({"type": "websocket.send", "text": text})
        return taken

    async def close(self, code: Code) -> None:
        """End the connection for a reason that the page understands; the consumer then sees the disconnect."""
        if not self.closed:
            self.closed = True
            await self._write({"type": "websocket.close", "code": int(code)})

    async def _write(self, message: Message) -> bool:
        """Whether it was taken."""
        try:
            await self.send(message)
        except (OSError, RuntimeError) as error:
            logger.debug("a socket went away while being written to: %r", error)
        except Exception:  # must not keep the others from being told
            logger.exception("a socket could not be written to")
        else:
            return True
        return False
