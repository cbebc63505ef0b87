"""Orders with shipping requests, as tests of several parts need them."""

from collections.abc import Sequence

from django.db import transaction

from orders.inventory import Movement, commits, post
from orders.lifecycle import edits
from orders.lifecycle.shipping_request import RequestStatus
from orders.locks import lock
from orders.models import InventoryLevel, Location, Order, ShippingRequest, Source
from orders.requests.create import Part, PartLine, create
from orders.requests.move import move
from portal.audit.actor import Actor
from tests.factories import make_order

ROUTING = Actor.system("Routing")
S = RequestStatus


def ready_order(source: Source, number: int | str = 1001, **fields: object) -> Order:
    """Return an order that may be routed."""
    order = make_order(source, number, **fields)
    edits.move(order.pk, "ready", by=ROUTING)
    return Order.across.get(pk=order.pk)


def stock(location: Location, sku: str, on_hand: int, future: int = 0) -> None:
    """Have so many units at a location."""
    with transaction.atomic():
        post(
            [Movement(location.organization_id, location.pk, sku, "adjust", on_hand=on_hand, future=future)], by=ROUTING
        )


def level(location: Location, sku: str = "tea-1") -> tuple[int, int, int]:
    """Return what is on hand, committed and committed on future units."""
    return InventoryLevel.across.values_list("on_hand", "committed", "committed_future").get(
        location=location, sku_folded=sku
    )


def request_for(
    order: Order, location: Location, units: int = 2, *, status: RequestStatus | None = None, on_future: bool = False
) -> ShippingRequest:
    """Return a request for units of the order's first line, with stock committed as far as there is a record."""
    line = order.content["lineItems"][0]
    part = Part(location, [PartLine(line["uniqueId"], line["sku"], line.get("name", ""), units)], on_future)
    made = requests_for(order, [part])[0]
    if status is not None:
        move([made.pk], status, ROUTING)
    return fresh(made)


def requests_for(order: Order, parts: Sequence[Part]) -> list[ShippingRequest]:
    with transaction.atomic():
        made = create(lock([order.pk])[order.pk], parts, ROUTING)
        commits.commit(made, by=ROUTING, check=False)
    return made


def fresh(request: ShippingRequest) -> ShippingRequest:
    return ShippingRequest.across.select_related("location", "fulfillment_source").get(pk=request.pk)
