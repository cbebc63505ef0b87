"""What pages show of fulfillments that channels are told of: told when, waiting, or why not. One query."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from integrations.outbound import fulfillments
from integrations.sync import spans
from orders.fulfillments.telling import Teller, Telling, tellers
from orders.models import Fulfillment
from portal.deliveries import send
from portal.deliveries.models import Delivery
from portal.kit import json
from portal.kit.claims import State
from portal.kit.json import Json


@dataclass(frozen=True, slots=True)
class _Found:
    fulfillment: int
    name: str
    shipped_at: dt.datetime
    ordered_at: dt.datetime
    cursor: Json
    state: str | None
    error: str
    held_for: str
    done_at: dt.datetime | None
    next_at: dt.datetime | None

    @property
    def is_on(self) -> bool:
        """Say whether its channel is told of what is shipped now."""
        on: spans.Spans = self.cursor.get(spans.SPANS) or []
        return bool(on) and on[-1][1] is None


def tellings(rows: Sequence[Fulfillment]) -> Mapping[int, Telling]:
    """Return of each fulfillment whether its channel was told; nothing where no channel could be."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [[one.pk for one in rows]])
        found = [_found(row) for row in cursor.fetchall()]
    return {one.fulfillment: _telling(one) if one.state else _why_not(one) for one in found}


_SQL = """
SELECT f.id, i.name, f.created_at, o.created_at, s.cursor, d.state, coalesce(d.last_error, ''),
       coalesce(d.held_for, ''), d.done_at, d.next_at
FROM orders_fulfillment f
JOIN orders_order o ON o.id = f.order_id
JOIN integrations_integration i ON i.source_id = o.source_id AND i.deleted_at IS NULL
LEFT JOIN integrations_flowstate s ON s.integration_id = i.id AND s.flow = 'fulfillments'
LEFT JOIN portal_delivery d ON d.organization_id = f.organization_id AND d.kind = 'fulfillment' AND d.key = f.public_id
WHERE f.id = ANY(%s) AND f.kind = 'shipped' AND jsonb_exists(i.flows, 'fulfillments')
"""


def _found(row: tuple[Any, ...]) -> _Found:
    pk, name, shipped_at, ordered_at, cursor, state, error, held_for, done_at, next_at = row
    told = json.loads(cursor) if isinstance(cursor, str | bytes) else cursor
    return _Found(pk, name, shipped_at, ordered_at, told or {}, state, error, held_for, done_at, next_at)


def _telling(one: _Found) -> Telling:
    name, why = {"name": one.name}, {"name": one.name, "why": one.error}
    if one.state == State.DONE:
        return Telling(_("Told to %(name)s") % name, one.done_at)
    if one.state == State.PARKED and not one.held_for:
        return Telling(_("Not told to %(name)s: %(why)s") % why, tone="red", can_tell=one.is_on)
    if one.state == State.PARKED:
        return Telling(_("Waits to be told to %(name)s: %(why)s") % why, tone="amber")
    if one.error:
        return Telling(_("Not told to %(name)s yet: %(why)s It is tried again") % why, one.next_at, "amber")
    return Telling(_("Is being told to %(name)s") % name, tone="amber")


def _why_not(one: _Found) -> Telling:
    on, name = one.cursor.get(spans.SPANS), {"name": one.name}
    if not on:
        return Telling(_("Not told to %(name)s: its flow “Fulfillments” is off") % name)
    if not spans.is_within(on, one.shipped_at):
        return Telling(
            _("Not told to %(name)s: it was shipped while the flow “Fulfillments” was off") % name, can_tell=one.is_on
        )
    if not spans.is_within(on, one.ordered_at):
        return Telling(
            _("Not told to %(name)s: the order came in while the flow “Fulfillments” was off") % name,
            can_tell=one.is_on,
        )
    return Telling(_("Is being told to %(name)s") % name, tone="amber")


def tell(one: Fulfillment) -> str:
    """Have the channel told of a fulfillment, by the usual delivery. Returns the channel's name."""
    row = Fulfillment.across.select_related("organization", "order").get(pk=one.pk)
    integration = fulfillments.tell_now(row)
    for parked in Delivery.across.filter(
        organization_id=row.organization_id, kind=fulfillments.KIND, key=row.public_id, state=State.PARKED
    ):
        send.try_again(parked)
    return integration.name


tellers.register("integrations", Teller(tellings, tell))
