"""What people must hear of a report: too much, another SKU, after a cancel. The report is kept with each."""

from collections.abc import Iterator, Sequence

from orders.exceptions.raise_ import Problem
from orders.fulfillments.booking import Left, Why
from orders.fulfillments.held import Made
from orders.fulfillments.say import units
from orders.lifecycle.order import OrderStatus
from orders.lifecycle.shipping_request import CANCELED
from orders.models import Source
from orders.records.fulfillment import FulfillmentRecord

TYPES = ("shipped_too_much", "shipped_other_sku", "shipped_after_cancel")
UNMATCHED = "fulfillment_unmatched"


def problems_of(made: Made, source: Source | None) -> Iterator[Problem]:
    """Yield the problems of one report. What a warehouse cannot ship is none, however it says so."""
    if made.row.kind == "rejected":
        return
    left = made.booking.left
    if too_much := [one for one in left if one.why != Why.OTHER_SKU]:
        yield _problem(made, source, "shipped_too_much", "more was shipped than asked for", _too_much(too_much))
    if others := [one for one in left if one.why == Why.OTHER_SKU]:
        told = f"Nobody asked for {_units(others)} in this shipping request."
        yield _problem(made, source, "shipped_other_sku", "another SKU was shipped", told)
    if made.held.was in CANCELED or made.held.order.status == OrderStatus.CANCELED:
        what = "The shipping request was canceled." if made.held.was in CANCELED else "The order was canceled."
        told = f"{what} What was shipped all the same: {units(made.row.content['lineItems']) or 'see the report'}."
        yield _problem(made, source, "shipped_after_cancel", "shipped although canceled", told)


def _too_much(left: Sequence[Left]) -> str:
    elsewhere = [one for one in left if one.why == Why.ASKED_ELSEWHERE]
    surplus = [one for one in left if one.why == Why.TOO_MUCH]
    told = [f"Beyond what is open: {_units(surplus)}."] if surplus else []
    told += [f"Asked for elsewhere by now, so not counted: {_units(elsewhere)}."] if elsewhere else []
    return " ".join(told)


def _units(left: Sequence[Left]) -> str:
    return units([{"quantity": one.quantity, "sku": one.sku, "uniqueId": one.unique_id} for one in left])


def _problem(made: Made, source: Source | None, kind: str, title: str, told: str) -> Problem:
    request, order = made.held.request, made.held.order
    return Problem(
        kind,
        order.organization_id,
        cause_key(source, made.record),
        f"{request.ext_shipment_id}: {title}",
        f"{request.location.name} reports parcel {made.record.ext_fulfillment_id}. {told}",
        entity_type="order",
        entity_id=order.pk,
        entity_label=order.ext_order_id,
        raw=raw_of(made.record),
        shared=f"{request.location.name}: {title}",
    )


def unmatched(source: Source, record: FulfillmentRecord, why: str) -> Problem:
    """Return the problem of a report whose shipping request is not known."""
    return Problem(
        UNMATCHED,
        source.organization_id,
        cause_key(source, record),
        f"{source.name}: a parcel of an unknown shipping request",
        f"Parcel {record.ext_fulfillment_id}, {units([line.model_dump(by_alias=True) for line in record.line_items])}. "
        f"{why}",
        entity_type="source",
        entity_id=source.pk,
        entity_label=source.name,
        raw=raw_of(record),
    )


def cause_key(source: Source | None, record: FulfillmentRecord) -> str:
    """Return what makes two reports the same one."""
    return f"{source.public_id if source else 'hand'}:{record.ext_fulfillment_id}"[:300]


def raw_of(record: FulfillmentRecord) -> bytes:
    """Return the report as it came, so that it can be taken again."""
    return record.model_dump_json(by_alias=True, exclude_none=True).encode("utf-8", "backslashreplace")
