"""Closing exceptions whose cause is over, however it ended: by a command, by hand, or by itself."""

from collections.abc import Sequence

from django.db import connection, transaction

from orders.engines.setting import OFF_SQL
from orders.exceptions.catalogue import exception_types
from orders.exceptions.raise_ import GONE
from orders.exceptions.write import close_where
from portal.audit.actor import Actor
from portal.kit.jobs import watcher

BY = Actor.system()


@watcher("exceptions whose cause is gone", every=30)
def close_gone() -> int:
    """Close, type by type, the active exceptions of which `ExceptionType.gone` is true. Returns how many.

    Organizations that have switched the Exceptions Engine off are passed over.
    Whoever raises the same one at this moment waits for the row, and then opens a new one.
    """
    closed = 0
    for one in exception_types.all():
        if one.gone:
            with transaction.atomic():
                condition = f"x.type = %s AND x.organization_id NOT IN ({OFF_SQL} 'exceptions') AND ({one.gone})"
                closed += len(close_where(condition, [one.key], "resolved", by=BY, summary=GONE, cause="system"))
    return closed


def over(type_key: str, ids: Sequence[int]) -> set[int]:
    """Return those of some exceptions of a type whose cause is over, as far as the type can tell."""
    gone = exception_types.get(type_key).gone if type_key in exception_types else ""
    if not gone or not ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT x.id FROM orders_orderexception x WHERE x.id = ANY(%s) AND ({gone})", [list(ids)])  # noqa: S608 - of the catalogue
        return {row[0] for row in cursor.fetchall()}
