"""Storing a new row by a statement that is built once for each model: to build one costs more than running it."""

from collections.abc import Sequence
from typing import Any

from django.db import connections, models, router
from django.db.models import signals

from metya.web.statements import Place, Run, statement

_kept: dict[tuple[str, type[models.Model]], tuple[Sequence[Any], Run]] = {}


def insert(row: models.Model) -> bool:
    """Store ``row`` and give it its id; False where one with the same unique values is there already (nothing is changed then).

    Of models to whose saving nobody listens. What else is wrong raises as ``save`` does.
    """
    connection = connections[router.db_for_write(type(row))]
    key = (connection.vendor, type(row))
    if key not in _kept:
        _kept[key] = _compiled(connection, type(row))
    fields, run = _kept[key]
    values = {one.attname: one.get_db_prep_save(one.pre_save(row, True), connection) for one in fields}
    found = run(connection, values)
    if found:
        row.pk, row._state.adding, row._state.db = found[0][0], False, connection.alias
    return bool(found)


def _compiled(connection: Any, model: type[models.Model]) -> tuple[Sequence[Any], Run]:
    meta, quoted = model._meta, connection.ops.quote_name
    heard = any(one.has_listeners(model) for one in (signals.pre_save, signals.post_save))
    odd = meta.parents or any(isinstance(one, models.JSONField) for one in meta.local_concrete_fields)
    if heard or odd or not isinstance(meta.pk, models.AutoField):
        raise TypeError(f"{model.__name__} is stored by save()")
    fields = [one for one in meta.local_concrete_fields if one is not meta.pk]
    columns = ", ".join(quoted(one.column) for one in fields)
    first = f"INSERT INTO {quoted(meta.db_table)} ({columns}) VALUES ("  # noqa: S608 - names of the model alone
    last = f") ON CONFLICT DO NOTHING RETURNING {quoted(meta.pk.column)}"
    texts = [first, *[", "] * (len(fields) - 1), last]
    return fields, statement(connection, texts, [Place(one.attname) for one in fields])
