"""Queries that are compiled once and then only filled in: to build and to compile one costs many times what running it does.

    _kept = Prepared(lambda me, before: Bookmark.objects.filter(member=me, pk__lt=before), "me", "before")
    _kept(me=7, before=1000)

The text comes from the very QuerySet that ``build`` makes, so a rule (``visible_to``) stays written in one place. What
cannot be prepared runs as the plain QuerySet.
"""

import logging
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.db.models.deletion import Collector
from django.db.models.sql import DeleteQuery, Query, UpdateQuery

from metya.web.compiled import Compiled, NotPreparable, compiled, compiled_change
from metya.web.statements import Run

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Prepared(Generic[T]):
    """A query by its shape.

    ``build`` takes keyword arguments alone and returns a QuerySet that depends on nothing but them and the time. Those
    named ``slots`` (an int, a str, a list of ints) are filled in; one that is None and all others are part of the shape.
    """

    def __init__(self, build: "Callable[..., QuerySet[Any, T]]", *slots: str) -> None:
        self._build, self._slots = build, frozenset(slots)
        self._known: dict[object, Compiled | None] = {}

    def __call__(self, **values: Any) -> list[T]:
        """The rows; one query."""
        one = self.shape(**values)
        if one is None:
            return list(self._build(**values))
        return one.rows(values)

    def shape(self, **values: Any) -> Compiled | None:
        """What is kept for these arguments; None for what runs as the plain QuerySet."""
        filled = {name for name, value in values.items() if name in self._slots and value is not None}
        decides = tuple(pair for pair in values.items() if pair[0] not in filled)
        key = (connections["default"].vendor, decides)
        try:
            return self._known[key]
        except KeyError:
            self._known[key] = found = self._compiled(filled, values)
            return found

    def _compiled(self, filled: set[str], values: dict[str, Any]) -> Compiled | None:
        try:
            return compiled(self._build, filled, values)
        except NotPreparable as reason:
            logger.warning("%s runs unprepared: %s", self._build.__qualname__, reason)
            return None


class Change:
    """An UPDATE or a DELETE compiled once; ``build`` returns what ``updating`` or ``deleting`` made. See Prepared."""

    def __init__(self, build: Callable[..., Query], *slots: str) -> None:
        self._build, self._slots = build, frozenset(slots)
        self._known: dict[str, Run] = {}

    def __call__(self, **values: Any) -> None:
        """Do it; one statement. Every value is filled in. Raises NotPreparable where that cannot be."""
        connection = connections[DEFAULT_DB_ALIAS]
        run = self._known.get(connection.vendor)
        if run is None:
            run = self._known[connection.vendor] = compiled_change(self._build, {*self._slots}, values)
        run(connection, values)


def updating(rows: "QuerySet[Any]", **values: Any) -> Query:
    """The query of ``rows.update(**values)``."""
    query = rows.query.chain(UpdateQuery)  # type: ignore[arg-type]
    query.add_update_values(values)  # type: ignore[attr-defined]
    return query


def deleting(rows: "QuerySet[Any]") -> Query:
    """The query of ``rows.delete()``, where nothing else goes with them and nobody listens."""
    if not Collector(using=DEFAULT_DB_ALIAS).can_fast_delete(rows):
        raise NotPreparable("more goes with it")
    return rows.query.chain(DeleteQuery)  # type: ignore[arg-type]
