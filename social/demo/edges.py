"""Reading an edge list: SNAP (``# comments``, ``u v`` apart by blanks) or CSV (``source,target,weight,time``, header or not)."""

import csv
import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_NAME = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
LONGEST_NAME = 28
# What the first two columns are called where a first line names them.
_HEADERS = frozenset(
    {"source", "src", "from", "fromnodeid", "from_id", "u", "rater", "sender"}
    | {"target", "dst", "to", "tonodeid", "to_id", "v", "ratee", "receiver"}
)
MOST_BYTES = 2 * 1024**3


class BadEdges(Exception):
    """The file cannot be used; the message names the file, the line and the reason."""


@dataclass(frozen=True)
class Edge:
    """One line: ``weight`` is 1 where the file has none, ``time`` seconds since 1970 or None."""

    source: str
    target: str
    weight: float
    time: float | None


@dataclass(frozen=True)
class EdgeList:
    """The edges of a file, without self-loops and those whose weight is not positive, which are counted."""

    edges: list[Edge]
    digest: str
    loops: int
    not_positive: int

    @property
    def names(self) -> list[str]:
        """Every account of the edges, those with most incoming edges first."""
        incoming = Counter(edge.target for edge in self.edges)
        found = {edge.source for edge in self.edges} | incoming.keys()
        return sorted(found, key=lambda name: (-incoming[name], len(name), name))

    @property
    def span(self) -> tuple[float, float] | None:
        """First and last time; None when an edge has none, or all have the same."""
        times = [edge.time for edge in self.edges]
        known = [time for time in times if time is not None]
        if len(known) < len(times) or not known or min(known) == max(known):
            return None
        return min(known), max(known)


def read_edges(path: Path, limit: int | None = None) -> EdgeList:
    """The first ``limit`` edges of a file. Raises BadEdges at the first line that cannot be read."""
    try:
        # A device or a pipe might never end.
        if path.exists() and not path.is_file() and not path.is_dir():
            raise BadEdges(f"{path}: not a regular file")
        if path.stat().st_size > MOST_BYTES:
            raise BadEdges(f"{path}: larger than {MOST_BYTES // 1024**3} GB")
        raw = path.read_bytes()
    except OSError as error:
        raise BadEdges(f"{path}: {(error.strerror or 'cannot be read').lower()}") from error
    edges: list[Edge] = []
    loops = not_positive = 0
    for count, edge in enumerate(_edges(path, raw)):
        if limit is not None and count >= limit:
            break
        if edge.source == edge.target:
            loops += 1
        elif edge.weight <= 0:
            not_positive += 1
        else:
            edges.append(edge)
    if not edges:
        raise BadEdges(f"{path}: no edge between two accounts with a positive weight")
    return EdgeList(edges, hashlib.sha256(raw).hexdigest(), loops, not_positive)


def _edges(path: Path, raw: bytes) -> Iterator[Edge]:
    first = True
    for number, line in enumerate(raw.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        try:
            text = line.decode("utf-8").strip()
        except UnicodeDecodeError as error:
            raise BadEdges(f"{path}:{number}: not UTF-8 text") from error
        if not text or text[0] in "#%":
            continue
        try:
            fields = _fields(text)
            header = first and any(field.lower().replace(" ", "") in _HEADERS for field in fields[:2])
            first = False
            if not header:
                yield _edge(fields)
        except (ValueError, csv.Error) as error:
            raise BadEdges(f"{path}:{number}: {error}") from error


def _fields(text: str) -> list[str]:
    """The parts of a line; those of a CSV may be quoted."""
    if "," not in text:
        return text.split()
    return [field.strip() for field in next(csv.reader([text], skipinitialspace=True, strict=True))]


def _edge(fields: list[str]) -> Edge:
    if len(fields) < 2:
        raise ValueError(f"two accounts are needed, found {len(fields)} field")
    source, target = (field.lower().replace("-", "_") for field in fields[:2])
    for name, field in zip((source, target), fields, strict=False):
        if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
            raise ValueError(
                f"{field[:40]!r} is not an account (letters, digits, single _ or -, at most {LONGEST_NAME})"
            )
    weight = _number(fields[2], "weight") if len(fields) > 2 and fields[2] else 1.0
    time = _moment(fields[3]) if len(fields) > 3 and fields[3] else None
    return Edge(source, target, weight, time)


def _number(text: str, what: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"the {what} {text[:40]!r} is not a number") from None
    if not math.isfinite(value):
        raise ValueError(f"the {what} {text[:40]!r} is not a finite number")
    return value


def _moment(text: str) -> float:
    """Seconds since 1970 from a number or an ISO date and time (UTC where it names no zone)."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return _number(text, "time")
    return _number(text, "time") if text.isdigit() else (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
