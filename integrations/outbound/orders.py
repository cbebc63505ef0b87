"""Telling outside systems of orders: one delivery for each push, asked for by people or by what the integration says.

A connector whose client takes orders (`TakesOrders`) has the flow `orders` in the direction push, and settings that
extend `integrations.kit.pushing.PushSettings`. A custom system may fetch instead (`integrations.custom.feeds`).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from integrations.capabilities import Booked, OutgoingOrder, TakesOrders
from integrations.kit.errors import Declined as Told
from integrations.kit.pushing import BY_HAND, BY_ITSELF, TAKEN_IN
from integrations.manifest import Client, Direction, Manifest
from integrations.models import FlowState, Integration
from integrations.outbound.ask import Declined, ask, ask_whether
from integrations.outbound.beginning import looks
from integrations.registry import connectors
from integrations.sync.flows import Unable
from orders.events import ORDER_CREATED, ORDER_UPDATED
from orders.exceptions.deliveries import parked_as
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.lifecycle.order import OrderStatus
from orders.locks import lock
from orders.models import Order, OrderPush, Source
from orders.pushes import push as pushes
from orders.pushes.receivers import Receivers, receivers
from orders.pushes.told import digest_of, told_of
from portal.audit.actor import Actor
from portal.deliveries.send import request_many
from portal.deliveries.senders import HeldBack, Intent, Later, Refused, Sender, Unclear, Waiting, on_parked, senders
from portal.events.dispatch import consumer
from portal.events.models import Event
from portal.kit.clock import database_now
from portal.kit.jobs import watcher
from portal.kit.json import Json
from portal.tenancy.models import Organization

KIND, FLOW, NAME = pushes.KIND, "orders", "pushing"
MOST = 200
_S = OrderStatus
_NEVER = frozenset({_S.DRAFT.value, _S.ARCHIVED.value, _S.CANCELED.value})
RELEASED = frozenset({
    _S.READY_FOR_FULFILLMENT.value, _S.SENT_TO_FULFILLMENT.value, _S.PARTIAL_FULFILLMENT.value, _S.FULFILLED.value,
})  # fmt: skip


def takes_orders(manifest: Manifest) -> bool:
    """Say whether a connector can be told of orders."""
    return any(flow.key == FLOW and Direction.PUSH in flow.built for flow in manifest.flows)


def takers(organization_ids: Any) -> list[Integration]:
    """Return the integrations that orders may be pushed to, by name: their flow is on, or they fetch."""
    return list(_takers(organization_ids).select_related("source", "organization").order_by("name", "pk"))


def _takers(organization_ids: Any) -> QuerySet[Integration]:
    able = [one for one in connectors.all() if takes_orders(one)]
    fetching = [one.key for one in able if one.own_api is not None]
    rows = Integration.across.filter(organization_id__in=organization_ids, connector__in=[one.key for one in able])
    asked = Q(flows__orders=Direction.PUSH) | Q(connector__in=fetching)  # `is_told`, or fetches
    return rows.filter(asked, deleted_at=None).exclude(enabled_at=None)


def is_told(integration: Integration) -> bool:
    """Say whether an integration is called with its orders; one that is not fetches them."""
    return bool(integration.flows.get(FLOW) == Direction.PUSH)


def offered(organization: Organization) -> Sequence[Source]:
    """Return the systems that people may choose from."""
    return [one.source for one in takers([organization.pk])]


def hand_over(rows: Sequence[OrderPush]) -> None:
    """Ask for a delivery for each push to a system that is called."""
    told = {one.source_id: one for one in takers({row.organization_id for row in rows}) if is_told(one)}
    wanted: dict[int, list[tuple[str, str, Json]]] = {}
    for row in rows:
        if integration := told.get(row.source_id):
            key = pushes.key_of(row.order, row.source, row.times)
            wanted.setdefault(row.organization_id, []).append((KIND, key, _payload(row, integration)))
    owners = {one.organization_id: one.organization for one in told.values()}
    for pk, payloads in wanted.items():
        request_many(owners[pk], payloads)


def _payload(row: OrderPush, integration: Integration) -> Json:
    title = _("%(name)s did not get the order %(number)s")
    about = {"type": "order", "id": row.order.public_id,
             "title": title % {"name": integration.name, "number": row.order.ext_order_id}}  # fmt: skip
    return {"integration": integration.public_id, "order": row.order.public_id, "version": row.times, "about": about}


def listens(organization_id: int, event_name: str) -> bool:
    """Say whether an organization has a system that gets orders by itself; the others pay for this question only."""
    return _takers([organization_id]).filter(settings__push_when__in=BY_ITSELF).exists()


def _when(integration: Integration) -> str:
    return str(integration.settings.get("push_when") or BY_HAND)


def parked(event: Event, error: str) -> None:
    """Tell people that nobody could be asked to push an order."""
    title = "An order could not be pushed to other systems"
    raise_exceptions([Problem("event_parked", event.organization_id, f"{NAME}:{event.pk}", title, error)])


@consumer(NAME, events=[ORDER_CREATED.name, ORDER_UPDATED.name], on_parked=parked, wants=listens)
def listen(events: Sequence[Event]) -> None:
    """Push what an integration wants by itself: each order once, and again when what it was told has changed."""
    _push({one.entity_id for one in events})


def look_again(state: FlowState) -> None:
    """Push what was written as a system began to get orders by itself, by who did not know of it yet."""
    if not listens(state.integration.organization_id, ORDER_CREATED.name):
        return
    with connection.cursor() as cursor:
        cursor.execute(_SINCE, {
            "organization": state.integration.organization_id, "since": state.switched_at,
            "names": [ORDER_CREATED.name, ORDER_UPDATED.name],
        })  # fmt: skip
        ids = [row[0] for row in cursor.fetchall()]
    for start in range(0, len(ids), MOST):
        _push(set(ids[start : start + MOST]))


_SINCE = """
SELECT DISTINCT e.entity_id FROM portal_event e
WHERE e.organization_id = %(organization)s AND e.name = ANY(%(names)s) AND e.created_at >= %(since)s
  AND e.id > coalesce((
    SELECT b.id FROM portal_event b
    WHERE b.organization_id = %(organization)s AND b.created_at < %(since)s - interval '10 minutes'
    ORDER BY b.id DESC LIMIT 1), 0)
ORDER BY 1
"""
"""Events are found by going back from the newest of the organization to those before it began."""


def _push(order_ids: set[int]) -> None:
    """Push these orders to the systems that get them by themselves, where they do not have them as they are."""
    orders = lock(order_ids)
    waiting = [one for one in takers({one.organization_id for one in orders.values()}) if _when(one) != BY_HAND]
    for integration in waiting:
        mine = {pk: one for pk, one in orders.items() if one.organization_id == integration.organization_id}
        told = dict(OrderPush.across.filter(order__in=mine, source=integration.source_id).values_list(
            "order_id", "digest"))  # fmt: skip
        going = {pk: one for pk, one in mine.items() if _is_due(one, integration, told.get(pk))}
        pushes.push(going, [integration.source], by=_actor(integration))


def _is_due(order: Order, integration: Integration, told: str | None) -> bool:
    if told is not None:
        return told != digest_of(order)
    if order.status in _NEVER or order.deleted_at is not None or order.source_id == integration.source_id:
        return False
    if integration.enabled_at is None or order.created_at < integration.enabled_at:
        return False
    return _when(integration) == TAKEN_IN or order.status in RELEASED


def send(intent: Intent) -> Json:
    """Tell a system of an order as it is now. What was pushed once more meanwhile is left to that."""
    found = _found(intent)
    if found is None:
        return {"left": _("It was pushed again, or is not here any more.")}
    pushes.begun(found.row)
    try:
        booked = ask(found.integration, partial(_put, found.told), flow=FLOW)
    except (HeldBack, Later, Unclear) as waits:
        pushes.waits(found.row, str(waits))
        raise
    except Declined as no:
        raise Refused(no.failed.message if isinstance(no.failed, Told) else str(no)) from no
    return _note(found, booked)


def look_up(intent: Intent) -> Json | None:
    """Ask the system whether it has this version."""
    found = _found(intent)
    if found is None:
        return {"left": _("It was pushed again, or is not here any more.")}
    booked = ask_whether(found.integration, lambda client: _able(client).find_order(found.told), flow=FLOW)
    return None if booked is None else _note(found, booked)


@dataclass(frozen=True, slots=True)
class _Found:
    """A push with whom it goes to and what it says."""

    row: OrderPush
    integration: Integration
    told: OutgoingOrder


def _found(intent: Intent) -> _Found | None:
    """Return what a delivery is about, None where it is overtaken or gone."""
    integration = Integration.across.filter(
        organization_id=intent.organization_id, public_id=intent.payload["integration"]
    ).first()
    rows = OrderPush.across.filter(
        organization_id=intent.organization_id, order__public_id=intent.payload["order"],
        times=intent.payload["version"],
    ).select_related("order__source", "source")  # fmt: skip
    row = rows.filter(source=integration.source_id).first() if integration else None
    if integration is None or row is None or row.state == OrderPush.State.COMPLETED:
        return None
    return _Found(row, integration, outgoing(row))


def outgoing(row: OrderPush) -> OutgoingOrder:
    """Return an order as a system gets it; `row` with its order, and the order's source."""
    order = row.order
    return OutgoingOrder(
        reference=order.public_id, key=pushes.key_of(order, row.source, row.times), version=row.times,
        number=order.ext_order_id, store=order.source.name, placed_at=order.placed_at, document=told_of(order),
        known_as=row.number,
    )  # fmt: skip


def _note(found: _Found, booked: Booked) -> Json:
    if not booked.pending:
        pushes.taken(found.row, number=booked.number, url=booked.url, by=_actor(found.integration))
    return {"number": booked.number, "url": booked.url, "pending": booked.pending}


def _put(told: OutgoingOrder, client: Client) -> Booked:
    return _able(client).put_order(told)


def _able(client: Client) -> TakesOrders:
    if not isinstance(client, TakesOrders):
        raise Unable(client, "TakesOrders")
    return client


def _actor(integration: Integration) -> Actor:
    return Actor.integration(integration.public_id, integration.name)


def tell(one: Waiting) -> None:
    """Note on the push that its delivery has ended without success; what is held back goes on by itself."""
    if one.kind != KIND or one.held_for:
        return
    rows = OrderPush.across.select_related("source", "order").filter(organization_id=one.organization_id)
    order_id, _dash, rest = one.key.removeprefix("order-").partition("-")
    source_id, _dash, version = rest.rpartition("-")
    row = rows.filter(order__public_id=order_id, source__public_id=source_id, times=version).first()
    if row is not None:
        pushes.refused(row, one.reason, by=Actor.system())


@watcher("pushed orders that nobody has sent", every=30)
def look() -> int:
    """Ask for pushes that wait for no delivery: their system was to fetch them, and is called now. Returns how many."""
    rows = OrderPush.across.filter(state=OrderPush.State.SUBMITTED, reason="", changed_at__lt=_a_minute_ago())
    told = [one.source_id for one in takers(rows.values("organization_id")) if is_told(one)]
    found = list(rows.filter(source_id__in=told).select_related("order", "source").order_by("pk")[:MOST])
    hand_over(found)
    return len(found)


def _a_minute_ago() -> dt.datetime:
    return database_now() - dt.timedelta(minutes=1)


def fetched(rows: Sequence[OrderPush]) -> None:
    """Note of pushes that their system has fetched them: it works on them now."""
    with transaction.atomic():
        for row in rows:
            pushes.begun(row)


receivers.register("integrations", Receivers(offered, hand_over))
senders.register(KIND, Sender(KIND, send, look_up))
parked_as.register(KIND, pushes.PROBLEM)
looks.register(FLOW, look_again)
on_parked.register("integrations.orders", tell)
