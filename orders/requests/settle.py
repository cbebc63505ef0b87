"""What an order is, by what became of its shipping requests: computed in one place, whoever has changed them.

Call `settle_orders` in the transaction that has written requests or fulfillments, with the orders locked
(order → shipping requests → inventory levels).
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from orders.documents.columns import OF_UNITS
from orders.documents.dispositions import plain
from orders.documents.instants import instant
from orders.fulfillments.load import put_aside
from orders.fulfillments.quantities import complete
from orders.lifecycle.changes import OrderChange, Step
from orders.lifecycle.order import OrderStatus, can_move
from orders.lifecycle.write import commit
from orders.locks import lock
from orders.models import Fulfillment, Order, ShippingRequestLine
from orders.requests.tally import Asked, Became, status_after, summed, tally, told
from portal.audit.actor import Actor
from portal.entities import patch
from portal.kit.clock import now
from portal.kit.json import Json
from portal.kit.text import fold

SETTLED = "settled"
"""The verb of the line that this leaves in an order's history."""
CAUSE = "fulfillment"


def settle_orders(
    order_ids: Iterable[int],
    by: Actor,
    *,
    said: Mapping[int, str] | None = None,
    run_id: int | None = None,
    orders: Mapping[int, Order] | None = None,
) -> dict[int, dict[str, Became]]:
    """Bring status and dispositions of orders to what their requests and fulfillments say; returns the units.

    One step of history for each order that changes, whose sentence `said` may give by the order's id: then it is
    written even if nothing else changes. *Updated order* hears of it where the status moves. `orders` are rows that
    the caller has locked with their content; without them they are locked here.
    """
    rows = dict(orders) if orders is not None else lock(order_ids)
    asked = asked_of(rows)
    found = {pk: tally(order.content, asked.get(pk, ())) for pk, order in rows.items()}
    changes = [
        change
        for pk, order in rows.items()
        if (change := _change(order, found[pk], asked.get(pk, ()), by, (said or {}).get(pk), run_id))
    ]
    commit(changes, rows)
    return found


def asked_of(order_ids: Iterable[int]) -> dict[int, list[Asked]]:
    """Return the lines of all shipping requests of orders, by order, with what their warehouses rejected."""
    ids = list(order_ids)
    rows = ShippingRequestLine.across.filter(request__order_id__in=ids, request__deleted_at=None).values_list(
        "request__order_id", "request_id", "unique_id", "sku_folded", "request__status", "quantity", "fulfilled",
        "bundle_sku", "per_bundle",
    )  # fmt: skip
    rejected, aside = _rejected(ids), put_aside(ids)
    found: dict[int, list[Asked]] = {}
    for order_id, request_id, unique_id, sku, status, quantity, fulfilled, bundle_sku, per_bundle in rows.order_by(
        "request_id", "position"
    ):
        gone = _taken(rejected, (request_id, unique_id, sku), quantity)
        past = _taken(aside, (request_id, unique_id, sku), fulfilled)
        one = Asked(unique_id, sku, status, quantity - past, fulfilled - past, gone, bundle_sku, per_bundle)
        found.setdefault(order_id, []).append(one)
    return found


def _rejected(order_ids: list[int]) -> dict[tuple[int, str, str], Decimal]:
    """Return how many units warehouses could not ship, by request, line and SKU."""
    rows = Fulfillment.across.filter(
        order_id__in=order_ids, kind=Fulfillment.Kind.REJECTED, request__isnull=False
    ).values_list("request_id", "content")
    found: dict[tuple[int, str, str], Decimal] = {}
    for request_id, content in rows:
        for line in content.get("lineItems", ()):
            key = (request_id, str(line.get("uniqueId", "")), fold(str(line.get("sku", ""))))
            found[key] = found.get(key, Decimal(0)) + Decimal(line.get("quantity", 0))
    return found


def _taken(rejected: dict[tuple[int, str, str], Decimal], key: tuple[int, str, str], most: Decimal) -> Decimal:
    """Take from what was rejected as much as one line had: a report that names no line counts by its SKU."""
    for one in (key, (key[0], "", key[2])):
        if taken := min(rejected.get(one, Decimal(0)), most):
            rejected[one] -= taken
            return taken
    return Decimal(0)


def _change(
    order: Order, lines: dict[str, Became], asked: Sequence[Asked], by: Actor, sentence: str | None, run_id: int | None
) -> OrderChange | None:
    status = status_after(order.status, lines)
    if status is not None and not can_move(order.status, status):
        status = None
    after = complete(
        told(order.content, lines), lines, asked, was=order.status, becomes=status or order.status, at=instant(now())
    )
    content = patch.diff(_members(order.content), _members(after))
    if not content and status is None and not sentence:
        return None
    summary = sentence or _summary(status, summed(lines))
    step = Step(by, SETTLED, summary, status=status, content=content, run_id=run_id)
    return OrderChange(order.pk, [step], announce=status is not None, cause=CAUSE)


def _members(document: Json) -> dict[str, Any]:
    return {key: document[key] for key in OF_UNITS if key in document}


def _summary(status: OrderStatus | None, total: Became) -> str:
    routed, wanted, sent, fulfilled = map(plain, (total.routed, total.wanted, total.sent, total.fulfilled))
    counted = f"{routed} of {wanted} units are in shipping requests, {sent} sent"
    shipped = f", {fulfilled} shipped" if fulfilled else ""
    return f"{counted}{shipped}." if status is None else f"{status.label}: {counted}{shipped}."
