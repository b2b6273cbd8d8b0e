"""Recomputing an epoch from its inputs and comparing every result byte for byte."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from rewards.engine import trees
from rewards.engine.errors import EmptyTreeError
from rewards.engine.holds import read_holds
from rewards.engine.inputs import read_inputs
from rewards.engine.results import payouts_text, result_root, result_text
from rewards.engine.scoring import score

_SHOWN, _BEFORE = 160, 120
"""Characters shown of a line, and of them before the difference: enough for any line of `payouts.csv` from its wallet."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first line of a result file that differs; an absent line is None, long lines are shown in part."""

    file: str
    line: int
    found: str | None
    expected: str | None

    def __str__(self) -> str:
        if self.found == self.expected:
            return f"{self.file}:{self.line}: found {self.found} with another line end"
        found = "nothing" if self.found is None else self.found
        expected = "nothing" if self.expected is None else self.expected
        return f"{self.file}:{self.line}: found {found}, expected {expected}"


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether all result files are what the inputs give; `tree_checked` is False when there is no `tree.json`."""

    ok: bool
    difference: Difference | None
    result_root: str
    tree_checked: bool


def verify(directory: Path | str) -> Verification:
    """Recompute the epoch in `directory`. Raises InputError or FileNotFoundError when an input is not right."""
    place = Path(directory)
    result = score(read_inputs(place))
    root = result_root(result.payouts)
    difference = _compare(place / "payouts.csv", payouts_text(result.payouts))
    difference = difference or _compare(place / "result.json", [result_text(result, root)])
    has_tree = (place / trees.TREE_FILE).exists()
    if has_tree and difference is None:
        try:
            expected: Iterable[bytes] = trees.build_tree(result.payouts, read_holds(place)).dump_text()
        except EmptyTreeError:
            expected = []
        difference = _compare(place / trees.TREE_FILE, expected)
    return Verification(difference is None, difference, root, has_tree)


def _compare(path: Path, expected: Iterable[bytes]) -> Difference | None:
    """The first difference of a file from the expected bytes, which come in blocks; a missing file is an empty one."""
    blocks = chain(expected, (b"",))
    equal, line, line_start = 0, 1, 0
    with path.open("rb") if path.exists() else BytesIO() as file:
        for block in blocks:
            found = file.read(len(block) or 1)
            same = len(os.path.commonprefix((found, block))) if found != block else len(block)
            line += block.count(b"\n", 0, same)
            if (last := block.rfind(b"\n", 0, same)) >= 0:
                line_start = equal + last + 1
            equal += same
            if found != block:
                rest = block[same:] + next(blocks, b"")
                found = _read(file, start := max(line_start, equal - _BEFORE), equal + _SHOWN)
                return Difference(path.name, line, _line(found), _line(found[: equal - start] + rest))
    return None


def _read(file: BinaryIO, start: int, end: int) -> bytes:
    file.seek(start)
    return file.read(end - start)


def _line(rest: bytes) -> str | None:
    if not rest:
        return None
    end = rest.find(b"\n")
    return ascii(rest[: end if end >= 0 else None][:_SHOWN].decode("utf-8", "replace"))
