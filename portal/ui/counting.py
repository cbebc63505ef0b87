"""How many rows there are: exact up to a bound, beyond it the planner's estimate, marked as one."""

from typing import Any

from django.db import OperationalError, connection, models, transaction
from psycopg.errors import QueryCanceled

from portal.kit import json

EXACT = 10_000


def count(rows: models.QuerySet[Any]) -> tuple[int, bool]:
    """Return (count, whether it is an estimate). One query up to the bound, two beyond it."""
    bounded = rows.order_by()[: EXACT + 1].count()
    return (bounded, False) if bounded <= EXACT else (max(EXACT, _estimate(rows)), True)


def _estimate(rows: models.QuerySet[Any]) -> int:
    sql, params = rows.order_by().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) " + sql, params)  # the planner reads statistics, not rows
        row = cursor.fetchone()
    plan: Any = row[0] if row else None
    if isinstance(plan, str | bytes):
        plan = json.loads(plan)
    return int(plan[0]["Plan"]["Plan Rows"]) if plan else EXACT


def count_in_time(rows: models.QuerySet[Any], milliseconds: int) -> tuple[int, bool, bool]:
    """Return (count, whether it is an estimate, whether counting took too long and was given up).

    The database ends the count by itself, so that nobody waits for it and nothing goes on behind it.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(milliseconds)])
            found = count(rows)
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
        return (*found, False)
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
    return _estimate(rows), True, True
