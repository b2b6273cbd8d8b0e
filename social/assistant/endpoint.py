"""Speaking with an OpenAI-compatible chat endpoint: what is sent, and what becomes of the answer, streamed or not.

The answer is never trusted: it is cut at MOST_TEXT characters and MOST_BYTES bytes, loses what cannot be kept, and stays text.
The key goes into one header and nowhere else; errors are codes, never words of the other side.
"""

import json
import logging
import time
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from social.outgoing.addresses import Refused
from social.outgoing.fetching import Failed
from social.outgoing.streaming import Caller, Reading, Service, service

logger = logging.getLogger(__name__)
MOST_TEXT = 2000
MOST_BYTES = 1024 * 1024
MOST_TOKENS = 700  # of an answer
caller = Caller("drafting assistant")


class Trouble(Exception):
    """No draft came. ``code`` is one of TROUBLES."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


# slow: not done in time; gone: no connection, or it broke off; off: the address is not allowed (any more); key: it does not take
# the key; busy: too much is asked of it; broken: it says that it failed; odd: an answer that is none; large: too much of it;
# refused: the model would not; empty: nothing came.
TROUBLES = ("slow", "gone", "off", "key", "busy", "broken", "odd", "large", "refused", "empty")


@dataclass(frozen=True)
class Question:
    """What is asked, of which model at which endpoint, and how many seconds it may take."""

    endpoint: str
    model: str
    seconds: int
    system: str
    text: str

    def body(self) -> bytes:
        messages = [{"role": "system", "content": self.system}, {"role": "user", "content": self.text}]
        asked = {"model": self.model, "messages": messages, "max_tokens": MOST_TOKENS, "stream": True}
        return json.dumps(asked | {"stream_options": {"include_usage": True}}).encode()

    @property
    def tokens(self) -> int:
        """About how many tokens it has, rather too many."""
        return tokens_of(self.system + self.text) + 20


@dataclass
class Answer:
    """The ``text`` so far; ``usage`` (sent, received) as the endpoint counts, where it tells; how it ``finished``."""

    text: str = ""
    usage: tuple[int, int] | None = None
    finished: str = ""


def tokens_of(text: str) -> int:
    """About how many tokens a text has, rather too many: one for each three bytes."""
    return -(-len(text.encode()) // 3)


def address_of(endpoint: str) -> Service:
    """Where drafts are asked for. Raises Refused for an endpoint that the environment does not allow."""
    return service(endpoint.rstrip("/") + "/chat/completions", settings.ASSISTANT_URLS)


def ask(question: Question) -> Generator[Answer]:
    """The answer as it grows; the last one is whole. Raises Trouble. To stop, close the iterator: the connection ends."""
    deadline = time.monotonic() + question.seconds
    headers = {"Content-Type": "application/json", "Accept": "text/event-stream, application/json"}
    if settings.ASSISTANT_KEY:
        headers["Authorization"] = f"Bearer {settings.ASSISTANT_KEY}"
    try:
        where = address_of(question.endpoint)
        with caller.post(where, headers, question.body(), deadline, MOST_BYTES) as reading:
            yield from _answers(reading)
    except Refused as error:
        raise Trouble("off") from error
    except Failed as error:
        raise Trouble(_code(error, deadline)) from error


def _code(error: Failed, deadline: float) -> str:
    if time.monotonic() >= deadline:
        return "slow"
    said = str(error)
    return "large" if said == "too large" else "off" if said.startswith("refused") else "gone"


def _answers(reading: Reading) -> Iterator[Answer]:
    if reading.status != 200:
        # Of the body nothing is read: some put the key, or what was sent, into their errors.
        logger.warning("the endpoint of the assistant answers with status %d", reading.status)
        codes = {401: "key", 403: "key", 408: "slow", 429: "busy", 503: "busy"}
        raise Trouble(codes.get(reading.status, "broken" if reading.status >= 500 else "odd"))
    answer = Answer()
    if reading.kind == "application/json":
        _whole(answer, b"".join(reading.lines))
    elif reading.kind == "text/event-stream":
        for data in _events(reading.lines):
            if data == "[DONE]":
                answer.finished = answer.finished or "stop"
                break
            _part(answer, data)
            if len(answer.text) > MOST_TEXT:
                raise Trouble("large")
            yield answer
    else:
        raise Trouble("odd")
    if answer.finished == "content_filter":
        raise Trouble("refused")
    if not answer.finished:
        raise Trouble("gone")
    if not answer.text.strip():
        raise Trouble("empty")
    yield answer


def _events(lines: Iterator[bytes]) -> Iterator[str]:
    """The data of each event (WHATWG HTML, server-sent events): lines of one event are joined, comments and other fields
    skipped. What the end cuts off is no event."""
    data: list[str] = []
    for raw in lines:
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        if not line:
            if data:
                yield "\n".join(data)
            data = []
        elif line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
            if data == ["[DONE]"]:
                yield data[0]
                return


def _part(answer: Answer, data: str) -> None:
    """Add one piece of a stream."""
    piece = _read(data)
    _count(answer, piece)
    choices = piece.get("choices")
    if choices == [] or (choices is None and "usage" in piece):
        return
    choice = _first(choices)
    delta = choice.get("delta")
    if delta is not None and not isinstance(delta, dict):
        raise Trouble("odd")
    _add(answer, delta or {}, choice)


def _whole(answer: Answer, body: bytes) -> None:
    """Take an answer that came in one piece."""
    piece = _read(body.decode("utf-8", "replace"))
    _count(answer, piece)
    choice = _first(piece.get("choices"))
    message = choice.get("message")
    if not isinstance(message, dict):
        raise Trouble("odd")
    _add(answer, message, choice)
    answer.finished = answer.finished or "stop"
    if len(answer.text) > MOST_TEXT:
        raise Trouble("large")


def _read(data: str) -> dict[str, Any]:
    try:
        piece = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Trouble("odd") from error
    if not isinstance(piece, dict):
        raise Trouble("odd")
    if piece.get("error"):
        raise Trouble("broken")
    return piece


def _first(choices: Any) -> dict[str, Any]:
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise Trouble("odd")
    return choices[0]


def _add(answer: Answer, said: dict[str, Any], choice: dict[str, Any]) -> None:
    if said.get("refusal"):
        raise Trouble("refused")
    content = said.get("content") or ""
    if not isinstance(content, str):
        raise Trouble("odd")
    answer.text += content.replace("\x00", "").encode("utf-8", "ignore").decode()
    finished = choice.get("finish_reason")
    if isinstance(finished, str) and finished:
        answer.finished = finished[:40]


def _count(answer: Answer, piece: dict[str, Any]) -> None:
    """Believe a count that can be one."""
    usage = piece.get("usage")
    if isinstance(usage, dict):
        with suppress(KeyError, TypeError, ValueError, OverflowError):
            sent, received = int(usage["prompt_tokens"]), int(usage["completion_tokens"])
            if 0 <= sent < 10**7 and 0 <= received < 10**7:
                answer.usage = (sent, received)
