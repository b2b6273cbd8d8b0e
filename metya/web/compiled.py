"""The text of a QuerySet with places to be filled in, and its rows as the QuerySet would give them.

The QuerySet is built once with stand-ins: numbers and words that occur nowhere else. Where the compiled text asks for one
of them, there is a place. A moment that was "now" while it was built is the moment of each run. Everything else is a
constant of the text. Whatever does not come out exactly so is refused, and runs as a plain QuerySet.
"""

import copy
import datetime
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet, FullResultSet, ObjectDoesNotExist
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet, signals
from django.db.models.base import ModelState
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

from metya.web.statements import NOW, Place, Run, statement

T = TypeVar("T")
_MARK = re.compile("%(.)", re.DOTALL)
# Stand-ins are at least this; no id is. Nor does any constant hold this word, which is none.
_HIGH = 2**61
_WORD = "stand1n"


class NotPreparable(Exception):
    """Why a query runs as the plain QuerySet."""


@dataclass(frozen=True)
class _Read:
    """What Django's own iterables need of a QuerySet, with rows that were read already."""

    db: str
    model: Any
    query: Any
    _known_related_objects: dict[Any, Any] = field(default_factory=dict)


class _Query:
    """The query, with a compiler that answers from the rows."""

    def __init__(self, query: Any, compiler: SQLCompiler) -> None:
        self._query, self._compiler = query, compiler

    def __getattr__(self, name: str) -> Any:
        return getattr(self._query, name)

    def get_compiler(self, *_args: Any, **_more: Any) -> SQLCompiler:
        return self._compiler


class _Made:
    """A model whose instances take what was read as it is: ``Model.__init__`` would set field by field, with every descriptor
    and signal on the way, and takes longer than the query."""

    def __init__(self, model: type[Model]) -> None:
        self._model, self._meta = model, model._meta

    def from_db(self, db: str, names: Sequence[str], values: Sequence[Any]) -> Model:
        one = self._model.__new__(self._model)
        one._state = ModelState()
        one._state.adding, one._state.db = False, db
        vars(one).update(zip(names, values, strict=True))
        return one


def _made(found: dict[str, Any]) -> dict[str, Any]:
    """Which models a compiler found, made at once where nothing waits for their being made."""
    model, related = found["model"], found.get("related_klass_infos", [])
    heard = signals.pre_init.has_listeners(model) or signals.post_init.has_listeners(model)
    plain = model.__init__ is Model.__init__ and model.from_db.__func__ is Model.from_db.__func__  # type: ignore[attr-defined]
    return found | {
        "model": _Made(model) if plain and not heard else model,
        "related_klass_infos": [_made(one) for one in related],
    }


class Compiled:
    """One shape of a query on one kind of database; may be run by any thread."""

    def __init__(self, queryset: "QuerySet[Any, Any]", compiler: SQLCompiler, texts: list[str], places: list[Place]):
        self._queryset, self._compiler = queryset, compiler
        self._converters = compiler.get_converters([found[0] for found in compiler.select[: compiler.col_count]])
        self._models = compiler.klass_info and _made(compiler.klass_info)
        self._run = statement(compiler.connection, texts, places)

    def rows(self, values: dict[str, Any]) -> list[Any]:
        """As ``list(queryset)`` would give them; one query."""
        connection = connections[self._queryset.db]
        read: Sequence[Any] = self._run(connection, values)
        bound: Any = copy.copy(self._compiler)
        if bound.has_extra_select:
            read = [row[: bound.col_count] for row in read]
        bound.connection, bound.klass_info = connection, self._models
        bound.execute_sql = lambda *_args, **_more: [read]
        bound.get_converters = lambda _fields: self._converters
        source: Any = self._queryset
        found: list[Any] = list(source._iterable_class(_Read(source.db, source.model, _Query(source.query, bound))))
        return found


def compiled(build: "Callable[..., QuerySet[Any, Any]]", filled: set[str], values: dict[str, Any]) -> Compiled:
    """Build with stand-ins for ``filled``, compile, and find their places. Raises NotPreparable."""

    def made(**given: Any) -> tuple["QuerySet[Any, Any]", SQLCompiler]:
        queryset = build(**given)
        if queryset._prefetch_related_lookups or queryset._known_related_objects:  # type: ignore[attr-defined]
            raise NotPreparable("it prefetches or carries related objects")
        return queryset, queryset.query.get_compiler(using=queryset.db)

    (queryset, compiler), texts, places = _parts(made, filled, values)
    return Compiled(queryset, compiler, texts, places)


def compiled_change(build: Callable[..., Query], filled: set[str], values: dict[str, Any]) -> Run:
    """As ``compiled``, for an UPDATE or a DELETE."""

    def made(**given: Any) -> tuple[None, SQLCompiler]:
        return None, build(**given).get_compiler(using=DEFAULT_DB_ALIAS)

    (_none, compiler), texts, places = _parts(made, filled, values)
    return statement(compiler.connection, texts, places, answers=False)


def _parts(
    make: Callable[..., tuple[T, SQLCompiler]], filled: set[str], values: dict[str, Any]
) -> tuple[tuple[T, SQLCompiler], list[str], list[Place]]:
    stand_ins = {name: _stand_in(name, values[name]) for name in sorted(filled)}
    begun = timezone.now()
    try:
        made = make(**values | stand_ins)
        sql, params = made[1].as_sql()
    except (EmptyResultSet, FullResultSet):
        raise NotPreparable("it is always empty") from None
    except ObjectDoesNotExist:
        raise NotPreparable("it looks at more than ids") from None
    texts = _texts(sql)
    if len(texts) != len(params) + 1:
        raise NotPreparable("its text and its parameters differ")
    texts, places = _places(texts, list(params), stand_ins, (begun, timezone.now()))
    _check(texts, places, stand_ins)
    return made, texts, places


def _stand_in(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return f"{_WORD}{secrets.token_hex(12)}"
    if isinstance(value, int) and not isinstance(value, bool):
        return _HIGH + secrets.randbelow(_HIGH)
    if isinstance(value, list):
        return [_HIGH + secrets.randbelow(_HIGH) for _ in range(2)]
    raise NotPreparable(f"{name} is a {type(value).__name__}")


def _texts(sql: str) -> list[str]:
    """What stands between the places."""
    parts, last = [""], 0
    for found in _MARK.finditer(sql):
        parts[-1] += sql[last : found.start()]
        last = found.end()
        if found[1] == "s":
            parts.append("")
        elif found[1] == "%":
            parts[-1] += "%"
        else:
            raise NotPreparable("an unknown mark in its text")
    parts[-1] += sql[last:]
    return parts


def _places(
    texts: list[str],
    params: list[Any],
    stand_ins: dict[str, Any],
    while_built: tuple[datetime.datetime, datetime.datetime],
) -> tuple[list[str], list[Place]]:
    single = {value: name for name, value in stand_ins.items() if not isinstance(value, list)}
    many = {value: name for name, values in stand_ins.items() if isinstance(values, list) for value in values}
    kept, places, at = [texts[0]], [], 0
    while at < len(params):
        value = params[at]
        if isinstance(value, int | str) and value in many:
            name = many[value]
            pair = params[at : at + 2]
            listed = kept[-1].endswith(" IN (") and not kept[-1].endswith(" NOT IN (") and texts[at + 1] == ", "
            if len(pair) < 2 or {*pair} != {*stand_ins[name]} or not listed or not texts[at + 2].startswith(")"):
                raise NotPreparable(f"{name} is not asked for as a list")
            places.append(Place(name, list))
            at += 1
        elif isinstance(value, int | str) and value in single:
            places.append(Place(single[value], str if isinstance(value, str) else int))
        elif (moment := _moment(value)) is not None:
            if not while_built[0] <= moment <= while_built[1]:
                raise NotPreparable("it asks for a moment that is not now")
            places.append(Place(NOW, datetime.datetime))
        else:
            places.append(Place(constant=value))
        at += 1
        kept.append(texts[at])
    return kept, places


def _moment(value: Any) -> datetime.datetime | None:
    """A moment as databases are asked for it: SQLite by a text in UTC."""
    if isinstance(value, datetime.datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?", value):
        return datetime.datetime.fromisoformat(value).replace(tzinfo=datetime.UTC)
    return None


def _check(texts: list[str], places: list[Place], stand_ins: dict[str, Any]) -> None:
    """Every stand-in has become a place, and nothing was made of one."""
    if missing := {*stand_ins} - {place.name for place in places}:
        raise NotPreparable(f"nothing asks for {', '.join(sorted(missing))}")
    if NOW in stand_ins:
        raise NotPreparable("the name of the moment is taken")
    made = [value for value in stand_ins.values() for value in (value if isinstance(value, list) else [value])]
    if any(str(value) in text for value in made for text in texts):
        raise NotPreparable("a value is part of its text")
    for constant in (place.constant for place in places if not place.name):
        if not isinstance(constant, int | str | float | None):
            raise NotPreparable(f"a constant is a {type(constant).__name__}")
        if (isinstance(constant, int) and abs(constant) >= _HIGH // 2) or _WORD in str(constant):
            raise NotPreparable("a constant is made of a value")
