"""Waiting, without a lock, until everybody has ended who may have asked before something became true.

A transaction that asks “does anybody want this?” just before somebody begins to want it is right to do nothing, and
commits later than whoever begins looks around. So who begins looks once more when all of those have ended.
"""

from collections.abc import Callable

from django.db import connection, models, transaction


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


def wait_out(row: models.Model, mark: int, then: Callable[[], object]) -> None:
    """Take a step of waiting for those who wrote when something began; do `then` once, when all have ended.

    The column `elders` of the row is 0 from the moment in which it begins, and NULL when nobody has to be waited for.
    Asked again and again by a watcher: the first time takes the mark. What begins anew meanwhile is waited for anew.
    """
    same = type(row)._base_manager.filter(pk=row.pk, elders=mark)
    if mark == 0:
        same.update(elders=newest())
    elif are_gone(mark):
        with transaction.atomic():
            # No more than an UPDATE locks: rows that point here can be written by whom `then` has to wait for.
            if same.select_for_update(no_key=True).exists():
                then()
                same.update(elders=None)
