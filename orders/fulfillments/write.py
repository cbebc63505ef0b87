"""Writing fulfillments: parcels of known requests, in one transaction, each exactly once.

Locked are the orders, then their shipping requests, then stock. What can be booked is booked; what cannot is kept
with the fulfillment (`notCounted`) and told by an exception.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from orders.documents import fulfillment as fulfillment_document
from orders.documents.dispositions import plain
from orders.events import FULFILLMENT_CREATED
from orders.exceptions.raise_ import raise_exceptions
from orders.fulfillments import load
from orders.fulfillments.booking import Booking, Room, book
from orders.fulfillments.held import Held, Made, Parcel
from orders.fulfillments.problems import problems_of
from orders.fulfillments.quantities import DEAD, request_status, room
from orders.fulfillments.say import of_order, of_request
from orders.fulfillments.stock import Moved, move_stock
from orders.locks import lock
from orders.models import Fulfillment, Order, ShippingRequest, ShippingRequestLine, Source
from orders.records.fulfillment import FulfillmentRecord
from orders.requests.cancel import route_again
from orders.requests.locks import lock_requests
from orders.requests.settle import asked_of, settle_orders
from orders.requests.tally import tally
from orders.requests.write import RequestStep
from orders.requests.write import commit as commit_requests
from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.entities import patch
from portal.events import outbox
from portal.kit import json
from portal.kit.bulk import copy_new, update_rows
from portal.kit.clock import database_now
from portal.kit.ids import new_public_id
from portal.kit.json import Json
from portal.kit.text import fold

ENTITY = "fulfillment"
CAUSE = "fulfillment"


class NotOpen(ValueError):
    """More was reported by hand than is open; somebody or something was faster."""


def write(parcels: Sequence[Parcel], source: Source | None, *, by: Actor, strict: bool = False) -> list[Fulfillment]:
    """Write the parcels that are not known yet, in the caller's transaction; returns their fulfillments.

    `source` is the integration that reports; none: a person. With `strict`, raises NotOpen before anything is
    written when not all of a report can be booked.
    """
    orders = lock({one.found.order_id for one in parcels})
    requests = lock_requests({one.found.request_id for one in parcels})
    fresh = [one for one in _fresh(parcels, source) if one.found.request_id in requests]
    if not fresh:
        return []
    held = _hold(orders, requests, {one.found.request_id for one in fresh})
    made = _book(fresh, held, source)
    if strict and any(one.booking.left for one in made):
        raise NotOpen("Meanwhile not so many units are open any more. Look again, then report what was shipped.")
    _write(made, held.values(), orders, source, by)
    return [one.row for one in made]


def _fresh(parcels: Sequence[Parcel], source: Source | None) -> list[Parcel]:
    """Return the parcels that nobody has told of before. Their orders are locked, so nobody tells of them now."""
    if not parcels:
        return []
    first = {one.record.ext_fulfillment_id: one for one in reversed(parcels)}
    known = set(known_of(first, source, {one.found.order_id for one in parcels}))
    return [one for one in parcels if first[one.record.ext_fulfillment_id] is one and _id(one) not in known]


def _id(parcel: Parcel) -> str:
    return parcel.record.ext_fulfillment_id


def known_of(ids: Iterable[str], source: Source | None, order_ids: Iterable[int] = ()) -> list[str]:
    """Return which external IDs of a source are written already; of reports by hand, among those of these orders."""
    rows = Fulfillment.across.filter(ext_fulfillment_id__in=list(ids))
    if source is None:
        rows = rows.filter(source=None, order_id__in=list(order_ids))
    else:
        rows = rows.filter(organization_id=source.organization_id, source=source)
    return list(rows.values_list("ext_fulfillment_id", flat=True))


def _hold(orders: dict[int, Order], requests: dict[int, ShippingRequest], wanted: set[int]) -> dict[int, Held]:
    lines: dict[int, list[ShippingRequestLine]] = {pk: [] for pk in wanted}
    for line in ShippingRequestLine.across.filter(request_id__in=wanted).order_by("request_id", "position"):
        lines[line.request_id].append(line)
    rejected = load.rejected(lines)
    held = {}
    for pk in sorted(wanted):
        request = requests[pk]
        one = Held(request, orders[request.order_id], lines[pk], rejected.get(pk, {}), request.status, {})
        one.before = one.document()
        held[pk] = one
    return held


def _book(parcels: Sequence[Parcel], held: dict[int, Held], source: Source | None) -> list[Made]:
    rooms = _rooms(held.values())
    skus = {fold(line.sku) for one in parcels for line in one.record.line_items if line.sku}
    ours = {line.sku_folded for one in held.values() for line in one.lines}
    aliases = load.aliases(source, skus - ours)
    at = database_now()
    return [_book_one(parcel, held[parcel.found.request_id], rooms, aliases, source, at) for parcel in parcels]


def _rooms(held: Iterable[Held]) -> dict[int, Room]:
    """Return, by order, what may be booked on requests that count no more: what nobody else ships."""
    dead = [one for one in held if one.request.status in DEAD]
    asked = asked_of({one.order.pk for one in dead}) if dead else {}
    rooms: dict[int, Room] = {}
    for one in dead:
        found = tally(one.order.content, asked.get(one.order.pk, ()))
        rooms.setdefault(one.order.pk, {}).update(room(found, one.asked()))
    return rooms


def _book_one(
    parcel: Parcel, held: Held, rooms: dict[int, Room], aliases: dict[str, str], source: Source | None, at: Any
) -> Made:
    told, rejects = parcel.record, parcel.record.fulfillment_type == "rejected"
    left_room = rooms.get(held.order.pk) if held.request.status in DEAD and not rejects else None
    booking = book(told.line_items, held.bookable(), aliases, left_room)
    units: dict[str, int] = {}
    for line in held.lines:
        amount = Decimal(booking.units.get(line.position, 0))
        before = held.rejected.get(line.position, Decimal(0)) if rejects else line.fulfilled
        whole = int(before + amount) - int(before)  # parts of units add up over the parcels of a line
        units[line.sku_folded] = units.get(line.sku_folded, 0) + whole
        if rejects:
            held.rejected[line.position] = before + amount
        else:
            line.fulfilled = before + amount
    row = Fulfillment(
        organization_id=held.order.organization_id,
        public_id=new_public_id(),
        order=held.order,
        request=held.request,
        location=held.request.location,
        source=source,
        ext_fulfillment_id=told.ext_fulfillment_id,
        kind=told.fulfillment_type,
        content=_content(told, held, booking),
        shipped_at=told.actual_ship_date or at,
        number_folded=fold(told.ext_fulfillment_id),
        created_at=at,
    )
    row.facets = fulfillment_document.FACETS.of(row.content)
    return Made(row, held, booking, told, {sku: count for sku, count in units.items() if count})


def _content(told: FulfillmentRecord, held: Held, booking: Booking) -> Json:
    lines = []
    for line in held.lines:
        if units := booking.units.get(line.position):
            one = {"uniqueId": line.unique_id, "sku": line.sku, "name": line.name, "quantity": plain(units)}
            one |= {"bundleSku": line.bundle_sku, "perBundle": line.per_bundle} if line.bundle_sku else {}
            lines.append({key: value for key, value in one.items() if value != ""})
    left = [
        {"uniqueId": one.unique_id, "sku": one.sku, "quantity": plain(one.quantity), "why": one.why.value}
        for one in booking.left
    ]
    said = told.model_dump(
        by_alias=True, exclude_none=True,
        include={"tracking_number", "tracking_url", "shipping_carrier", "shipping_class", "shipping_charge", "currency",
                 "reason"},
    )  # fmt: skip
    said = {key: list(value) if isinstance(value, tuple) else value for key, value in said.items()}
    content = {"lineItems": lines, **{key: value for key, value in said.items() if value not in ("", [])}}
    content |= {"notCounted": [{k: v for k, v in one.items() if v != ""} for one in left]} if left else {}
    return content | _own(told.source_doc)


def _own(document: Json | None) -> Json:
    """Return the warehouse's own document, without what cannot be stored."""
    if document is None:
        return {}
    try:
        text = json.dumps_text(document)
        return {"sourceDoc": json.loads(text.replace("\\u0000", "\\ufffd")) if "\\u0000" in text else document}
    except json.NotJson:
        return {}


def _write(
    made: Sequence[Made], held: Iterable[Held], orders: dict[int, Order], source: Source | None, by: Actor
) -> None:
    held = list(held)
    copy_new([one.row for one in made])
    lines = [line for one in held for line in one.lines]
    update_rows(ShippingRequestLine, ["fulfilled"], ((line.pk, line.fulfilled) for line in lines))
    _step_requests(made, held, by)
    _tell(made, by)
    said: dict[int, str] = {}
    for one in made:
        said[one.held.order.pk] = " ".join(filter(None, [said.get(one.held.order.pk), of_order(one)]))
    found = settle_orders(orders, by, said=said, orders=orders)
    route_again({one.held.order.pk: one.held.order for one in made if one.row.kind == "rejected"}.values(), found)
    move_stock(
        [
            Moved(one.held.request, one.row.public_id, one.row.kind == "rejected", one.held.was, one.units)
            for one in made
        ],
        by=by,
    )
    raise_exceptions([problem for one in made for problem in problems_of(one, source)], by=by)


def _step_requests(made: Sequence[Made], held: Iterable[Held], by: Actor) -> None:
    steps, told = {}, dict[int, list[Made]]()
    for each in made:
        told.setdefault(each.held.request.pk, []).append(each)
    for one in held:
        mine = told.get(one.request.pk, [])
        status = request_status(one.request.status, one.asked())
        rejects = any(each.row.kind == "rejected" and each.booking.units for each in mine)
        steps[one.request.pk] = RequestStep(
            by,
            "reported",
            " ".join(of_request(each) for each in mine),
            status,
            {"skip_location": True} if rejects else {},
            patch.diff(one.before, one.document()),
        )
    commit_requests(steps, {one.request.pk: one.request for one in held}, cause=CAUSE)


def _tell(made: Sequence[Made], by: Actor) -> None:
    record(
        [
            Entry(one.row.organization_id, ENTITY, one.row.pk, 1, by, "reported", of_request(one))
            for one in made
        ]
    )  # fmt: skip
    outbox.record(
        [
            outbox.NewEvent(
                FULFILLMENT_CREATED.name, one.row.organization_id, one.row.pk, 1,
                {"kind": one.row.kind, "order": one.held.order.public_id, "cause": by.kind},
            )
            for one in made
        ]
    )  # fmt: skip
