"""The benchmark's own database: made, emptied between measurements, dropped at the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

from bench.settings import NAME

EMPTIED = (
    "orders_order", "orders_orderline", "orders_hold", "orders_orderexception", "portal_history", "portal_event",
    "portal_handoff", "automations_run", "automations_rulecounter", "django_q_ormq", "portal_bell",
    "orders_inventorylevel",
)  # fmt: skip
"""Stock goes with the orders: its ledger names them, and would be gone without it."""


@contextmanager
def database() -> Iterator[None]:
    """Make the database with all its tables; drop it at the end, however it ends."""
    drop(NAME)
    create(NAME)
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        drop(NAME)


@contextmanager
def connected(name: str) -> Iterator[bool]:
    """Use the database of this name for as long as this lasts. Gives whether it is there already."""
    before = connection.settings_dict["NAME"]
    with _maintenance() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        there = cursor.fetchone() is not None
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield there
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def create(name: str) -> None:
    """Make an empty database."""
    with _maintenance() as cursor:
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def drop(name: str) -> None:
    """Remove a database, whoever is connected to it."""
    connection.close()
    with _maintenance() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def without_indexes(*tables: str) -> Iterator[None]:
    """Drop the indexes of tables that no constraint needs, and make them again at the end: filling is faster."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOSE_INDEXES, [list(tables)])
        found = cursor.fetchall()
        for name, _definition in found:
            cursor.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET maintenance_work_mem = '512MB'")
        for _name, definition in found:
            cursor.execute(definition)
        cursor.execute("RESET statement_timeout; RESET maintenance_work_mem")


_LOOSE_INDEXES = """
SELECT i.indexname, i.indexdef FROM pg_indexes i JOIN pg_class c ON c.relname = i.indexname
WHERE i.tablename = ANY(%s) AND i.schemaname = current_schema()
  AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = c.oid)
"""


def empty() -> None:
    """Remove orders and everything that came of them; organization, source and rules stay."""
    with connection.cursor() as cursor:
        names = sql.SQL(", ").join(map(sql.Identifier, EMPTIED))
        cursor.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(names))
    settle()


def settle() -> None:
    """Put every measurement at the same start: statistics fresh, nothing left to write out."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")
        cursor.execute("RESET statement_timeout")


def scalar(query: str, *params: Any) -> Any:
    """Return the one value of a query."""
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        row = cursor.fetchone()
    return row[0] if row else None


def safety() -> dict[str, str]:
    """Return the settings that say whether a power cut would cost data."""
    return {name: scalar(f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")}


@contextmanager
def _maintenance() -> Iterator[Any]:
    with connections["default"]._nodb_cursor() as cursor:
        yield cursor
