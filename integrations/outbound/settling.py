"""Ending the work on numbers that are right already: all of a batch in one statement."""

from collections.abc import Mapping, Sequence

from django.db import connection

from integrations.models.stock import StockNumber
from integrations.outbound import marking
from integrations.outbound.numbers import Wanted
from portal.kit import json
from portal.kit.json import Json


def settle(rows: Sequence[StockNumber], wanted: Mapping[int, Wanted]) -> None:
    """Settle claimed numbers of which nothing is to be told; those marked since they were read come again.

    What is counted and sold there counts as told now, where it was not before. A number that another worker has by
    now is left alone.
    """
    given = json.dumps_text([_given(row, wanted[row.pk]) for row in rows])
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [marking.PAUSE, given])


def _given(row: StockNumber, wanted: Wanted) -> Json:
    told = None if wanted.endless else wanted.units
    return {
        "id": row.pk,
        "attempts": row.attempts,
        "wanted": row.wanted,
        "agrees": wanted.counted and wanted.published,
        "told": told,
        "endless": wanted.endless,
        "news": (row.told, row.endless) != (told, wanted.endless) or row.told_at is None,
    }


_SETTLE = """
UPDATE integrations_stocknumber n
SET state = CASE WHEN n.wanted = g.wanted THEN 'done' ELSE 'pending' END,
    next_at = statement_timestamp() + %s * interval '1 s', lease_until = NULL, failures = 0, last_error = '',
    checking = n.checking AND NOT g.agrees, told = CASE WHEN g.agrees THEN g.told ELSE n.told END,
    endless = CASE WHEN g.agrees THEN g.endless ELSE n.endless END,
    told_at = CASE WHEN g.agrees AND g.news THEN statement_timestamp() ELSE n.told_at END
FROM json_to_recordset(%s) AS g(id bigint, attempts int, wanted int, agrees boolean, told int, endless boolean,
                                news boolean)
WHERE n.id = g.id AND n.attempts = g.attempts AND n.state = 'running'
"""
