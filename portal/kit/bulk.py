"""Many rows in one go: what Django's ORM does row by row, PostgreSQL does by COPY."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault
from psycopg import sql

from portal.kit import json


def next_ids(model: type[models.Model], count: int) -> list[int]:
    """Reserve `count` primary keys of `model`, ascending."""
    if count == 0:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, count],
        )
        return [row[0] for row in cursor.fetchall()]


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write `rows` into the table of `model` by COPY, in the caller's transaction.

    `columns` are database column names; JSON values are passed as `str`. The database's constraints
    hold as for any insert; Django's defaults and signals do not run.
    """
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def copy_new(made: Sequence[models.Model]) -> None:
    """Write new rows of one model by COPY, in the caller's transaction, and give them their keys.

    What `bulk_create` does, without a placeholder for each value. What the database has a default for and nobody has
    set is left to it: in all rows, or in none.
    """
    if not made:
        return
    model = type(made[0])
    key = model._meta.pk
    fields = [one for one in model._meta.concrete_fields if not one.generated and not _by_database(made[0], one)]
    for one, pk in zip(made, next_ids(model, len(made)), strict=True):
        one.pk = pk
    copy_rows(
        model,
        [_column(key), *(_column(one) for one in fields if one is not key)],
        ((row.pk, *(_prepared(row, one) for one in fields if one is not key)) for row in made),
    )
    for one in made:
        one._state.adding, one._state.db = False, connection.alias


def _column(field: models.Field[Any, Any]) -> str:
    assert field.column is not None, "The field has a column."
    return field.column


def _by_database(row: models.Model, field: models.Field[Any, Any]) -> bool:
    return isinstance(getattr(row, field.attname), DatabaseDefault)


_PLAIN = frozenset({type(None), str, int, bool, Decimal, dt.datetime})
"""Values that COPY takes as they are, whatever column they are for, unless it holds JSON."""


def _prepared(row: models.Model, field: models.Field[Any, Any]) -> Any:
    value = getattr(row, field.attname)
    if value.__class__ in _PLAIN and not isinstance(field, models.JSONField):
        return value
    return field.get_db_prep_save(value, connection)


def update_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]], *, touched: Sequence[str] = ()
) -> int:
    """Change many rows in one statement, in the caller's transaction; returns how many there were.

    Each row is a primary key and the values of `columns` (database names) in their order: whatever JSON has a word
    for, documents as they are. `None` becomes NULL. Columns `touched` become the transaction's time. Lock the rows
    before, where others may change them as well.
    """
    given = json.dumps_text([dict(enumerate(row)) for row in rows])
    if given == "[]":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_update(model, tuple(columns), tuple(touched)), [given])
        return int(cursor.rowcount)


def _update(model: type[models.Model], columns: Sequence[str], touched: Sequence[str]) -> sql.Composed:
    """Return the statement: the values travel as one JSON text, which costs far less than arrays or a CASE a row."""
    key = _column(model._meta.pk)
    types = {_column(field): str(field.db_type(connection)) for field in model._meta.concrete_fields}
    types[key] = str(model._meta.pk.rel_db_type(connection))
    names = (key, *columns)
    told = [sql.SQL("{} {}").format(sql.Identifier(str(at)), sql.SQL(types[one])) for at, one in enumerate(names)]
    sets = [
        sql.SQL("{} = n.{}").format(sql.Identifier(one), sql.Identifier(str(at))) for at, one in enumerate(columns, 1)
    ]
    sets += [sql.SQL("{} = now()").format(sql.Identifier(one)) for one in touched]
    return sql.SQL('UPDATE {} t SET {} FROM json_to_recordset(%s) AS n({}) WHERE t.{} = n."0"').format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(sets), sql.SQL(", ").join(told),
        sql.Identifier(key),
    )  # fmt: skip
