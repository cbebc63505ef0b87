"""Closing exceptions whose cause is over, however it ended: by a command, by hand, or by itself."""

from django.db import connection

from orders.exceptions.catalogue import exception_types
from portal.audit.actor import Actor
from portal.kit.jobs import watcher

BY = Actor.system()


@watcher("exceptions whose cause is gone", every=30)
def close_gone() -> int:
    """Close, type by type, the active exceptions of which `ExceptionType.gone` is true. Returns how many.

    Whoever raises the same one at this moment waits for the row, and then opens a new one.
    """
    closed = 0
    with connection.cursor() as cursor:
        for one in exception_types.all():
            if one.gone:
                cursor.execute(f"{_CLOSE} AND ({one.gone})", [BY.name, one.key])
                closed += cursor.rowcount
    return closed


_CLOSE = """
UPDATE orders_orderexception x SET state = 'resolved', closed_at = clock_timestamp(), closed_by = %s
WHERE x.type = %s AND x.state = 'active'
"""
