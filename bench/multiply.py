"""Making many orders of few: every row that an order left is copied, with ids and names of its own."""

from django.db import connection
from psycopg import sql

from bench import database
from bench.data import records
from bench.shop import Shop
from bench.table import Figure
from bench.whole_path import fill

_OWN_NAME = {"public_id": "substr(md5(random()::text || n::text), 1, 16)"}
_LATER = {
    ("orders_order", "status"): "(ARRAY['fulfilled', 'fulfilled', 'fulfilled', 'archived', 'canceled'])[1 + t.id % 5]",
    ("orders_order", "hold_until"): "NULL",
    ("orders_hold", "ended_at"): "t.placed_at",
    ("orders_hold", "outcome"): "'due'",
}
"""Of ten copies two are as they were left, on hold; the others are older and done with, as in a shop that runs."""
_ORDER_ID = {
    "orders_order": "id",
    "orders_orderline": "order_id",
    "orders_hold": "order_id",
    "portal_history": "entity_id",
    "portal_event": "entity_id",
    "automations_run": "entity_id",
}


def make(shop: Shop, wanted: int, real: int) -> list[Figure]:
    """Empty the database and fill it with at least `wanted` orders, of which `real` went the whole path."""
    real = min(real, wanted)
    database.empty()
    fill(shop, records(real))
    multiply(-(-wanted // real))
    return []


def multiply(times: int) -> None:
    """Let there be `times` copies of each order, itself included; they arrive and are placed on other days."""
    step = {table: database.scalar(f"SELECT max(id) FROM {table}") or 0 for table in _ORDER_ID}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for table in _ORDER_ID:
            _copy(cursor, table, step, times)
            cursor.execute(
                sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), (SELECT max(id) FROM {}))").format(
                    sql.Literal(table), sql.Identifier(table)
                )
            )
        cursor.execute("RESET statement_timeout")
    database.settle()


def _copy(cursor: object, table: str, step: dict[str, int], times: int) -> None:
    names = [name for name, generated in _columns(table) if not generated]
    values = [sql.SQL(_value(table, name, step)) for name in names]
    statement = sql.SQL("INSERT INTO {table} ({names}) SELECT {values} FROM {table} t, generate_series(1, {more}) n")
    cursor.execute(  # type: ignore[attr-defined]
        statement.format(
            table=sql.Identifier(table),
            names=sql.SQL(", ").join(map(sql.Identifier, names)),
            values=sql.SQL(", ").join(values),
            more=sql.Literal(times - 1),
        )
    )


def _value(table: str, name: str, step: dict[str, int]) -> str:
    if name in _OWN_NAME:
        return _OWN_NAME[name]
    if name == "id":
        return f"t.id + n * {step[table]}"
    if name == _ORDER_ID[table]:
        return f"t.{name} + n * {step['orders_order']}"
    if name in ("run_id", "event_id"):
        return f"t.{name} + n * {step['automations_run' if name == 'run_id' else 'portal_event']}"
    if name in ("ext_order_id", "ext_order_api_id", "number_folded"):
        return f"t.{name} || '-' || n"
    if name == "terms":  # its number and its ID in the channel are the same in these orders
        end = "|| ''''"
        return (
            f"replace(t.terms::text, ':' || t.number_folded {end}, ':' || t.number_folded || '-' || n {end})::tsvector"
        )
    if (table, name) in _LATER:
        return f'CASE WHEN n < 3 THEN t."{name}" ELSE {_LATER[table, name]} END'
    if name in ("placed_at", "created_at"):
        return f"t.{name} - n * interval '23 hours'"
    return f't."{name}"'


def _columns(table: str) -> list[tuple[str, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, is_generated = 'ALWAYS' FROM information_schema.columns "
            "WHERE table_name = %s AND table_schema = current_schema() ORDER BY ordinal_position",
            [table],
        )
        return [(name, generated) for name, generated in cursor.fetchall()]
