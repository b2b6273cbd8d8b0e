"""Types of arrays and the checks that everything coming in from outside passes first."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from social.ranking.maths.errors import RankingError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def floats(name: str, values: ArrayLike, shape: tuple[int | None, ...]) -> Floats:
    """`values` as 64-bit floats of this shape (None = any length). Raises RankingError on NaN, infinity, another shape."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise RankingError(f"{name} must be numbers", code="not-numbers") from None
    check_shape(name, array.shape, shape)
    if not np.isfinite(array).all():
        raise RankingError(f"{name} must be finite numbers, and some are not", code="not-finite")
    return array


def ints(name: str, values: ArrayLike, length: int) -> Ints:
    """`values` as 64-bit whole numbers, `length` of them."""
    array = np.asarray(values)
    check_shape(name, array.shape, (length,))
    if length == 0:
        return np.zeros(0, dtype=np.int64)
    if not np.issubdtype(array.dtype, np.integer):
        raise RankingError(f"{name} must be whole numbers", code="not-whole")
    return array.astype(np.int64, copy=False)


def check_shape(name: str, found: tuple[int, ...], wanted: tuple[int | None, ...]) -> None:
    """Raises RankingError unless `found` is `wanted`, where None stands for any length."""
    same = len(found) == len(wanted) and all(want in (None, have) for have, want in zip(found, wanted, strict=True))
    if not same:
        words = " × ".join("any" if length is None else str(length) for length in wanted)
        raise RankingError(f"{name} must be of shape {words}, not {found}", code="wrong-shape")
