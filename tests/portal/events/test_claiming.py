"""Claiming events stays quick in a queue of thousands, although the server takes the table for an empty one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.events import outbox
from portal.events.dispatch import _IN_ORDER, BATCH, LEASE
from portal.events.models import Handoff
from portal.kit import claims
from portal.tenancy.models import Organization

pytestmark = pytest.mark.django_db
WAITING = 2_000


@pytest.fixture
def taken_for_empty() -> None:
    """As after a night without orders: the server has found pages, and not a row on them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_restore_relation_stats('schemaname', current_schema()::text, 'relname', 'portal_handoff', "
            "'relpages', 50, 'reltuples', 0::real)"
        )


def test_an_event_is_compared_with_those_of_its_entity_alone(
    organization: Organization, taken_for_empty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orders.inventory.listen.counts_needs", lambda organization_id: True)
    outbox.record([outbox.NewEvent("order.deleted", organization.pk, order, 1) for order in range(1, WAITING + 1)])
    with CaptureQueriesContext(connection) as queries:
        taken = claims.claim(Handoff, limit=BATCH, lease=LEASE, where=_IN_ORDER, params=["inventory"])
    assert len(taken) == BATCH
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {queries[0]['sql']}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "using handoff_of_entity on portal_handoff earlier" in plan, plan
