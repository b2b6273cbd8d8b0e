"""Reading what a page sends over its socket: small, bounded, integers only."""

import json
import time
from dataclasses import dataclass
from typing import Any

from social.live.reads import Since
from social.live.sockets import Code

MAX_CHARACTERS = 4096
MAX_POSTS = 100
MAX_ID = 2**63 - 1
BURST, PER_SECOND = 20.0, 5.0


class Refused(Exception):
    """What the page sent ends the connection with ``code``."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Wish:
    """One message, checked. ``posts`` and ``thread`` are None where it leaves them as they were; thread 0 means none."""

    since: Since
    posts: frozenset[int] | None
    thread: int | None


class Bucket:
    """Lets a burst pass, then so many messages a second."""

    def __init__(self) -> None:
        self.left, self.at = BURST, time.monotonic()

    def take(self) -> None:
        """Count one message. Raises Refused(FLOOD) when there were too many."""
        now = time.monotonic()
        self.left = min(BURST, self.left + (now - self.at) * PER_SECOND) - 1
        self.at = now
        if self.left < 0:
            raise Refused(Code.FLOOD)


def read(text: str | None) -> Wish:
    """The wish in a text frame (None: the frame was binary). Raises Refused; keys that are not known are passed over."""
    if text is None:
        raise Refused(Code.UNSUPPORTED)
    if len(text) > MAX_CHARACTERS:
        raise Refused(Code.TOO_BIG)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused(Code.MALFORMED) from error
    if not isinstance(data, dict) or not isinstance(since := data.get("since", {}), dict):
        raise Refused(Code.MALFORMED)
    posts = data.get("posts")
    if posts is not None and (not isinstance(posts, list) or len(posts) > MAX_POSTS):
        raise Refused(Code.MALFORMED)
    return Wish(
        since=Since(*(_id(since.get(kind)) for kind in ("feed", "notifications", "thread"))),
        posts=None if posts is None else frozenset(number for post in posts if (number := _id(post))),
        thread=_id(data.get("thread")),
    )


def _id(raw: Any) -> int | None:
    if raw is None:
        return None
    if type(raw) is not int or not 0 <= raw <= MAX_ID:
        raise Refused(Code.MALFORMED)
    return raw
