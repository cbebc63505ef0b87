"""An order edited by hand: fields and lines in one transaction, and what follows for its shipping requests.

A shipping request is never edited (behaviour.md 3.3). Those that no warehouse has yet, and that the edit makes wrong,
are canceled and their stock given back; routing makes new ones by itself. What a warehouse has stays as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from orders.by_hand import lines as pure
from orders.by_hand.lines import LineWishes
from orders.documents import writable
from orders.documents.catalogue import ORDER
from orders.documents.values import NotWritable
from orders.lifecycle.changes import OrderChange, Step
from orders.lifecycle.editable import REACHES_WAREHOUSES, part_of
from orders.lifecycle.edits import check, check_parts, with_fields
from orders.lifecycle.order import OrderStatus
from orders.lifecycle.pins import touches
from orders.lifecycle.write import commit
from orders.locks import lock
from orders.models import Order, ShippingRequest, ShippingRequestLine, Source
from orders.requests.cancel import UNSENT, cancel_locked, route_again
from orders.requests.locks import lock_requests
from orders.requests.settle import asked_of, settle_orders
from orders.requests.tally import Became, tally
from portal.audit.actor import Actor
from portal.entities.patch import Change
from portal.kit.json import Json

S = OrderStatus
CONNECTOR = "hand"
"""Of the source whose orders were made here: no store has their amounts."""
_ON_ITS_WAY = frozenset({S.READY_FOR_FULFILLMENT, S.SENT_TO_FULFILLMENT, S.PARTIAL_FULFILLMENT})
_WHY = "the order was edited, and routing makes a new one."


@dataclass(frozen=True, slots=True)
class Edited:
    """What came of an edit: the order, and how many shipping requests were canceled because of it."""

    order: Order
    canceled: int


def edit(
    order_id: int, fields: Mapping[str, Any], lines: LineWishes | None = None, *, by: Actor, version: int | None = None
) -> Edited:
    """Set fields (by their paths in the catalogue; None empties one) and lines of an order by hand.

    What is set is pinned (`orders.lifecycle.pins`); lines as a whole. Units that are open afterwards are routed
    again by themselves. Raises NotWritable with every fault, ChangedMeanwhile when the order is not at `version`
    any more, MoveRefused when it is deleted.
    """
    wishes = lines or LineWishes()
    with transaction.atomic():
        orders = lock([order_id])
        order = orders[order_id]
        check(order, version)
        content, became = _changes(order, fields, wishes)
        if not content:
            return Edited(order, 0)
        before = order.content["lineItems"]
        unsent = _outdated(order, content, became)
        if unsent:
            cancel_locked(orders, lock_requests(unsent), by, reason=_WHY)
        summary = _summary(fields, before, content)
        commit([OrderChange(order_id, [Step(by, "edited", summary, content=content)], cause="person")], orders)
        if unsent or (order.status in _ON_ITS_WAY and any(one["path"] == "/lineItems" for one in content)):
            route_again([order], settle_orders([order_id], by, orders=orders))
    return Edited(order, len(unsent))


def _changes(order: Order, fields: Mapping[str, Any], wishes: LineWishes) -> tuple[list[Change], dict[str, Became]]:
    """Return what changes of the content, and what has become of the lines until now. Raises NotWritable."""
    check_parts(order, [*fields, *(["lineItems"] if wishes else [])])
    became = tally(order.content, asked_of([order.pk]).get(order.pk, ()))
    faults: list[Any] = []
    after = order.content
    try:
        after = with_fields(after, fields)
    except NotWritable as error:
        faults += error.faults
    if wishes:
        try:
            told = pure.wished_lines(order.content["lineItems"], wishes, became)
            after = _with_totals(order, after | {"lineItems": told})
        except NotWritable as error:
            faults += error.faults
    if faults:
        raise NotWritable(faults)
    return writable.changes(order.content, after), became


def _with_totals(order: Order, after: Json) -> Json:
    """Return the document with its amounts as the lines make them, where no store has named them.

    What a customer has paid in a store does not change because lines do here: then they stay.
    """
    if not Source.across.filter(pk=order.source_id, connector=CONNECTOR).exists():
        return after
    more = pure.worth(after["lineItems"]) - pure.worth(order.content["lineItems"])
    sums = {key: Decimal(after[key]) + more for key in ("subTotalPrice", "totalPrice") if after.get(key) is not None}
    return after | sums


def _outdated(order: Order, content: Sequence[Change], became: Mapping[str, Became]) -> list[int]:
    """Return the requests that no warehouse has yet and that the changes make wrong."""
    rows = ShippingRequest.across.filter(order=order, deleted_at=None, sent_at=None, status__in=UNSENT)
    if any(part_of(one["path"]) in REACHES_WAREHOUSES or one["path"] == "/giftNote" for one in content):
        return list(rows.values_list("pk", flat=True))
    lines = next((one["value"] for one in content if one["path"] == "/lineItems"), None)
    if lines is None:
        return []
    wanted = {one["uniqueId"]: one["quantity"] for one in lines if one.get("requiresShipping", True)}
    over = [key for key, one in became.items() if one.out + one.routed > wanted.get(key, 0)]
    named = ShippingRequestLine.across.filter(request__in=rows, unique_id__in=over)
    return sorted(set(named.values_list("request_id", flat=True)))


def _summary(fields: Mapping[str, Any], before: Sequence[Json], content: Sequence[Change]) -> str:
    names = [
        ORDER.label(path) for path in fields if any(touches(writable.pointer(path), one["path"]) for one in content)
    ]
    told = f"Changed by hand: {', '.join(names)}." if names else ""
    lines = next((one["value"] for one in content if one["path"] == "/lineItems"), None)
    if lines is not None:
        told = f"{told} Lines by hand: {pure.said(before, lines)}.".strip()
    return told
