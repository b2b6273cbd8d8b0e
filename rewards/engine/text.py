"""Writing the canonical CSV files from arrays, a block of rows at a time, and files as a whole or not at all."""

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ROWS = 1 << 16

TextColumn = NDArray[np.bytes_]
NumberColumn = NDArray[np.integer[Any]]


def table(header: str, columns: Sequence[TextColumn | NumberColumn]) -> Iterator[bytes]:
    """The CSV text of whole numbers ≥ 0 and NUL-free byte texts, in blocks of rows."""
    yield header.encode() + b"\n"
    rows = len(columns[0])
    for low in range(0, rows, _ROWS):
        high = min(rows, low + _ROWS)
        pieces: list[NDArray[np.uint8]] = []
        for place, column in enumerate(columns):
            pieces.append(_characters(column[low:high]))
            mark = b"," if place < len(columns) - 1 else b"\n"
            pieces.append(np.full((high - low, 1), ord(mark), dtype=np.uint8))
        flat = np.concatenate(pieces, axis=1).ravel()
        yield flat[flat != 0].tobytes()


def write_file(path: Path, blocks: Iterable[bytes | memoryview]) -> None:
    """Write a file as a whole: readers see the old one, or none, until the new one is complete and on disk."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(blocks)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _characters(column: TextColumn | NumberColumn) -> NDArray[np.uint8]:
    """Shape (rows, width); unused places are NUL."""
    if column.dtype.kind == "S":
        return np.ascontiguousarray(column).view(np.uint8).reshape(len(column), -1)
    largest = int(column.max())
    left: NDArray[np.unsignedinteger[Any]] = column.astype(np.uint32 if largest < 2**32 else np.uint64)
    ten = left.dtype.type(10)
    width = len(str(largest))
    out = np.empty((len(column), width), dtype=np.uint8)
    for place in range(width - 1, -1, -1):
        tens = left // ten
        digit = (left - tens * ten).astype(np.uint8) + np.uint8(48)
        if place < width - 1:
            digit[left == 0] = 0
        out[:, place] = digit
        left = tens
    return out
