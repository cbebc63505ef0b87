"""Making shipping requests out of what routing, or a person, has decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from orders.documents.dispositions import plain
from orders.documents.shipping_request import ENTITY, content, facets
from orders.events import SHIPPING_REQUEST_CREATED
from orders.lifecycle.shipping_request import RequestStatus
from orders.methods.choose import remember
from orders.models import Location, Order, ShippingRequest, ShippingRequestLine, Source
from orders.requests.numbers import numbers
from orders.requests.settle import settle_orders
from orders.requests.tally import Became
from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.events import outbox
from portal.kit.bulk import copy_new
from portal.kit.clock import database_now
from portal.kit.ids import new_public_id
from portal.kit.json import Json
from portal.kit.text import fold

S = RequestStatus


class MoreThanOrdered(ValueError):
    """A request would ask for more units of a line than are open."""


class PartLine(NamedTuple):
    """A line of a part; `bundle_sku` names the bundle on the order that it is a component of."""

    unique_id: str
    sku: str
    name: str
    quantity: int | Decimal
    bundle_sku: str = ""
    per_bundle: int = 1


@dataclass(frozen=True, slots=True)
class Part:
    """What one location shall ship."""

    location: Location
    lines: Sequence[PartLine]
    on_future: bool = False
    """Its stock is committed on future units."""
    waits: bool | None = None
    """Whether it waits until they are there; None: it does when it is on future units."""
    commits_stock: bool = True
    """False where stock was not looked at."""


def create(order: Order, parts: Sequence[Part], by: Actor, *, run_id: int | None = None) -> list[ShippingRequest]:
    """Make one request for each part of an order, which the caller has locked with its content.

    Writes lines, history and events, and what follows for the order (`settle_orders`), in the caller's transaction.
    Stock is the caller's to commit. Raises MoreThanOrdered.
    """
    return create_many([(order, parts)], by, run_id=run_id)


def create_many(
    batch: Sequence[tuple[Order, Sequence[Part]]], by: Actor, *, run_id: int | None = None
) -> list[ShippingRequest]:
    """Make the requests of many orders at once, in the order of the batch; see `create`."""
    batch = [(order, parts) for order, parts in batch if parts]
    if not batch:
        return []
    named = numbers([order for order, _ in batch], {order.pk: len(parts) for order, parts in batch})
    sources = dict(Source.across.filter(pk__in={order.source_id for order, _ in batch}).values_list("pk", "public_id"))
    at = database_now()
    made: list[ShippingRequest] = []
    lines: list[ShippingRequestLine] = []
    for order, parts in batch:
        for (ordinal, number), part in zip(named[order.pk], parts, strict=True):
            request = _request(order, part, ordinal, number, sources[order.source_id])
            request.created_at = request.updated_at = at
            made.append(request)
            lines += _lines(request, part)
    copy_new(made)
    for line in lines:
        line.request = line.request  # takes over the key, and keeps the row: by the key alone it would be read again
    copy_new(lines)
    remember(made[0].organization_id, (one.content for one in made))
    _tell(made, by, run_id)
    _settle([order for order, _ in batch], made, lines, by, run_id)
    return made


def first_status(document: Json, *, waits: bool) -> RequestStatus:
    """Return what a request begins as, or becomes once its stock is there (`waits` false)."""
    if waits:
        return S.PENDING_INVENTORY
    return S.PENDING_SHIPPING_LABEL if document.get("requireShippingLabels") is True else S.READY_FOR_FULFILLMENT


def _request(order: Order, part: Part, ordinal: int, number: str, source: str) -> ShippingRequest:
    status = first_status(order.content, waits=part.on_future if part.waits is None else part.waits)
    request = ShippingRequest(
        organization_id=order.organization_id,
        public_id=new_public_id(),
        order=order,
        location=part.location,
        fulfillment_source_id=part.location.fulfillment_source_id,
        ordinal=ordinal,
        ext_shipment_id=number,
        number_folded=fold(number),
        status=status.value,
        content=content(order, source, [_told(line) for line in part.lines]),
        on_future=part.on_future,
        commits_stock=part.commits_stock,
        exclude_from_reuse=order.content.get("disableShipmentsReuse") is True,
        unit_count=sum((Decimal(line.quantity) for line in part.lines), Decimal(0)),
    )
    request.facets = facets(request)
    return request


def _told(line: PartLine) -> Json:
    told: Json = {"uniqueId": line.unique_id, "sku": line.sku, "name": line.name, "quantity": plain(line.quantity)}
    if line.bundle_sku:
        told |= {"bundleSku": line.bundle_sku, "perBundle": line.per_bundle}
    return told


def _lines(request: ShippingRequest, part: Part) -> list[ShippingRequestLine]:
    return [
        ShippingRequestLine(
            organization_id=request.organization_id,
            request=request,
            position=position,
            unique_id=line.unique_id,
            sku=line.sku,
            sku_folded=fold(line.sku),
            name=line.name,
            bundle_sku=line.bundle_sku,
            per_bundle=line.per_bundle or 1,
            quantity=line.quantity,
            fulfilled=Decimal(0),
        )
        for position, line in enumerate(part.lines)
    ]


def _tell(made: Sequence[ShippingRequest], by: Actor, run_id: int | None) -> None:
    record(
        [
            Entry(one.organization_id, ENTITY, one.pk, 1, by, "created", f"Made for {_where(one)}.", (), run_id)
            for one in made
        ]
    )
    outbox.record(
        [
            outbox.NewEvent(
                SHIPPING_REQUEST_CREATED.name, one.organization_id, one.pk, 1, {"status": one.status, "cause": by.kind}
            )
            for one in made
        ]
    )  # fmt: skip


def _where(request: ShippingRequest) -> str:
    units = plain(request.unit_count)
    told = f"{request.location.name}: {units} unit{'' if units == 1 else 's'}"
    return f"{told}, as soon as stock is there" if request.status == S.PENDING_INVENTORY else told


def _settle(
    orders: Sequence[Order], made: Sequence[ShippingRequest], lines: Sequence[ShippingRequestLine], by: Actor,
    run_id: int | None,
) -> None:  # fmt: skip
    rows = {order.pk: order for order in orders}
    told: dict[int, list[str]] = {pk: [] for pk in rows}
    for one in made:
        told[one.order_id].append(f"Shipping request {one.ext_shipment_id} for {_where(one)}.")
    said = {pk: " ".join(sentences) for pk, sentences in told.items()}
    found = settle_orders(rows, by, said=said, run_id=run_id, orders=rows)
    for line in lines:
        became: Became | None = found[line.request.order_id].get(line.unique_id)
        if became is None or became.routed > became.wanted:
            number = line.request.ext_shipment_id
            raise MoreThanOrdered(f"{number} asks for more units of line {line.unique_id} than are open.")
