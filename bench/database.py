"""The benchmark's own database: made, emptied between measurements, dropped at the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

from bench.settings import NAME

KEPT = {"portal_user", "portal_organization", "portal_membership", "orders_source", "django_migrations"}
"""Tables that `empty` leaves alone, beside those of the rules."""
KEPT_PREFIXES = ("automations_rule", "django_content", "auth_", "django_q_schedule")


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
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True)]
    gone = [name for name in tables if name not in KEPT and not _is_kept(name)]
    gone.append("automations_rulecounter")
    with connection.cursor() as cursor:
        names = sql.SQL(", ").join(map(sql.Identifier, sorted(set(gone))))
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


def _is_kept(table: str) -> bool:
    return table.startswith(KEPT_PREFIXES)


@contextmanager
def _maintenance() -> Iterator[Any]:
    with connections["default"]._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        yield cursor


def _drop() -> None:
    connection.close()
    with _maintenance() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(NAME)))
