"""Orders that have been ready for too long: told once each time that they came to be ready."""

from django.conf import settings
from django.db import connection, transaction

from orders.exceptions.raise_ import Problem, raise_exceptions
from portal.kit.jobs import watcher

_MOST = 500
_WHY = {
    "failed": "Routing has found no location for it.",
    "pending": "Routing has not looked at it.",
    "ready": "A location was found; the warehouse does not have it yet.",
    "excluded": "Nothing of it is to be shipped.",
}


@watcher("orders that are stuck", every=60)
def tell_stuck() -> int:
    """Raise `order_stuck` for orders that have been ready for too long; returns how many.

    How long that is says the Exceptions Engine of the organization, else `ORDER_STUCK_HOURS`. In organizations with
    routing cards only: without one, nobody is expected to move them; nor while routing or the Exceptions Engine is
    switched off. An order whose requests wait for stock is not stuck.
    """
    hours = settings.ORDER_STUCK_HOURS
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_STUCK, {"hours": hours, "most": _MOST})
        rows = cursor.fetchall()
        raise_exceptions([_problem(*row) for row in rows])
    return len(rows)


def _problem(pk: int, organization_id: int, public_id: str, number: str, routing_status: str, hours: int) -> Problem:
    why = _WHY.get(routing_status, "")
    return Problem(
        "order_stuck", organization_id, public_id,
        f"{number} has been ready for more than {hours} hours",
        f"It should have been sent to a warehouse by now. {why}",
        entity_type="order", entity_id=pk, entity_label=number, entity_public_id=public_id,
    )  # fmt: skip


_STUCK = """
WITH watched AS MATERIALIZED (
    SELECT g.id, coalesce(nullif((e.settings->>'stuck_hours')::int, 0), %(hours)s) AS hours
    FROM portal_organization g
    LEFT JOIN orders_enginesetting e ON e.organization_id = g.id AND e.engine = 'exceptions'
    WHERE EXISTS (SELECT 1 FROM orders_routingcard c
                  WHERE c.organization_id = g.id AND c.enabled AND c.deleted_at IS NULL)
      AND NOT EXISTS (SELECT 1 FROM orders_enginesetting f
                      WHERE f.organization_id = g.id AND f.engine IN ('exceptions', 'routing') AND NOT f.enabled))
SELECT o.id, o.organization_id, o.public_id, o.ext_order_id, o.routing_status, w.hours
FROM orders_order o
JOIN watched w ON w.id = o.organization_id
CROSS JOIN LATERAL (
    SELECT h.at FROM portal_history h
    WHERE h.entity_type = 'order' AND h.entity_id = o.id AND h.changes @> '[{"path": "/status"}]'
    ORDER BY h.id DESC LIMIT 1) AS moved
WHERE o.status = 'readyForFulfillment' AND o.deleted_at IS NULL AND o.routing_status <> 'pendingInventory'
  AND o.created_at < clock_timestamp() - make_interval(hours => w.hours)
  AND moved.at < clock_timestamp() - make_interval(hours => w.hours)
  AND NOT EXISTS (SELECT 1 FROM orders_orderexception x
                  WHERE x.type = 'order_stuck' AND x.entity_type = 'order' AND x.entity_id = o.id
                    AND x.created_at > moved.at)
ORDER BY o.id LIMIT %(most)s
"""
