"""Running a text with places on the database at hand."""

import datetime
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import psycopg
from django.db import connections
from django.utils import timezone
from psycopg.postgres import types
from psycopg.types.datetime import TimestamptzLoader

NOW = "now"
_TIMESTAMPTZ = types["timestamptz"].oid
Rows = list[tuple[Any, ...]]
Run = Callable[[Any, dict[str, Any]], Rows]


@dataclass(frozen=True)
class Place:
    """A place of a text: the ``name`` and type (int, str, list) of what is filled in, or a constant without a name."""

    name: str = ""
    kind: type | None = None
    constant: Any = None


def statement(connection: Any, texts: Sequence[str], places: Sequence[Place], *, answers: bool = True) -> Run:
    """What runs the text on a connection of this kind with values by name; ``texts`` stand around the places.

    ``answers`` tells whether it gives rows.
    """
    make = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
    return make(connection, texts, places, answers)


def run_written(sql: str, values: dict[str, Any]) -> Rows:
    """The rows of ``sql``, written by hand with %(name)s for each of ``values`` and for "now"; kept by its text.

    Values are numbers, or lists of ids for a place in IN (…).
    """
    connection = connections["default"]
    key = (connection.vendor, sql)
    if key not in _written:
        texts = re.split(r"%\((\w+)\)s", sql)
        places = [Place(name, datetime.datetime if name == NOW else type(values[name])) for name in texts[1::2]]
        _written[key] = statement(connection, texts[::2], places)
    return _written[key](connection, values)


_written: dict[tuple[str, str], Run] = {}


def _on_sqlite(_connection: Any, texts: Sequence[str], places: Sequence[Place], _answers: bool) -> Run:
    """Constants are sent along; a list as JSON."""
    marks = ["SELECT value FROM json_each(%s)" if place.kind is list else "%s" for place in places]
    sql = _woven([text.replace("%", "%%") for text in texts], marks)

    def run(connection: Any, values: dict[str, Any]) -> Rows:
        known = {name: json.dumps(value) if isinstance(value, list) else value for name, value in values.items()}
        known[NOW] = connection.ops.adapt_datetimefield_value(timezone.now())
        with connection.cursor() as cursor:
            cursor.execute(sql, [known[place.name] if place.name else place.constant for place in places])
            return list(cursor.fetchall())

    return run


class _KeptCursor(psycopg.RawCursor[tuple[Any, ...]]):
    """The server keeps the statement and its plan with the connection; what comes by $1 is never part of a text."""

    # What Django's log of queries shows, where one is kept: the text with its values.
    shown: str | None = None

    def __init__(self, connection: Any, *, utc: bool) -> None:
        super().__init__(connection)
        # Django's own loader puts its time zone over that of the connection, slowly; where both are UTC nothing is to be put.
        if utc:
            self.adapters.register_loader(_TIMESTAMPTZ, TimestamptzLoader)

    def execute(self, query: Any, params: Any = None, **_more: Any) -> Any:
        found = super().execute(query, params, prepare=True)
        if self.shown is not None:
            self._query = SimpleNamespace(query=self.shown.encode())  # type: ignore[assignment]
        return found


def _on_postgresql(connection: Any, texts: Sequence[str], places: Sequence[Place], answers: bool) -> Run:
    """Constants stand in the text, where the planner sees that they are the conditions of indexes.

    Values are sent as words whose type the text says: small and large ids are then one statement.
    """
    casts = {int: "::bigint", list: "::bigint[]"}
    names = list(dict.fromkeys(place.name for place in places if place.name))
    before = list(texts)
    marks = []
    for at, place in enumerate(places):
        if place.kind is list:
            before[at] = before[at].removesuffix(" IN (") + " = ANY ("
        number = names.index(place.name) + 1 if place.name else 0
        marks.append(
            f"${number}{casts.get(place.kind or object, '')}" if number else _literal(connection, place.constant)
        )
    sql = _woven(before, marks)

    def run(connection: Any, values: dict[str, Any]) -> Rows:
        connection.close_if_health_check_failed()
        connection.ensure_connection()
        sent = [timezone.now() if name == NOW else _word(values[name]) for name in names]
        with connection.wrap_database_errors:
            cursor = _KeptCursor(connection.connection, utc=connection.timezone is datetime.UTC)
        if connection.queries_logged:
            cursor.shown = re.sub(r"\$(\d+)", lambda found: _literal(connection, sent[int(found[1]) - 1]), sql)
        with connection._prepare_cursor(cursor) as wrapped:  # counts and logs it as any other
            wrapped.execute(sql, sent)
            return list(wrapped.fetchall()) if answers else []

    return run


def _literal(connection: Any, value: Any) -> str:
    return str(connection.ops.compose_sql("%s", [value]))


def _word(value: Any) -> str | None:
    if isinstance(value, list):
        return f"{{{','.join(map(str, value))}}}"
    return value if value is None else str(value)


def _woven(texts: Sequence[str], marks: Sequence[str]) -> str:
    return "".join(part for pair in zip(texts, [*marks, ""], strict=True) for part in pair)
