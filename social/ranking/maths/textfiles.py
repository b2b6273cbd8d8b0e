"""The plain files of a round, read strictly: a fault is told with file, line and reason, never guessed around."""

import json
import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from social.ranking.maths.arrays import Floats, Ints
from social.ranking.maths.errors import RankingError, shown

WHOLE = r"(?:0|-?[1-9][0-9]{0,17})"
NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:e[+-]?[0-9]{1,3})?"
DECIMAL = (int, float)
"""The types of a number in JSON that need not be whole."""
NAME = r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}"
_LONGEST_LINE = 1 << 16
_LARGEST = 10**30


def fault(file: str, line: int, reason: str) -> RankingError:
    """The error for a file: `file:line: reason`."""
    return RankingError(f"{file}:{line}: {reason}", code="bad-record")


def lines(path: Path, header: str) -> Iterator[tuple[int, str]]:
    """The rows after the header with their line numbers."""
    try:
        with path.open("rb") as file:
            found = file.readline(_LONGEST_LINE)
            if found != header.encode() + b"\n":
                raise fault(
                    path.name, 1, f"the header must be {shown(header)}, not {shown(found.decode('utf-8', 'replace'))}"
                )
            for number, raw in enumerate(iter(lambda: file.readline(_LONGEST_LINE), b""), start=2):
                if not raw.endswith(b"\n"):
                    raise fault(path.name, number, "the line is cut off or too long")
                if not raw.isascii():
                    raise fault(path.name, number, "only plain ASCII is used here")
                yield number, raw[:-1].decode("ascii")
    except FileNotFoundError:
        raise fault(path.name, 1, "is missing") from None
    except OSError as error:
        raise fault(path.name, 1, error.strerror or "cannot be read") from None


def table(path: Path, columns: tuple[str, ...], whole: int) -> tuple[Ints, Floats]:
    """A file of numbers: the first `whole` columns as whole numbers, the others as finite floats."""
    width = len(columns)
    shape = re.compile(",".join([WHOLE] * whole + [NUMBER] * (width - whole)))
    integers, numbers = array("q"), array("d")
    for line, text in lines(path, ",".join(columns)):
        fields = text.split(",")
        if not shape.fullmatch(text):
            raise _of_row(path.name, line, fields, columns, whole)
        integers.extend(map(int, fields[:whole]))
        numbers.extend(map(float, fields[whole:]))
    integral = np.array(integers, dtype=np.int64).reshape(-1, whole)
    reals = np.array(numbers, dtype=np.float64).reshape(len(integral), width - whole)
    if not np.isfinite(reals).all():
        row = int(np.flatnonzero(~np.isfinite(reals).all(axis=1))[0])
        raise fault(path.name, row + 2, "a number is too large")
    return integral, reals


def _of_row(file: str, line: int, fields: list[str], columns: tuple[str, ...], whole: int) -> RankingError:
    if len(fields) != len(columns):
        return fault(file, line, f"expected {len(columns)} fields, found {len(fields)}")
    for place, (name, text) in enumerate(zip(columns, fields, strict=True)):
        kind, words = (WHOLE, "a whole number") if place < whole else (NUMBER, "a decimal number")
        if not re.fullmatch(kind, text):
            return fault(file, line, f"{name} must be {words}, not {shown(text)}")
    return fault(file, line, "is not a row")


def numbered(path: Path, columns: tuple[str, ...], count: int) -> Ints:
    """A file of whole numbers whose first column counts its `count` rows from 0."""
    whole, _ = table(path, columns, len(columns))
    if len(whole) != count or (whole[:, 0] != np.arange(count)).any():
        raise fault(path.name, 1, f"must number the {count} rows from 0, each once")
    return whole


def check_ascending(path: Path, rows: Floats | Ints, by: str) -> None:
    """Raises the fault of the first row that does not come after the one before it."""
    steps = np.diff(rows, axis=0)
    first = np.take_along_axis(steps, (steps != 0).argmax(axis=1)[:, None], axis=1)[:, 0]
    if (first <= 0).any():
        raise fault(path.name, int((first <= 0).argmax()) + 3, f"rows must ascend by {by}, none twice")


def check_names(names: Iterable[str]) -> None:
    """Raises RankingError for what does not look like a `NAME`."""
    for name in names:
        if not re.fullmatch(NAME, name):
            raise RankingError(f"A name must be letters, digits, dots, lines: {shown(name)}", code="bad-name")


def write_lines(path: Path, header: str, rows: Iterator[str]) -> None:
    """A file that is whole or not there."""
    half = path.with_name(f"{path.name}.part")
    with half.open("w", encoding="ascii", newline="\n") as file:
        file.write(f"{header}\n")
        file.writelines(f"{row}\n" for row in rows)
    half.replace(path)


def load(path: Path, kinds: dict[str, Any]) -> dict[str, Any]:
    """A JSON object with exactly these keys, each of its type (or one of them). Booleans are no numbers."""
    return typed(path.name, "it", anything(path), kinds)


def anything(path: Path) -> dict[str, Any]:
    """A JSON object with whatever keys."""
    try:
        plain = json.loads(path.read_bytes(), parse_constant=_no_constant)
    except FileNotFoundError:
        raise fault(path.name, 1, "is missing") from None
    except (ValueError, RecursionError) as error:
        raise fault(path.name, getattr(error, "lineno", 1), "is cut off or no JSON") from None
    except OSError as error:
        raise fault(path.name, 1, error.strerror or "cannot be read") from None
    if not isinstance(plain, dict):
        raise fault(path.name, 1, "must be an object of JSON")
    return plain


def typed(file: str, what: str, plain: Any, kinds: dict[str, Any]) -> dict[str, Any]:
    """`plain` if it is an object with exactly these keys of these types."""
    if not isinstance(plain, dict) or set(plain) != set(kinds):
        raise fault(file, 1, f"{what} must have exactly the keys {', '.join(sorted(kinds))}")
    for key, kind in kinds.items():
        value = plain[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise fault(file, 1, f"{key} is not of the right kind: {shown(repr(value))}")
        if isinstance(value, (int, float)) and not abs(value) < _LARGEST:
            raise fault(file, 1, f"{key} is too large")
    return plain


def rules_of(file: str, plain: Any, kind: Any) -> dict[str, Any]:
    """`plain` if it has the fields of the dataclass `kind`, with no more nodes and draws than a machine can take."""
    kinds = {one.name: DECIMAL if one.type in (float, "float") else int for one in fields(kind)}
    found = typed(file, "rules", plain, kinds)
    if not (1 <= found["nodes"] <= 64 and 20 <= found["draws"] <= 100_000):
        raise fault(file, 1, "nodes must be 1 to 64 and draws 20 to 100,000")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def dump(content: Any) -> str:
    """One line of JSON that is the same for the same content."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def write_json(path: Path, content: Any) -> None:
    """A file that is whole or not there."""
    half = path.with_name(f"{path.name}.part")
    half.write_text(dump(content) + "\n", encoding="ascii")
    half.replace(path)
