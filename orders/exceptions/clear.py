"""Closing exceptions whose cause is over, however it ended: by a command, by hand, or by itself."""

from django.db import transaction

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
