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
)  # fmt: skip


@contextmanager
def database() -> Iterator[None]:
    """Make the database with all its tables; drop it at the end, however it ends."""
    _drop()
    with _maintenance() as cursor:
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        _drop()


def empty() -> None:
    """Remove orders and everything that came of them; organization, source and rules stay."""
    with connection.cursor() as cursor:
        names = sql.SQL(", ").join(map(sql.Identifier, EMPTIED))
        cursor.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(names))
    settle()


def settle() -> None:
    """Put every measurement at the same start: statistics fresh, nothing left to write out."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")


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


def _drop() -> None:
    connection.close()
    with _maintenance() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(NAME)))
