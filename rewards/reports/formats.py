"""Writing tables as CSV, XLSX and Parquet, in pieces and with flat memory; the types of columns are kept.

CSV: UTF-8, texts quoted, numbers bare, times by ISO 8601 in UTC, amounts in grains. XLSX: texts are written as texts; numbers
that its 15 digits cannot hold are texts too; a sheet is full after a million rows, then the next begins. Parquet: types as
they are.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from metya.web.cells import DANGEROUS, LONGEST, dangerous, neutral
from rewards.reports.datasets import Column, Type

Rows = Sequence[tuple[Any, ...]]
SHEET_ROWS = 1_048_575  # beside the heads
EXACT = 10**15
GROUP = 50_000


def csv_pieces(columns: Sequence[Column], pieces: Iterable[Rows]) -> Iterator[bytes]:
    """The file piece by piece, the heads first, also where no row follows."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    yield _taken(out)
    changes = [(place, _CSV[column.type]) for place, column in enumerate(columns) if column.type in _CSV]
    for rows in pieces:
        by_column: list[Sequence[Any]] = list(zip(*rows, strict=True))
        for place, change in changes:
            by_column[place] = change(by_column[place])
        writer.writerows(zip(*by_column, strict=True))
        yield _taken(out)


def _taken(out: io.StringIO) -> bytes:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text.encode()


def _texts(values: Sequence[Any]) -> list[Any]:
    return [
        value if not value or (value[0] not in DANGEROUS and "\0" not in value) else neutral(value) for value in values
    ]


def _moments(values: Sequence[Any]) -> list[Any]:
    return [value and value.isoformat() for value in values]


def _truths(values: Sequence[Any]) -> list[Any]:
    return [None if value is None else "true" if value else "false" for value in values]


_CSV: dict[Type, Callable[[Sequence[Any]], list[Any]]] = {
    Type.TEXT: _texts,
    Type.TIME: _moments,
    Type.DAY: _moments,
    Type.BOOL: _truths,
}


def write_csv(path: Path, columns: Sequence[Column], pieces: Iterable[Rows]) -> None:
    with path.open("wb") as out:
        for piece in csv_pieces(columns, pieces):
            out.write(piece)


def write_xlsx(path: Path, columns: Sequence[Column], pieces: Iterable[Rows]) -> None:
    """A row at a time: xlsxwriter keeps one row in memory and the rest in files beside ``path``."""
    import xlsxwriter

    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(str(path), options)
    try:
        _fill(book, columns, pieces)
    finally:
        try:
            book.close()
        except xlsxwriter.exceptions.FileCreateError as error:
            raise (error.args[0] if isinstance(error.args[0], OSError) else OSError(str(error))) from error


def _fill(book: Any, columns: Sequence[Column], pieces: Iterable[Rows]) -> None:
    head, kept = book.add_format({"bold": True}), book.add_format({"quote_prefix": True})
    looks = {
        Type.TIME: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        Type.DAY: book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    kinds = [column.type for column in columns]
    sheet, line = None, SHEET_ROWS
    for row in _with_heads(columns, pieces):
        if sheet is None or line >= SHEET_ROWS:
            sheet, line = book.add_worksheet(), 0
            sheet.freeze_panes(1, 0)
            for place, column in enumerate(columns):
                sheet.write_string(0, place, column.name, head)
                sheet.set_column(place, place, 20 if column.type in (Type.TIME, Type.TEXT) else 12)
        if row is None:
            continue
        line += 1
        for place, (kind, value) in enumerate(zip(kinds, row, strict=True)):
            if value is None:
                continue
            if kind is Type.INT and -EXACT < value < EXACT:
                sheet.write_number(line, place, value)
            elif kind is Type.BOOL:
                sheet.write_boolean(line, place, value)
            elif kind is Type.TIME:
                sheet.write_datetime(line, place, _naive(value), looks[kind])
            elif kind is Type.DAY:
                sheet.write_datetime(line, place, value, looks[kind])
            else:
                text = str(value).replace("\0", "")
                text = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
                sheet.write_string(line, place, text, kept if dangerous(text) else None)


def _with_heads(columns: Sequence[Column], pieces: Iterable[Rows]) -> Iterator[tuple[Any, ...] | None]:
    """None first: the sheet with its heads is there even where no row follows."""
    yield None
    for rows in pieces:
        yield from rows


def _naive(moment: datetime) -> datetime:
    """Spreadsheets know no zones: UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def write_parquet(path: Path, columns: Sequence[Column], pieces: Iterable[Rows]) -> None:
    """Row groups of GROUP rows. Texts are exactly what was written: Parquet has types, and nothing in it is ever a formula."""
    import pyarrow as arrow
    from pyarrow import parquet

    types = {
        Type.TEXT: arrow.string(),
        Type.INT: arrow.int64(),
        Type.BOOL: arrow.bool_(),
        Type.TIME: arrow.timestamp("us", tz="UTC"),
        Type.DAY: arrow.date32(),
    }
    schema = arrow.schema([(column.name, types[column.type]) for column in columns])
    with path.open("wb") as out, parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        waiting: list[Any] = []
        for rows in pieces:
            arrays = [
                arrow.array(values, field.type) for values, field in zip(zip(*rows, strict=True), schema, strict=True)
            ]
            waiting.append(arrow.RecordBatch.from_arrays(arrays, schema=schema))
            if sum(batch.num_rows for batch in waiting) >= GROUP:
                writer.write_table(arrow.Table.from_batches(waiting))
                waiting.clear()
        if waiting:
            writer.write_table(arrow.Table.from_batches(waiting))


Writer = Callable[[Path, Sequence[Column], Iterable[Rows]], None]
WRITERS: dict[str, Writer] = {"csv": write_csv, "xlsx": write_xlsx, "parquet": write_parquet}
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
