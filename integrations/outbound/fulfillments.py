"""Telling channels what was shipped of their orders, with the tracking numbers: one delivery for each fulfillment.

Told is what was shipped while the channel's flow *Fulfillments* was on, of orders that came in while it was on: a
shop that begins to be told is not told of the past. What cannot be told becomes an exception (`tracking_not_told`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.utils.translation import gettext as _

from integrations.capabilities import OutgoingParcel, TakesParcels
from integrations.manifest import Client, Direction
from integrations.models import FlowState, Integration
from integrations.outbound import written
from integrations.outbound.ask import ask, ask_whether
from integrations.outbound.parcels import outgoing, shipped_ids, shipped_of
from integrations.sync import spans
from integrations.sync.flows import Unable
from orders.events import FULFILLMENT_CREATED
from orders.exceptions.deliveries import parked_as
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.models import Fulfillment
from portal.deliveries.send import request_many
from portal.deliveries.senders import Intent, Refused, Sender, senders
from portal.events.dispatch import consumer
from portal.events.models import Event
from portal.kit.json import Json
from portal.tenancy.models import Organization

KIND, FLOW = "fulfillment", "fulfillments"
NAME = "telling"
_TRIES = 3


def is_told(organization_id: int, event_name: str) -> bool:
    """Say whether an organization tells any channel of fulfillments: for the others nothing is handed over."""
    rows = Integration.across.filter(organization_id=organization_id, deleted_at=None)
    return rows.filter(**{f"flows__{FLOW}": Direction.PUSH.value}).exists()


def parked(event: Event, error: str) -> None:
    """Tell people that nobody could even be asked to tell a channel of a fulfillment."""
    one = Fulfillment.across.filter(pk=event.entity_id).select_related("order").first()
    number = one.order.ext_order_id if one else ""
    raise_exceptions(
        [
            Problem(
                "event_parked", event.organization_id, f"{NAME}:{event.pk}",
                f"What was shipped of order {number} could not be passed on", error,
                entity_type="order" if one else "", entity_id=one.order_id if one else None, entity_label=number,
            )
        ]
    )  # fmt: skip


@consumer(NAME, events=[FULFILLMENT_CREATED.name], on_parked=parked, wants=is_told)
def listen(events: Sequence[Event]) -> None:
    """Ask for a delivery for each fulfillment that its channel is to be told of."""
    rows = Fulfillment.across.filter(pk__in=[one.entity_id for one in events], kind=Fulfillment.Kind.SHIPPED)
    found = list(rows.select_related("organization", "order").order_by("pk"))
    tellers = tellers_of({one.order.source_id for one in found})
    wanted: dict[Organization, list[tuple[str, str, Json]]] = {}
    for one in found:
        teller = tellers.get(one.order.source_id)
        if teller is not None and why_not(teller[1], one.order.created_at, one.created_at) == "":
            wanted.setdefault(one.organization, []).append((KIND, one.public_id, _payload(one, teller[0])))
    for organization, payloads in wanted.items():
        request_many(organization, payloads)


Teller = tuple[Integration, FlowState | None]


def tellers_of(source_ids: set[int]) -> dict[int, Teller]:
    """Return the integrations behind sources with their flow of fulfillments, by the source; deleted ones have none."""
    rows = Integration.across.filter(source_id__in=source_ids, deleted_at=None)
    found = {one.pk: one for one in rows}
    states = {one.integration_id: one for one in FlowState.objects.filter(integration__in=found, flow=FLOW)}
    return {one.source_id: (one, states.get(pk)) for pk, one in found.items()}


def why_not(state: FlowState | None, ordered_at: datetime, shipped_at: datetime) -> str:
    """Say what keeps a channel from being told: `order` or `shipped` came while its flow was off; else nothing."""
    if not spans.was_on(state, shipped_at):
        return "shipped"
    return "" if spans.was_on(state, ordered_at) else "order"


def _payload(one: Fulfillment, integration: Integration) -> Json:
    title = _("%(name)s was not told what was shipped of order %(number)s")
    told = {"name": integration.name, "number": one.order.ext_order_id}
    about = {"type": "order", "id": one.order.public_id, "title": title % told}
    return {"integration": integration.public_id, "about": about}


def tell_now(one: Fulfillment) -> Integration:
    """Ask for a delivery whatever the flow was then; known by the same key. Returns who is told."""
    integration, _state = tellers_of({one.order.source_id})[one.order.source_id]
    request_many(one.organization, [(KIND, one.public_id, _payload(one, integration))])
    return integration


def send(intent: Intent) -> Json:
    """Tell the channel of a fulfillment. What was shipped meanwhile is told with it, so that the last word is whole."""
    answer: Json = {}
    for _try in range(_TRIES):
        found = _found(intent)
        try:
            answer = ask(found.integration, partial(_put, found.parcel), flow=FLOW)
        except Refused:
            found.announcer.take_back()
            raise
        if shipped_ids(found.order_id) == found.shipped:
            break
    return answer


def look_up(intent: Intent) -> Json | None:
    """Ask the channel whether it has been told."""
    found = _found(intent)
    return ask_whether(found.integration, lambda client: _able(client).find_parcel(found.parcel), flow=FLOW)


@dataclass(frozen=True, slots=True)
class _Found:
    """Whom to tell, what, and of which fulfillments that speaks."""

    integration: Integration
    parcel: OutgoingParcel
    announcer: written.Announcer
    order_id: int
    shipped: list[int]


def _found(intent: Intent) -> _Found:
    """Return what a delivery is about, as it is now. Raises Refused."""
    rows = Integration.across.filter(organization_id=intent.organization_id, public_id=intent.payload["integration"])
    integration = rows.first()
    one = Fulfillment.across.filter(organization_id=intent.organization_id, public_id=intent.key).first()
    if integration is None or one is None:
        raise Refused(_("What was to be told is not here any more."))
    shipped = shipped_of(one.order_id)
    mine = next(each for each in shipped if each.pk == one.pk)
    announcer = written.Announcer(integration, mine.order.ext_order_api_id)
    parcel = outgoing(mine, shipped, announcer)
    return _Found(integration, parcel, announcer, one.order_id, [each.pk for each in shipped])


def _put(parcel: OutgoingParcel, client: Client) -> Json:
    return _able(client).put_parcel(parcel)


def _able(client: Client) -> TakesParcels:
    if not isinstance(client, TakesParcels):
        raise Unable(client, "TakesParcels")
    return client


senders.register(KIND, Sender(KIND, send, look_up))
parked_as.register(KIND, "tracking_not_told")
