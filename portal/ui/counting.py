"""How many rows there are: exact where that is soon known, else an estimate from a sample, marked as one.

An exact count ends after `EXACT` rows and after `PATIENCE` milliseconds; the database ends it by itself, so
that nobody waits for it and nothing goes on behind it. Beyond that a thousand rows of the table, always the
same ones, are asked whether they are among them: the planner's own guess may be off a hundredfold where a
filter looks into texts or lines, and a sample is not. What is rarer than one row in a thousand is guessed
too high rather than too low.
"""

from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import OperationalError, connection, models
from django.db.models.expressions import RawSQL
from psycopg.errors import QueryCanceled

_COUNTED = "SELECT count(*) FROM ({sql}) AS counted"

EXACT = 10_000
PATIENCE = 200
SAMPLE = 1_000
DIGITS = 2
"""Digits of an estimate: more would tell more than is known, and change whenever the list refreshes."""


class Counted(NamedTuple):
    """A count, whether it is an estimate, and whether counting took too long and was given up."""

    number: int
    about: bool
    late: bool = False


def count(rows: models.QuerySet[Any], milliseconds: int = PATIENCE) -> tuple[int, bool]:
    """Return (count, whether it is an estimate). One query up to the bound, two beyond it."""
    number, about, _late = count_in_time(rows, milliseconds)
    return number, about


def count_in_time(rows: models.QuerySet[Any], milliseconds: int) -> Counted:
    """Return how many rows, in about so many milliseconds at most."""
    try:
        sql, params = rows.order_by()[: EXACT + 1].values("pk").query.sql_with_params()
    except EmptyResultSet:
        return Counted(0, False)
    found = _within(milliseconds, _COUNTED.format(sql=sql), params)
    if found and found[0] <= EXACT:
        return Counted(found[0], False)
    at_least = EXACT if found else 0
    return Counted(max(at_least, _sampled(rows, milliseconds)), True, late=found is None)


def _sampled(rows: models.QuerySet[Any], milliseconds: int) -> int:
    """Estimate from rows spread over the table by chance, but the same chance every time."""
    meta = rows.model._meta
    table, key = (connection.ops.quote_name(name) for name in (meta.db_table, meta.pk.column))
    among = RawSQL(_AMONG.format(table=table, key=key), (), models.BooleanField())  # noqa: S611 - our models' names
    sql, params = rows.order_by().filter(among).values("pk").query.sql_with_params()
    found = _within(milliseconds, _HITS.format(sql=sql, table=table, key=key), (SAMPLE, *params))
    if found is None or not found[2]:
        return EXACT
    hits, span, places = found
    return _rounded(int(max(hits, 1) * span // places))


_AMONG = "{table}.{key} = ANY(ARRAY(SELECT place FROM places))"
"""An array, so that the planner looks each of them up."""
_HITS = """
WITH ends AS (SELECT min({key}) AS low, max({key}) - min({key}) + 1 AS span FROM {table}),
places AS MATERIALIZED (
    SELECT DISTINCT low + span * (hashint8extended(n, 7) & 1048575) / 1048576 AS place
    FROM generate_series(1, %s) AS n, ends)
SELECT (SELECT count(*) FROM ({sql}) AS hits), (SELECT span FROM ends), (SELECT count(*) FROM places)
"""


def _rounded(number: int) -> int:
    unit: int = 10 ** max(0, len(str(number)) - DIGITS)
    return (number + unit // 2) // unit * unit


def _within(milliseconds: int, statement: str, params: Any) -> Any:
    """Return the one row of a statement, or None where the database gave up; one trip to it.

    Statements sent together are one transaction, so the limit ends with them. Inside somebody's
    transaction a savepoint keeps that alive.
    """
    inside = connection.in_atomic_block
    before = "SAVEPOINT counting; " if inside else ""
    after = "; SET LOCAL statement_timeout TO DEFAULT; RELEASE SAVEPOINT counting" if inside else ""
    limit = f"SET LOCAL statement_timeout = {int(milliseconds)}"
    with connection.cursor() as cursor:
        try:
            cursor.execute(f"{before}{limit}; {statement}{after}", params)
            while cursor.description is None:
                cursor.nextset()
            return cursor.fetchone()
        except OperationalError as error:
            if not isinstance(error.__cause__, QueryCanceled):
                raise
            if inside:
                cursor.execute("ROLLBACK TO SAVEPOINT counting; RELEASE SAVEPOINT counting")
            return None
