"""Requests that are ready and that nobody has asked for: their integration was off, or an event was lost."""

from django.db import connection, transaction

from integrations.outbound.held import WAITING
from integrations.outbound.houses import FLOW, KIND, sends
from integrations.outbound.requests import ask_for
from integrations.registry import connectors
from orders.models import ShippingRequest
from portal.kit.jobs import bell, ring, watcher

MOST = 500
"""Requests that one transaction asks for."""
ROUNDS = 20


@bell(WAITING)
def ask_for_waiting() -> int:
    """Ask for deliveries of requests that wait for none. Returns how many."""
    made = 0
    for _round in range(ROUNDS):
        with transaction.atomic():
            ids = _waiting(minutes=0)
            rows = ShippingRequest.across.filter(pk__in=ids).select_related("organization", "order").order_by("pk")
            made += ask_for(rows)
        if len(ids) < MOST:
            return made
    ring(WAITING)
    return made


@watcher("requests that nobody has sent", every=30)
def look() -> None:
    """Ring where a request has been ready for longer than a minute, and nobody has asked for it."""
    if _waiting(minutes=1, most=1):
        ring(WAITING)


def _waiting(*, minutes: int, most: int = MOST) -> list[int]:
    keys = [one.key for one in connectors.all() if sends(one)]
    if not keys:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [keys, FLOW, minutes, KIND, minutes, most])
        return [row[0] for row in cursor.fetchall()]


_WAITING = """
SELECT r.id FROM integrations_integration i
JOIN orders_shippingrequest r
  ON r.organization_id = i.organization_id AND r.fulfillment_source_id = i.source_id
 AND r.status = 'readyForFulfillment' AND r.deleted_at IS NULL
JOIN orders_order o ON o.id = r.order_id AND o.deleted_at IS NULL AND o.status NOT IN ('canceled', 'archived')
WHERE i.connector = ANY(%s) AND i.enabled AND i.deleted_at IS NULL AND i.connection = 'connected'
  AND i.flows ->> %s = 'push'
  AND r.updated_at < clock_timestamp() - %s * interval '1 minute'
  AND NOT EXISTS (
    SELECT 1 FROM portal_delivery d
    WHERE d.organization_id = r.organization_id AND d.kind = %s AND d.key = 'sr-' || r.public_id
      AND (d.state <> 'done' OR d.done_at > clock_timestamp() - %s * interval '1 minute'))
ORDER BY r.id LIMIT %s
"""
"""A delivery that ended although its request is ready again is asked for once more; a parked one waits for a person."""
