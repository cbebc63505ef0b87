"""The server counts a table that was filled within seconds, and only then."""

from collections.abc import Iterator

import pytest
from django.db import connection

from portal.kit.growth import LEAST, count_grown
from portal.kit.jobs import watchers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def table() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE that_grows AS SELECT 1 AS id LIMIT 0")
        cursor.execute("ANALYZE that_grows")
    yield "that_grows"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE that_grows")


def fill(table: str, rows: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} SELECT generate_series(1, %s)", [rows])
        cursor.execute("SELECT pg_stat_force_next_flush()")
    connection.close()  # what a connection has written is told when it ends, at the latest


def rows_by_the_server(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::int FROM pg_class WHERE relname = %s", [table])
        return int(cursor.fetchone()[0])


def test_a_table_that_was_filled_is_counted_once(table: str) -> None:
    fill(table, LEAST)
    assert rows_by_the_server(table) <= 0
    watchers.get("tables that have grown").job()
    assert rows_by_the_server(table) == LEAST
    assert table not in count_grown()


def test_it_is_counted_again_when_it_is_twice_as_large(table: str) -> None:
    fill(table, LEAST)
    count_grown()
    fill(table, LEAST - 1)
    assert table not in count_grown()
    fill(table, 2)
    assert table in count_grown()


def test_a_small_table_is_left_alone(table: str) -> None:
    fill(table, LEAST - 1)
    assert table not in count_grown()
