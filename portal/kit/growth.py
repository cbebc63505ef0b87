"""Tables that have grown since the server counted them, which it does once a minute at best.

A first import fills tables within seconds. Until they are counted the planner takes them for empty, and any way
through an empty table for a good one: joins by hand of thousands of rows with thousands, again for each page.
"""

from django.db import connection
from psycopg import sql

from portal.kit.jobs import watcher

LEAST = 500
"""Rows below which every plan is quick."""

_GROWN = """
SELECT s.relname FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
WHERE s.schemaname = current_schema() AND s.n_live_tup >= %s AND s.n_live_tup > 2 * c.reltuples
ORDER BY s.relname
"""


def count_grown() -> list[str]:
    """Have the server count the tables that are twice what it takes them for; returns their names.

    A table that grows is counted a few times in its life. One that somebody else counts now is left alone.
    """
    with connection.cursor() as cursor:
        cursor.execute(_GROWN, [LEAST])
        names = [row[0] for row in cursor.fetchall()]
        for name in names:
            cursor.execute(sql.SQL("ANALYZE (SKIP_LOCKED) {}").format(sql.Identifier(name)))
    return names


watcher("tables that have grown", every=5)(count_grown)
