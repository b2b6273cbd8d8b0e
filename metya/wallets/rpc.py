"""One JSON-RPC call to a chain's node: no redirects, one deadline for all of it, a limit on what it may answer."""

import base64
import http.client
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

LIMIT = 16 * 1024


class Unreachable(Exception):
    """The node did not give a usable answer."""


@dataclass
class NodeError(Exception):
    """The node answered with an error of its own."""

    code: int
    message: str
    data: Any = None


def call(url: str, method: str, params: list[Any], *, seconds: float = 5.0, limit: int = LIMIT) -> Any:
    """The result of ``method``. Raises Unreachable or NodeError."""
    try:
        answer = json.loads(_post(url, _body(method, params), seconds, limit))
    except (OSError, http.client.HTTPException, ValueError, RecursionError) as error:
        raise Unreachable(f"{method}: {error}") from error
    if not isinstance(answer, dict):
        raise Unreachable(f"{method}: not an object")
    said = answer.get("error")
    if isinstance(said, dict):
        code = said.get("code")
        text = f"{said.get('message', '')} {said.get('data') or ''}"[:500].strip()
        raise NodeError(code if isinstance(code, int) else 0, text, said.get("data"))
    if "result" not in answer:
        raise Unreachable(f"{method}: no result")
    return answer["result"]


def _body(method: str, params: list[Any]) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()


def _post(url: str, body: bytes, seconds: float, limit: int) -> bytes:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    deadline = time.monotonic() + seconds
    connection = kind(parts.hostname or "", parts.port, timeout=seconds)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if parts.username:
            token = f"{parts.username}:{parts.password or ''}".encode()
            headers["Authorization"] = "Basic " + _base64(token)
        connection.request("POST", target, body, headers)
        response = connection.getresponse()
        if response.status != 200:
            raise Unreachable(f"status {response.status}")
        return _read(connection, response, deadline, limit)
    finally:
        connection.close()


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _read(
    connection: http.client.HTTPConnection, response: http.client.HTTPResponse, deadline: float, limit: int
) -> bytes:
    """All of the answer; a node that drips bytes meets the deadline, one that floods meets the limit."""
    parts: list[bytes] = []
    size = 0
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise Unreachable("too slow")
        if connection.sock is not None:
            connection.sock.settimeout(left)
        part = response.read1(8192)
        if not part:
            return b"".join(parts)
        size += len(part)
        if size > limit:
            raise Unreachable("the answer is too long")
        parts.append(part)
