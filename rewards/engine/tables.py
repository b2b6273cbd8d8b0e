"""Strict reading of the canonical CSV files, a block of rows at a time with numpy.

A block is first parsed at full speed under the rules; only when a rule is broken is it walked line by line to say
where and why. Ten million interaction rows take seconds and need little more memory than the arrays they become.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from rewards.engine.errors import InputError, shown

WALLET_WIDTH = 42
WALLET_TYPE = np.dtype(f"S{WALLET_WIDTH}")

_BLOCK = 1 << 20
_PAD = 32
_DIGITS_OF_32_BITS = 9
_COMMA, _NEWLINE, _ZERO = 44, 10, 48
_INTEGER = re.compile(rb"0|[1-9][0-9]*")
_WALLET = re.compile(rb"0x[0-9a-f]{40}")
_HEX = np.zeros(256, dtype=np.bool_)
_HEX[list(b"0123456789abcdef")] = True


class _BrokenRuleError(Exception):
    """A block does not follow the rules; which line is found by the slow walk."""


@dataclass(frozen=True, slots=True)
class Block:
    """The bytes of some whole rows, padded on both sides, and where fields start and end, by column and row."""

    text: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Integer:
    """A column of whole numbers within [low, high], without sign or leading zeros; becomes `dtype`."""

    name: str
    low: int
    high: int
    dtype: type[np.int32] | type[np.int64] = np.int64

    def parse(self, block: Block, column: int) -> NDArray[np.int32 | np.int64]:
        starts, ends = block.starts[column], block.ends[column]
        width = ends - starts
        widest = int(width.max())
        if int(width.min()) < 1 or widest > len(str(self.high)):
            raise _BrokenRuleError
        kind = np.uint32 if widest <= _DIGITS_OF_32_BITS else np.uint64
        value: NDArray[np.unsignedinteger[Any]] = np.zeros(len(width), dtype=kind)
        for place in range(widest):
            digit = block.text[ends - (1 + place)] - np.uint8(_ZERO)
            if place:
                digit[width <= place] = 0
            if int(digit.max()) > 9:
                raise _BrokenRuleError
            value += np.multiply(digit, kind(10**place), dtype=kind)
        leading_zero = (block.text[starts] == _ZERO) & (width > 1)
        if leading_zero.any() or int(value.min()) < self.low or int(value.max()) > self.high:
            raise _BrokenRuleError
        return value.astype(self.dtype)

    def fault(self, field: bytes) -> str | None:
        if not _INTEGER.fullmatch(field):
            return f"{self.name} must be a whole number without sign or leading zeros, not {_shown(field)}"
        if len(field) > len(str(self.high)) or not self.low <= int(field) <= self.high:
            return f"{self.name} must be between {self.low} and {self.high}, not {_shown(field)}"
        return None


@dataclass(frozen=True, slots=True)
class Wallet:
    """A column of addresses: 0x and 40 lower-case hex digits; becomes S42."""

    name: str = "wallet"

    def parse(self, block: Block, column: int) -> NDArray[np.bytes_]:
        starts = block.starts[column]
        if ((block.ends[column] - starts) != WALLET_WIDTH).any():
            raise _BrokenRuleError
        rows = np.ascontiguousarray(sliding_window_view(block.text, WALLET_WIDTH)[starts])
        wallets = rows.view(WALLET_TYPE).ravel()
        if not is_wallet(wallets).all():
            raise _BrokenRuleError
        return wallets

    def fault(self, field: bytes) -> str | None:
        if not _WALLET.fullmatch(field):
            return f"{self.name} must be 0x and 40 lower-case hex digits, not {_shown(field)}"
        return None


@dataclass(frozen=True, slots=True)
class Choice:
    """A column of names out of `choices`; becomes the place of the name in it (uint8)."""

    name: str
    choices: tuple[str, ...]

    def parse(self, block: Block, column: int) -> NDArray[np.uint8]:
        starts = block.starts[column]
        width = block.ends[column] - starts
        code = np.full(len(width), 255, dtype=np.uint8)
        for place, choice in enumerate(self.choices):
            wanted = np.frombuffer(choice.encode(), dtype=np.uint8)
            rows = np.flatnonzero((width == len(wanted)) & (code == 255))
            if rows.size:
                same = sliding_window_view(block.text, len(wanted))[starts[rows]] == wanted
                code[rows[same.all(axis=1)]] = place
        if (code == 255).any():
            raise _BrokenRuleError
        return code

    def fault(self, field: bytes) -> str | None:
        if field.decode("utf-8", "replace") not in self.choices:
            return f"unknown {self.name} {_shown(field)}; known are {', '.join(self.choices)}"
        return None


Column = Integer | Wallet | Choice


def read_table(path: Path, columns: tuple[Column, ...]) -> list[NDArray[Any]]:
    """One array per column of the CSV file at `path`. Raises InputError with the first line that breaks a rule."""
    parts: list[list[NDArray[Any]]] = [[] for _ in columns]
    for line, raw in _blocks(path, columns):
        try:
            block = _split(raw, len(columns))
            for place, column in enumerate(columns):
                parts[place].append(column.parse(block, place))
        except _BrokenRuleError:
            _refuse(path.name, line, raw, columns)
    return [_joined(column, arrays) for column, arrays in zip(columns, parts, strict=True)]


def is_wallet(wallets: NDArray[np.bytes_]) -> NDArray[np.bool_]:
    """Which of the S42 texts are 0x and 40 lower-case hex digits."""
    rows = np.ascontiguousarray(wallets).view(np.uint8).reshape(-1, WALLET_WIDTH)
    right: NDArray[np.bool_] = (rows[:, 0] == ord("0")) & (rows[:, 1] == ord("x"))
    right &= _HEX[rows[:, 2:]].all(axis=1)
    return right


def _joined(column: Column, arrays: list[NDArray[Any]]) -> NDArray[Any]:
    if arrays:
        return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
    if isinstance(column, Integer):
        return np.zeros(0, dtype=column.dtype)
    return np.zeros(0, dtype=WALLET_TYPE if isinstance(column, Wallet) else np.uint8)


def _blocks(path: Path, columns: tuple[Column, ...]) -> Iterator[tuple[int, bytes]]:
    """Blocks of whole lines after the header, each with the number of its first line."""
    header = ",".join(column.name for column in columns).encode() + b"\n"
    with path.open("rb") as file:
        found = file.readline(4096)
        if found != header:
            wanted = header.decode().rstrip("\n")
            raise InputError(path.name, 1, f"the header must be {wanted} and a line end, not {_shown(found)}")
        line, rest = 2, b""
        while data := file.read(_BLOCK):
            data = rest + data
            end = data.rfind(b"\n") + 1
            rest = data[end:]
            if len(rest) > _BLOCK:
                raise InputError(path.name, line + data.count(b"\n"), "the line is too long")
            if end:
                yield line, data[:end]
                line += data.count(b"\n", 0, end)
        if rest:
            raise InputError(path.name, line, "the last line must end with a line end")


def _split(raw: bytes, fields: int) -> Block:
    text = np.frombuffer(b"\0" * _PAD + raw + b"\0" * _PAD, dtype=np.uint8)
    stops = np.flatnonzero((text == _COMMA) | (text == _NEWLINE))
    if len(stops) % fields:
        raise _BrokenRuleError
    marks = text[stops].reshape(-1, fields)
    if (marks[:, :-1] != _COMMA).any() or (marks[:, -1] != _NEWLINE).any():
        raise _BrokenRuleError
    ends = np.ascontiguousarray(stops.reshape(-1, fields).T)
    starts = np.empty_like(ends)
    starts[1:] = ends[:-1] + 1
    starts[0, 0] = _PAD
    starts[0, 1:] = ends[-1, :-1] + 1
    return Block(text, starts, ends)


def _refuse(file: str, first_line: int, raw: bytes, columns: tuple[Column, ...]) -> None:
    for line, row in enumerate(raw.split(b"\n")[:-1], start=first_line):
        fields = row.split(b",")
        if len(fields) != len(columns):
            raise InputError(file, line, f"expected {len(columns)} fields, found {len(fields)}")
        for column, field in zip(columns, fields, strict=True):
            if reason := column.fault(field):
                raise InputError(file, line, reason)
    raise AssertionError(f"{file}: the two readers disagree from line {first_line}")


def _shown(field: bytes) -> str:
    return shown(field.decode("utf-8", "replace"))
