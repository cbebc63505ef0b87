"""What is held back because an integration cannot send, and sent when it can again."""

from django.db import connection, transaction

from integrations.models import Integration
from portal.deliveries import send
from portal.kit.jobs import ring, watcher

WAITING = "integrations.waiting"
"""Rung when what waits for an integration may go out (`integrations.outbound.waiting` answers it)."""
_CAUSE = "integration:"


def cause_of(integration: Integration) -> str:
    """Return the cause for which deliveries of an integration are held back."""
    return f"{_CAUSE}{integration.public_id}"


def release(integration: Integration) -> int:
    """Send what was held back for an integration, in the transaction that lets it work again. Returns how many."""
    ring(WAITING)
    return send.release(integration.organization, cause_of(integration))


@watcher("deliveries held back for an integration that works", every=60)
def release_left_behind() -> int:
    """Send what was held back at the very moment at which its integration came back. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, [_CAUSE, _CAUSE])
        ids = [row[0] for row in cursor.fetchall()]
    count = 0
    for integration in Integration.across.filter(pk__in=ids).select_related("organization"):
        with transaction.atomic():
            count += release(integration)
    return count


_LEFT = """
SELECT DISTINCT i.id FROM portal_delivery d
JOIN integrations_integration i
  ON i.organization_id = d.organization_id AND d.held_for = %s || i.public_id
WHERE d.state = 'parked' AND d.held_for LIKE %s || '%%' AND d.next_at < clock_timestamp() - interval '1 minute'
  AND i.enabled AND i.deleted_at IS NULL AND i.connection = 'connected'
"""
