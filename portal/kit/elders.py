"""Waiting, without a lock, until everybody has ended who may have asked before something became true.

A transaction that asks “does anybody want this?” just before somebody begins to want it is right to do nothing, and
commits later than whoever begins looks around. So who begins looks once more when all of those have ended.
"""

from django.db import connection


def newest() -> int:
    """Return a mark behind all transactions that write now, outside of any transaction.

    Take it when what they may not have seen is committed.
    """
    return _ask("SELECT pg_current_xact_id()::text::bigint")


def are_gone(mark: int) -> bool:
    """Say whether every transaction has ended that wrote when the mark was taken: what they did can be read now."""
    return _ask("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint") > mark


def _ask(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])
