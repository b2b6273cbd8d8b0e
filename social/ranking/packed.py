"""Numbers as the bytes of a column: eight for each, the lowest first, whatever the machine."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from social.ranking.maths.arrays import Floats

FLOAT, _ID = np.dtype("<f8"), np.dtype("<i8")


def packed(values: ArrayLike) -> bytes:
    """Floats, row by row."""
    return np.ascontiguousarray(values, dtype=FLOAT).tobytes()


def floats_in(stored: bytes | memoryview) -> Floats:
    """What `packed` made, in one row, to be read alone. Raises ValueError where it is cut off."""
    return np.frombuffer(bytes(stored), FLOAT)


def packed_ids(ids: Iterable[int]) -> bytes:
    """Ids in their order."""
    return np.array(list(ids), dtype=_ID).tobytes()


def ids_in(stored: bytes | memoryview) -> list[int]:
    """What `packed_ids` made. Raises ValueError where it is cut off."""
    found: list[int] = np.frombuffer(bytes(stored), _ID).tolist()
    return found
