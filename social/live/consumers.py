"""`/live/`: the WebSocket of signed-in members, written against ASGI itself (one task a socket, no subscription each).

A page sends ``{"since": {"feed": id, "notifications": id, "thread": id}, "posts": [ids on screen], "thread": id}``, every
part optional, first when it opens and again when its screen changes. It receives hints, ids only, the first posts on its
screen among them, once they are watched:

    {"t": "feed", "id": newest post}            {"t": "notifications", "id": newest notification}
    {"t": "messages", "id": message that it is about}
    {"t": "thread", "id": root, "post": newest reply}      {"t": "post", "id": …, "ids": [posts whose counts changed]}

Signed-out visitors are refused: what they may read changes little while they read it.
"""

import asyncio
import logging
from typing import Any
from urllib.parse import urlsplit

from channels.db import database_sync_to_async as in_thread
from django.conf import settings
from django.db import DatabaseError
from django.http import parse_cookie
from django.http.request import split_domain_port, validate_host

from social.live import reads, wishes
from social.live.hub import Hub
from social.live.sockets import Code, Receive, Send, Socket

logger = logging.getLogger(__name__)
PATH = "/live/"
Scope = dict[str, Any]


async def live(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one connection from handshake to end; a refused handshake is answered 403."""
    if (await receive())["type"] != "websocket.connect":
        return
    session = _session_key(scope)
    member_id = None
    if scope["path"] == PATH and origin_is_ours(scope):
        member_id = await _member_id(session)
    if member_id is None:
        await send({"type": "websocket.close", "code": 1000})
        return
    task = asyncio.current_task()
    hub, socket = Hub.here(), Socket(member_id, session, send, abort=task.cancel if task else lambda: None)
    try:
        await hub.open(socket)
        await send({"type": "websocket.accept"})
        hub.accepted(socket)
        await _listen(hub, socket, receive)
    except wishes.Refused as refused:
        await socket.close(refused.code)
    except DatabaseError as error:
        logger.warning("a live socket was closed: the database does not answer (%s)", error)
        await socket.close(Code.UNAVAILABLE)
    finally:
        hub.remove(socket)


async def _listen(hub: Hub, socket: Socket, receive: Receive) -> None:
    bucket = wishes.Bucket()
    while (message := await receive())["type"] != "websocket.disconnect":
        if socket.closed:
            continue  # the page's answer to our goodbye is under way
        bucket.take()
        await _fulfil(hub, socket, wishes.read(message.get("text")))


async def _fulfil(hub: Hub, socket: Socket, wish: wishes.Wish) -> None:
    """Watch what the member may see of what the page asks for, and hint at what it missed."""
    posts = socket.posts if wish.posts is None else wish.posts
    thread = socket.thread if wish.thread is None else wish.thread
    unjudged = set(posts - socket.posts) | ({thread} - {socket.thread, 0})
    if unjudged:
        seen = await in_thread(reads.may_watch)(socket.member_id, unjudged)
        hidden = unjudged - seen
        posts, thread = posts - hidden, 0 if thread in hidden else thread
    first = frozenset() if socket.posts else posts
    if not hub.watch(socket, posts, thread):
        return
    for post in first:
        hub.hint(socket, "post", post)  # counts that changed between the making of the page and this moment
    if wish.since != reads.Since():
        missed = await in_thread(reads.missed)(socket.interest, wish.since, thread)
        for kind, newest in missed.items():
            hub.hint(socket, kind, newest)


async def _member_id(session: str) -> int | None:
    try:
        member = await in_thread(reads.member_of_session)(session)
    except DatabaseError as error:
        logger.warning("a live socket was refused: the database does not answer (%s)", error)
        return None
    return member.pk if member else None


def _session_key(scope: Scope) -> str:
    header = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    return parse_cookie(header.decode("latin-1")).get(settings.SESSION_COOKIE_NAME, "")


def origin_is_ours(scope: Scope) -> bool:
    """Whether the page that opened the socket is of this site.

    Browsers always name the origin, and a cookie travels with any page's socket, so a foreign one is refused; programs
    outside a browser need not name one.
    """
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    origin = headers.get(b"origin")
    if origin is None or origin == settings.SITE_URL:
        return True
    host = headers.get(b"host", "")
    domain, _ = split_domain_port(host)
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    scheme = "https" if settings.SECURE else "http"
    return parts.scheme == scheme and parts.netloc == host and validate_host(domain, settings.ALLOWED_HOSTS)
