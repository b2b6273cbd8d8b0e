"""Derived arrays beside an epoch's public files: made when missing, mapped into memory to be read in milliseconds."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rewards.engine import text

_LARGEST_EMPTY = 128
"""An array without elements is a header only, which cannot be mapped."""


@dataclass(frozen=True, slots=True)
class SideFiles:
    """A set of `.npy` files named `<prefix>-<name>.npy`, each written as a whole."""

    prefix: str
    names: tuple[str, ...]

    def write(self, directory: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
        for name in self.names:
            head = io.BytesIO()
            array = np.ascontiguousarray(arrays[name])
            np.lib.format.write_array_header_1_0(head, np.lib.format.header_data_from_array_1_0(array))
            text.write_file(self._path(directory, name), (head.getvalue(), array.reshape(-1).view(np.uint8).data))

    def read(self, directory: Path, *, newer_than: Iterable[str]) -> dict[str, NDArray[Any]] | None:
        """The arrays, mapped; None when one is missing, unreadable or not newer than a file it was made from."""
        try:
            oldest = min(self._path(directory, name).stat().st_mtime_ns for name in self.names)
            for source in newer_than:
                made_from = directory / source
                if made_from.exists() and made_from.stat().st_mtime_ns >= oldest:
                    return None
            return {name: _mapped(self._path(directory, name)) for name in self.names}
        except (OSError, EOFError, ValueError, TokenError):
            return None

    def remove(self, directory: Path) -> None:
        for name in self.names:
            self._path(directory, name).unlink(missing_ok=True)

    def _path(self, directory: Path, name: str) -> Path:
        return directory / f"{self.prefix}-{name}.npy"


def _mapped(path: Path) -> NDArray[Any]:
    array: NDArray[Any] = np.load(path, mmap_mode="r" if path.stat().st_size > _LARGEST_EMPTY else None)
    return array
