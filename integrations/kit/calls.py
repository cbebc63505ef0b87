"""The log of calls: address, status, time and size; never a secret, never a body."""

from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from django.db import connection
from django.db.models import Model
from psycopg import sql

from integrations.models import Call, SyncRun
from portal.kit.clock import now
from portal.kit.http import Answer

KEPT = 2_000
"""Calls and runs kept for each integration; older ones are cleared each hour."""
_DOTS = "••••"


class Mask:
    """Hides secrets by their value, wherever they turn up, also as an address spells them."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spelled = {form for one in secrets if len(one) >= 6 for form in _spellings(one)}
        self._secrets = sorted(spelled, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Return the text with each secret in it replaced by dots."""
        for secret in self._secrets:
            text = text.replace(secret, _DOTS)
        return text


def _spellings(secret: str) -> tuple[str, ...]:
    return secret, quote(secret), quote(secret, safe=""), quote_plus(secret)


def entry(
    integration_id: int, method: str, url: str, *, ms: int, answer: Answer | None = None, error: str = ""
) -> Call:
    """Return the log entry of one call, not stored yet. `url` and `error` are masked already."""
    return Call(
        integration_id=integration_id,
        at=now(),
        method=method,
        url=url[:1000],
        status=answer.status if answer else None,
        ms=ms,
        bytes=len(answer.body) if answer else 0,
        error=error[:500],
    )


def write(entries: Iterable[Call]) -> None:
    """Store log entries."""
    Call.objects.bulk_create(entries)


def clear_old() -> int:
    """Delete what is beyond the newest calls and runs of each integration; return how many."""
    return sum(_clear(model) for model in (Call, SyncRun))


def _clear(model: type[Model]) -> int:
    statement = sql.SQL(
        """
        DELETE FROM {table} t USING (
            SELECT id, row_number() OVER (PARTITION BY integration_id ORDER BY id DESC) AS place FROM {table}
        ) numbered WHERE numbered.id = t.id AND numbered.place > %s
        """
    ).format(table=sql.Identifier(model._meta.db_table))
    with connection.cursor() as cursor:
        cursor.execute(statement, [KEPT])
        return int(cursor.rowcount)
