"""The limit: the rows that the product wrote, written again by hand with psycopg, 100 orders a batch.

The rows are read back from the product's own tables, so that the reference never writes less than the
product does. It writes final rows only: no look-up, no lock, no event handed over, no rule evaluated.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql
from psycopg.types.json import Jsonb

from portal.kit import json

TABLES = (
    ("orders_order", "id"),
    ("orders_orderline", "order_id"),
    ("portal_history", "entity_id"),
    ("portal_event", "entity_id"),
    ("automations_run", "entity_id"),
    ("orders_hold", "order_id"),
)
"""Every table that an order leaves rows in, with the column that says which order's they are."""
BATCH = 100


@dataclass(slots=True)
class Rows:
    """Rows of one table; JSON parsed, as a program that writes them would have it."""

    table: str
    columns: list[str]
    documents: frozenset[int]
    """Places of the JSON columns."""
    by_order: dict[int, list[tuple[Any, ...]]] = field(default_factory=dict)

    def of(self, orders: Sequence[int]) -> list[tuple[Any, ...]]:
        """Return the rows of some orders."""
        return [row for order in orders for row in self.by_order.get(order, ())]


def read_back() -> list[Rows]:
    """Return what the product wrote."""
    return [_read(table, key) for table, key in TABLES]


def count(tables: Sequence[Rows]) -> int:
    """Return how many rows there are in all."""
    return sum(len(rows) for one in tables for rows in one.by_order.values())


def write_in_pipeline(tables: Sequence[Rows]) -> float:
    """INSERT by executemany in a pipeline, a commit each 100 orders. Returns seconds."""
    with _plain_connection() as plain:
        started = time.perf_counter()
        for orders in _batches(tables):
            with plain.transaction(), plain.pipeline(), plain.cursor() as cursor:
                for one in tables:
                    rows = [_with_documents(one, row, _jsonb) for row in one.of(orders)]
                    cursor.executemany(_insert(one), rows)
        return time.perf_counter() - started


def write_by_copy(tables: Sequence[Rows]) -> float:
    """COPY into each table, a commit each 100 orders. Returns seconds."""
    with _plain_connection() as plain:
        started = time.perf_counter()
        for orders in _batches(tables):
            with plain.transaction(), plain.cursor() as cursor:
                for one in tables:
                    with cursor.copy(_copy(one)) as copy:
                        for row in one.of(orders):
                            copy.write_row(_with_documents(one, row, json.dumps_text))
        return time.perf_counter() - started


def _read(table: str, key: str) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns "
            "WHERE table_name = %s AND table_schema = current_schema() ORDER BY ordinal_position",
            [table],
        )
        found = cursor.fetchall()
        columns = [name for name, _ in found]
        documents = frozenset(i for i, (_, kind) in enumerate(found) if kind == "jsonb")
        own = sql.SQL("WHERE entity_type = 'order'" if "entity_type" in columns else "")
        cursor.execute(sql.SQL("SELECT {} FROM {} {} ORDER BY id").format(_names(columns), sql.Identifier(table), own))
        one, place = Rows(table, columns, documents), columns.index(key)
        for row in cursor.fetchall():
            one.by_order.setdefault(row[place], []).append(_with_documents(one, row, json.loads))
    return one


def _with_documents(one: Rows, row: tuple[Any, ...], turn: Any) -> tuple[Any, ...]:
    return tuple(turn(cell) if i in one.documents and cell is not None else cell for i, cell in enumerate(row))


def _jsonb(value: Any) -> Jsonb:
    return Jsonb(value, dumps=json.dumps_text)


def _batches(tables: Sequence[Rows]) -> list[list[int]]:
    orders = sorted(tables[0].by_order)
    return [orders[i : i + BATCH] for i in range(0, len(orders), BATCH)]


def _names(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _insert(one: Rows) -> sql.Composed:
    places = sql.SQL(", ").join([sql.Placeholder()] * len(one.columns))
    return sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(sql.Identifier(one.table), _names(one.columns), places)


def _copy(one: Rows) -> sql.Composed:
    return sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(one.table), _names(one.columns))


@contextmanager
def _plain_connection() -> Iterator[psycopg.Connection[Any]]:
    """A connection as psycopg gives it, without what Django sets on its own."""
    wanted = connection.get_connection_params()
    for name in ("cursor_factory", "context", "prepare_threshold", "client_encoding"):
        wanted.pop(name, None)
    with psycopg.connect(**wanted) as plain:
        yield plain
