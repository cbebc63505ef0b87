"""What people report themselves, where no integration does; and what they take back."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from orders.documents.instants import instant
from orders.fulfillments import load
from orders.fulfillments.find import Found
from orders.fulfillments.held import Parcel
from orders.fulfillments.write import NotOpen, write
from orders.lifecycle.changes import OrderChange, Step
from orders.lifecycle.edits import ChangedMeanwhile
from orders.lifecycle.order import OrderStatus
from orders.lifecycle.shipping_request import CANCELED, RequestStatus
from orders.lifecycle.write import MoveRefused, commit
from orders.locks import lock
from orders.models import Fulfillment, Order, ShippingRequest, ShippingRequestLine
from orders.records.fulfillment import FulfillmentLine, FulfillmentRecord
from orders.requests.cancel import route_again
from orders.requests.settle import settle_orders
from portal.audit.actor import Actor
from portal.entities import patch
from portal.kit.clock import database_now

SHIPPED = frozenset({OrderStatus.FULFILLED.value, OrderStatus.PARTIAL_FULFILLMENT.value})
UNFULFILLED = (
    "Marked unfulfilled: what was shipped until now does not count any more, and is asked for again. "
    "No warehouse is told, and stock stays as it is."
)


@dataclass(frozen=True, slots=True)
class Shipment:
    """What a person says of one parcel."""

    units: Mapping[int, Decimal]
    """By the position of the request's line."""
    token: str
    """The same one is reported once, however often the form is sent."""
    tracking_number: str = ""
    tracking_url: str = ""
    carrier: str = ""


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line of a request of which something can still be shipped."""

    position: int
    unique_id: str
    sku: str
    name: str
    open: Decimal


def can_report(status: str) -> bool:
    """Say whether a person may report a shipment of a request of this status."""
    return status not in CANCELED and status != RequestStatus.FULFILLED


def open_lines(request: ShippingRequest) -> list[OpenLine]:
    """Return what of a request can still be shipped, in the order of its lines."""
    rejected = load.rejected([request.pk]).get(request.pk, {})
    lines = ShippingRequestLine.across.filter(request=request).order_by("position")
    return [
        OpenLine(line.position, line.unique_id, line.sku, line.name, left)
        for line in lines
        if (left := line.quantity - line.fulfilled - rejected.get(line.position, Decimal(0))) > 0
    ]


def report_by_hand(request: ShippingRequest, shipment: Shipment, *, by: Actor) -> Fulfillment | None:
    """Write what a person says was shipped of a request; returns None when this form was sent before.

    Raises NotOpen when not so much is open any more, MoveRefused when the request was canceled or is done.
    """
    with transaction.atomic():
        lock([request.order_id], with_content=False)  # the second of two clicks waits here, and finds the first
        if is_reported(request, shipment.token):
            return None
        if not can_report(ShippingRequest.across.values_list("status", flat=True).get(pk=request.pk)):
            raise MoveRefused(f"{request.ext_shipment_id} was canceled or is fulfilled: nothing can be shipped of it.")
        parcel = Parcel(_record(request, shipment), Found(request.pk, request.order_id))
        made = write([parcel], None, by=by, strict=True)
    return made[0] if made else None


def is_reported(request: ShippingRequest, token: str) -> bool:
    """Say whether a form with this token was sent before."""
    rows = Fulfillment.across.filter(organization_id=request.organization_id, source=None)
    return rows.filter(ext_fulfillment_id=_number(token)).exists()


def _number(token: str) -> str:
    return f"by hand {token}"


def _record(request: ShippingRequest, shipment: Shipment) -> FulfillmentRecord:
    lines = {line.position: line for line in open_lines(request)}
    if not shipment.units or shipment.units.keys() - lines.keys():
        raise NotOpen("Say how many units were shipped of which line; what is shipped already is not offered.")
    return FulfillmentRecord(
        ext_fulfillment_id=_number(shipment.token),
        shipment=request.public_id,
        line_items=_lines(shipment, lines),
        tracking_number=_some(shipment.tracking_number),
        tracking_url=_some(shipment.tracking_url),
        shipping_carrier=shipment.carrier or None,
    )


def _lines(shipment: Shipment, lines: Mapping[int, OpenLine]) -> tuple[FulfillmentLine, ...]:
    return tuple(
        FulfillmentLine(unique_id=lines[at].unique_id or None, sku=lines[at].sku or None, quantity=units)
        for at, units in sorted(shipment.units.items())
    )


def _some(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def can_mark_unfulfilled(order: Order) -> bool:
    """Say whether there is something fulfilled to be taken back."""
    return order.deleted_at is None and order.status in SHIPPED


def mark_unfulfilled(order_id: int, *, by: Actor, version: int | None = None) -> Order:
    """Have an order count as unfulfilled again (behaviour.md 3.5): what was shipped until now counts no more.

    The fulfillments stay; their units are open again and routing looks at them. Raises ChangedMeanwhile when the
    order is not at `version` any more, MoveRefused when nothing of it is fulfilled.
    """
    with transaction.atomic():
        orders = lock([order_id])
        order = orders[order_id]
        if version is not None and version != order.version:
            raise ChangedMeanwhile(
                f"{order.ext_order_id} was changed by somebody else while you looked at it. Look again, then decide."
            )
        if not can_mark_unfulfilled(order):
            raise MoveRefused(f"Nothing of {order.ext_order_id} is fulfilled.")
        after = {key: value for key, value in order.content.items() if key != "fulfilledAt"}
        content = patch.diff(order.content, after | {"unfulfilledAt": instant(database_now())})
        step = Step(by, "marked unfulfilled", UNFULFILLED, OrderStatus.READY_FOR_FULFILLMENT, content)
        commit([OrderChange(order_id, [step], cause="person")], orders)
        found = settle_orders([order_id], by, orders=orders)
        route_again([order], found)
    return order
