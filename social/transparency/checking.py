"""Whether the log is what was written: the whole chain computed again, from the tables or from a downloaded file."""

import json
from collections.abc import Iterable, Iterator

from social.transparency import chain
from social.transparency.chain import Checked, Head, Line
from social.transparency.log import FACTS
from social.transparency.models import LogEntry, LogHead

PIECE = 2_000


def database(heads: Iterable[Head] = ()) -> Checked:
    """The chain of the tables, its end, and that what is counted says the same as what is published. No more than PIECE
    entries are in memory."""
    end = LogHead.objects.filter(pk=1).first()
    noted = [*heads, *([Head(end.number, end.hash)] if end else [])]
    unlike: list[int] = []
    found = chain.check(_lines(unlike), noted)
    if not found.wrong and found.count != (end.number if end else 0):
        said = f"the end of the log is noted as {end.number}" if end else "the end of the log is not noted"
        return Checked(found.count, found.head, f"{said}, and entry {found.count} is there")
    if found.wrong or not unlike:
        return found
    return Checked(found.count, found.head, f"entry {unlike[0]} is counted otherwise than it says")


def file(texts: Iterable[str], heads: Iterable[Head] = ()) -> Checked:
    """The chain of a ``log.jsonl``. Raises ValueError for a line that is no entry."""
    return chain.check(chain.parse(texts), heads)


def _lines(unlike: list[int]) -> Iterator[Line]:
    for entry in LogEntry.objects.order_by("number").iterator(PIECE):
        if not unlike and not _counted_as_said(entry):
            unlike.append(entry.number)
        yield entry.line


def _counted_as_said(entry: LogEntry) -> bool:
    try:
        said = json.loads(entry.body)
    except ValueError:
        return True  # the chain itself says what is wrong
    return all((getattr(entry, name) or None) == (said.get(name) or None) for name in FACTS if name != "in_time") and (
        entry.in_time is said.get("in_time")
    )
