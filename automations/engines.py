"""The Automation Engine on the list of integrations, and how it catches up after it was switched off."""

from django.db import connection
from django.utils.translation import gettext_lazy as _

from automations.consumers import NAME
from automations.engine.triggers import triggers
from orders.engines.setting import AUTOMATION, on_again
from orders.engines.shown import state_of
from portal.kit.jobs import ring
from portal.tenancy.models import Organization
from portal.ui.engines import Engine, engines

TRIGGER = "NEW_ORDER"


def catch_up(organization: Organization) -> int:
    """Hand the orders over to the rules that came while the engine was off and are new still. Returns how many.

    Their own events are handed over, so that each is judged once, as it would have been.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HAND_OVER, [NAME, organization.pk, sorted(triggers.get(TRIGGER).events)])
        count = int(cursor.rowcount)
    if count:
        ring(f"events:{NAME}")
    return count


_HAND_OVER = """
INSERT INTO portal_handoff (event_id, consumer, organization_id, entity_type, entity_id, state, attempts)
SELECT e.id, %s, o.organization_id, e.entity_type, e.entity_id, 'pending', 0
FROM orders_order o
JOIN LATERAL (
    SELECT f.id, f.entity_type, f.entity_id, f.name FROM portal_event f
    WHERE f.entity_type = 'order' AND f.entity_id = o.id ORDER BY f.id) e ON true
WHERE o.organization_id = %s AND o.status = 'new' AND o.deleted_at IS NULL AND e.name = ANY(%s)
ON CONFLICT (event_id, consumer) DO NOTHING
"""

on_again.register(AUTOMATION, catch_up)
engines.register(
    AUTOMATION,
    Engine(
        AUTOMATION,
        _("Automation Engine"),
        _("Runs your rules: on every order that arrives, when something changes, and at set times."),
        "bolt",
        "automations:list",
        state_of(AUTOMATION, _("No rule runs. New orders stay New.")),
        switchable=True,
        stops=_(
            "No rule runs: new orders stay New and go nowhere, nothing is held, tagged, canceled or told to anybody by "
            "rules. The Order Hold Engine, which acts in the place of rules, rests too. Holds still end when they "
            "are due."
        ),
        goes_on=_("Orders that came meanwhile and are still New are then given to the rules."),
    ),
)
