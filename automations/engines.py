"""The Automation Engine on the list of integrations, and how it catches up after it was switched off."""

import datetime as dt
from typing import Any

from django.db import connection
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from automations import judged
from automations.consumers import EVENTS, NAME, wanted
from automations.engine.triggers import triggers
from orders.engines.setting import AUTOMATION, on_again
from orders.engines.shown import state_of
from orders.models import EngineSetting
from portal.audit.models import History
from portal.kit.clock import database_now
from portal.kit.jobs import ring
from portal.tenancy.models import Organization
from portal.ui.engines import Engine, engines

TRIGGER = "NEW_ORDER"
ELDERS = dt.timedelta(minutes=5)
"""How long before it came on a transaction may have begun that is looked for: longer than any takes."""
SWITCHING = dt.timedelta(seconds=10)
"""How long switching may take: until then it may be taken for off."""


def catch_up(organization: Organization) -> int:
    """Hand over to the rules what they have missed while the engine was off. Returns how many events that are.

    Orders that are new still, and of each record that has changed the first event: the rules look at it once, as it
    is now, and compare it with what it was before. Nothing that a rule has run for. Asked once more, only what the
    first look could not see and nobody has judged since (`automations.judged`): who wrote that took it for off, and
    had not ended.
    """
    off_at, on_at = (_last(organization, verb) for verb in ("switched_off", "switched_on"))
    again = EngineSetting.objects.within(organization).filter(engine=AUTOMATION, elders__gt=0).exists()
    names = [name for name in EVENTS if wanted(organization.pk, name)]
    values: dict[str, Any] = {
        "consumer": NAME, "organization": organization.pk, "new": sorted(triggers.get(TRIGGER).events),
        "names": names, "since": max(off_at, on_at - ELDERS) if again else off_at, "engine": AUTOMATION,
        "until": on_at + SWITCHING if again else None, "again": again,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_WAKE, values)
        count = int(cursor.rowcount)
        cursor.execute(_MISSED, values)
        handed, snapshot, seen = cursor.fetchone() or (0, "", ())
    if again:
        judged.end(organization.pk)
    else:
        judged.begin(organization.pk, snapshot, seen)
    if count + handed:
        ring(f"events:{NAME}")
    return count + int(handed)


def _last(organization: Organization, verb: str) -> dt.datetime:
    rows = History.objects.within(organization).filter(entity_type="engine", verb=verb)
    setting = EngineSetting.objects.within(organization).filter(engine=AUTOMATION).values("pk")
    last: dt.datetime | None = rows.filter(entity_id__in=setting).aggregate(at=Max("at"))["at"]
    return last or database_now()


_BEFORE = """coalesce((
    SELECT b.id FROM portal_event b
    WHERE b.organization_id = %(organization)s AND b.created_at < %(since)s - interval '10 minutes'
    ORDER BY b.id DESC LIMIT 1), 0)"""
"""Events are found by going back from the newest of the organization to those before the engine was switched off."""

_WAKE = """
UPDATE portal_handoff SET next_at = now()
WHERE consumer = %(consumer)s AND organization_id = %(organization)s AND state = 'pending' AND next_at > now()
"""
"""What was on its way when the engine was switched off."""

_MISSED = f"""
WITH unseen AS (
    SELECT e.id FROM portal_event e, orders_enginesetting s, {judged.CLOCK} c
    WHERE %(again)s AND s.organization_id = %(organization)s AND s.engine = %(engine)s
      AND e.organization_id = %(organization)s AND e.created_at >= %(since)s AND e.id > {_BEFORE}
      AND {judged.RECENT} AND e.id <> ALL(coalesce(s.judged, '{{}}'))),
seen AS (
    SELECT e.id FROM portal_event e, {judged.CLOCK} c
    WHERE NOT %(again)s AND e.organization_id = %(organization)s AND e.created_at >= %(since)s AND e.id > {_BEFORE}
      AND {judged.RECENT_NOW}),
fresh AS (
    SELECT e.id, e.entity_type, e.entity_id
    FROM orders_order o
    JOIN LATERAL (
        SELECT f.id, f.entity_type, f.entity_id, f.name FROM portal_event f
        WHERE f.entity_type = 'order' AND f.entity_id = o.id ORDER BY f.id) e ON true
    WHERE o.organization_id = %(organization)s AND o.status = 'new' AND o.deleted_at IS NULL AND e.name = ANY(%(new)s)
      AND NOT EXISTS (SELECT 1 FROM automations_run r WHERE r.event_id = e.id)),
changed AS (
    SELECT DISTINCT ON (e.entity_type, e.entity_id) e.id, e.entity_type, e.entity_id
    FROM portal_event e
    WHERE e.organization_id = %(organization)s AND e.name = ANY(%(names)s) AND NOT e.name = ANY(%(new)s)
      AND e.created_at >= %(since)s AND (%(until)s::timestamptz IS NULL OR e.created_at <= %(until)s)
      AND e.id > {_BEFORE} AND (NOT %(again)s OR e.id IN (SELECT id FROM unseen))
      AND NOT EXISTS (SELECT 1 FROM automations_run r WHERE r.event_id = e.id)
    ORDER BY e.entity_type, e.entity_id, e.id),
handed AS (
    INSERT INTO portal_handoff (event_id, consumer, organization_id, entity_type, entity_id, state, attempts)
    SELECT m.id, %(consumer)s, %(organization)s, m.entity_type, m.entity_id, 'pending', 0
    FROM (SELECT * FROM fresh UNION SELECT * FROM changed) m
    WHERE NOT %(again)s OR m.id IN (SELECT id FROM unseen)
    ORDER BY m.id
    ON CONFLICT (event_id, consumer) DO NOTHING
    RETURNING 1)
SELECT (SELECT count(*) FROM handed), pg_current_snapshot()::text, (SELECT coalesce(array_agg(id), '{{}}') FROM seen)
"""  # noqa: S608 - constants
"""One statement, so that what it could see is known exactly. `unseen` is what only the second look can see."""

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
            "are due, or when what they wait for has come."
        ),
        goes_on=_(
            "The rules then look at what they have missed: at orders that are still New, and once at each order, "
            "shipping request, fulfillment, product and exception that has changed, as it is then. They may still "
            "hold, cancel, or send messages about it."
        ),
    ),
)
