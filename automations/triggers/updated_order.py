"""Updated order: runs when an order changes that is not new any more (seed 004).

What rules change does not run it again, with one exception: that an order leaves New is told once
(behaviour.md 12). Changes that come faster than rules look are judged together. The end of a hold is
an update for all rules but those that had placed it.
"""

from collections.abc import Mapping, Sequence

from django.db import connection

from automations.engine.triggers import Trigger, triggers
from orders.documents.catalogue import ORDER
from portal.events.models import Event
from portal.filters.mark import gettext_noop as _


def rules_of_ended_holds(events: Sequence[Event]) -> Mapping[int, frozenset[str]]:
    """Return for events in which orders left their hold the rules that had placed one in that time on hold."""
    left = [one for one in events if one.payload.get("status", [""])[0] == "onHold" != one.payload["status"][1]]
    if not left:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT e.id, array_agg(DISTINCT split_part(h.placed_by_id, ':', 1))
            FROM unnest(%s::bigint[], %s::bigint[], %s::int[]) AS e(id, order_id, version)
            JOIN LATERAL (
                SELECT placed_by_id, placed_by_kind, period, max(period) OVER () AS latest
                FROM orders_hold WHERE order_id = e.order_id AND period < e.version) h ON h.period = h.latest
            WHERE h.placed_by_kind = 'rule' GROUP BY e.id
            """,
            [[one.pk for one in left], [one.entity_id for one in left], [one.entity_version for one in left]],
        )
        return {event_id: frozenset(rules) for event_id, rules in cursor.fetchall()}


UPDATED_ORDER = triggers.register(
    "UPDATED_ORDER",
    Trigger(
        "UPDATED_ORDER",
        _("Updated order"),
        "order",
        frozenset({"order.updated"}),
        ORDER.updated(),
        lambda document: document["status"] != "new",
        explains=_(
            "Runs when an order that is not new any more is changed by its store, a person or a hold that ends."
        ),
        own=rules_of_ended_holds,
        position=20,
    ),
)
