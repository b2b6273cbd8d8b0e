"""`holds.csv`: amounts that review takes out of an epoch's tree, each with its reason."""

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from rewards.engine import text
from rewards.engine.errors import InputError
from rewards.engine.limits import TOTAL_SUPPLY
from rewards.engine.tables import Integer, Wallet

FILE = "holds.csv"
HEADER = ("wallet", "amount", "reason")
MAX_REASON = 2_000

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


class Hold(NamedTuple):
    """`amount` grains of a wallet are kept out of the tree."""

    wallet: str
    amount: int
    reason: str


def write_holds(directory: Path | str, holds: Iterable[Hold]) -> None:
    """Write `holds.csv`, sorted by wallet, reasons quoted per RFC 4180. Raises InputError."""
    raw = _bytes(sorted(holds))
    parse_holds(raw)
    text.write_file(Path(directory) / FILE, [raw])


def read_holds(directory: Path | str) -> list[Hold]:
    """The holds of an epoch; none when there is no `holds.csv`. Raises InputError."""
    path = Path(directory) / FILE
    return parse_holds(path.read_bytes()) if path.exists() else []


def parse_holds(raw: bytes) -> list[Hold]:
    """The holds in the bytes of a `holds.csv`. Raises InputError with the first line that breaks a rule."""
    try:
        content = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(FILE, raw.count(b"\n", 0, error.start) + 1, "is not UTF-8") from None
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    holds: list[Hold] = []
    line = 1
    try:
        for fields in reader:
            if line == 1:
                _check_header(fields)
            else:
                holds.append(_hold(fields, line, holds))
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(FILE, line, f"is not CSV: {error}") from None
    if line == 1:
        _check_header([])
    _check_canonical(raw, _bytes(holds))
    return holds


def _check_header(fields: list[str]) -> None:
    if fields != list(HEADER):
        raise InputError(FILE, 1, f"the header must be {','.join(HEADER)}")


def _hold(fields: list[str], line: int, before: list[Hold]) -> Hold:
    if len(fields) != len(HEADER):
        raise InputError(FILE, line, f"expected {len(HEADER)} fields, found {len(fields)}")
    wallet, amount, reason = fields
    fault = Wallet().fault(wallet.encode()) or Integer("amount", 1, TOTAL_SUPPLY).fault(amount.encode())
    if not reason.strip():
        fault = fault or "a hold needs a reason"
    elif len(reason) > MAX_REASON or _CONTROL.search(reason):
        fault = fault or f"the reason must be text of at most {MAX_REASON} characters without control characters"
    if before and wallet <= before[-1].wallet:
        fault = fault or "rows are sorted by wallet, each once"
    if fault:
        raise InputError(FILE, line, fault)
    return Hold(wallet, int(amount), reason)


def _check_canonical(found: bytes, wanted: bytes) -> None:
    if found == wanted:
        return
    lines = zip(found.splitlines(keepends=True), wanted.splitlines(keepends=True), strict=False)
    same = 0
    for one, other in lines:
        if one != other:
            break
        same += 1
    raise InputError(FILE, same + 1, "fields are quoted only where RFC 4180 needs it, and each line ends with \\n")


def _bytes(holds: Iterable[Hold]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(holds)
    return out.getvalue().encode("utf-8", "replace")
