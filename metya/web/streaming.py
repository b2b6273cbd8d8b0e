"""Answers that go out piece by piece while they are read."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, StreamingHttpResponse


def streamed(request: HttpRequest, sent: Iterator[bytes], kind: str, name: str) -> StreamingHttpResponse:
    """``sent`` as a file to keep. Only an asynchronous server reads an asynchronous answer piece by piece, and only another
    reads a plain one so."""
    content: Any = _in_turn(sent) if hasattr(request, "scope") else sent
    return as_file(StreamingHttpResponse(content), kind, name)


def as_file(response: StreamingHttpResponse, kind: str, name: str) -> StreamingHttpResponse:
    """Named, of its type and no other."""
    response["Content-Type"] = kind
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    # Never packed on the way: of what comes in pieces the middleware packs each by itself, and browsers read only the first.
    response["Content-Encoding"] = "identity"
    return response


async def _in_turn(sent: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The pieces one by one, each read in a thread; the end is noted also when the other side goes away."""
    try:
        while piece := await sync_to_async(_next)(sent):
            yield piece
    finally:
        await sync_to_async(sent.close)()  # type: ignore[attr-defined]


def _next(sent: Iterator[bytes]) -> bytes:
    """Empty at the end."""
    return next(sent, b"")
