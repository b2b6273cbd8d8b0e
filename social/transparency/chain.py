"""The chain of the public log as pure text: how an entry is hashed, and how anyone finds the first that was tampered with.

The hash of an entry is SHA-256 (lower-case hex) over the UTF-8 bytes of five lines, joined by a line feed and without one at
the end: its number, its week (the Monday, YYYY-MM-DD), its kind, its body exactly as it stands in the file, and the hash of
the entry before it (64 zeros before the first). The body is JSON in one fixed writing: keys sorted, no spaces, ASCII only.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

FIRST = "0" * 64
FORMAT = "metya-log-1"


@dataclass(frozen=True)
class Line:
    """One entry as it is published."""

    number: int
    week: str
    kind: str
    body: str
    previous: str
    hash: str

    def as_json(self) -> str:
        """Its line in the file."""
        return json.dumps(asdict(self), ensure_ascii=True, separators=(",", ":"))


@dataclass(frozen=True)
class Head:
    """The newest entry, as somebody noted it."""

    number: int
    hash: str


@dataclass(frozen=True)
class Checked:
    """How many entries hold, the newest of them, and what is wrong with the next (empty: nothing)."""

    count: int
    head: str
    wrong: str = ""


def canonical(body: dict[str, Any]) -> str:
    """The one writing of a body. Raises ValueError for what JSON cannot say."""
    return json.dumps(body, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(number: int, week: str, kind: str, body: str, previous: str) -> str:
    """The hash of an entry."""
    return hashlib.sha256("\n".join((str(number), week, kind, body, previous)).encode()).hexdigest()


def parse(texts: Iterable[str]) -> Iterator[Line]:
    """The lines of a downloaded file. Raises ValueError with the number of the line that is none."""
    for place, text in enumerate(texts, 1):
        if not text.strip():
            continue
        try:
            found = json.loads(text)
            line = Line(**found)
        except (ValueError, TypeError) as error:
            raise ValueError(f"line {place} of the file is no entry") from error
        if type(line.number) is not int or not all(isinstance(v, str) for k, v in found.items() if k != "number"):
            raise ValueError(f"line {place} of the file is no entry")
        yield line


def check(lines: Iterable[Line], heads: Iterable[Head] = ()) -> Checked:
    """Whether the entries are one unbroken chain from the first on, and hold what was noted of it (``heads``)."""
    noted = {head.number: head.hash for head in heads}
    count, before, week = 0, FIRST, ""
    for line in lines:
        if wrong := _wrong(line, count + 1, before, week) or _unlike(line, noted.pop(line.number, line.hash)):
            return Checked(count, before, wrong)
        count, before, week = line.number, line.hash, line.week
    if noted:
        return Checked(count, before, f"entry {max(noted)} was noted, and is missing: the log ends with {count}")
    return Checked(count, before)


def _wrong(line: Line, number: int, before: str, week: str) -> str:
    if line.number != number:
        return f"entry {number} is missing, or out of its place: {line.number} stands there"
    if line.previous != before:
        return f"entry {number} does not follow the one before it"
    if line.hash != digest(line.number, line.week, line.kind, line.body, line.previous):
        return f"entry {number} was changed: its hash is another"
    if line.week < week:
        return f"entry {number} is of an earlier week than the one before it"
    if (number == 1) != (line.kind == "genesis"):
        return f"entry {number}: a log begins with one entry of the kind genesis"
    return ""


def _unlike(line: Line, noted: str) -> str:
    return "" if line.hash == noted else f"entry {line.number} is not the one that was noted: its hash was {noted}"
