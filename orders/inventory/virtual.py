"""What orders need that are not routed yet, committed at the SKU's record without a location (behaviour.md 6.2).

So what is promised to channels falls as soon as an order comes in, not only when it is routed. What an order
should hold is compared with what it holds (`VirtualCommit`), and the difference is posted: asked twice, nothing
happens the second time.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import ceil

from django.db import connection

from orders.inventory.bundles import Part, Parts, parts_of, untracked
from orders.inventory.levels import counts_needs
from orders.inventory.movements import Movement
from orders.inventory.post import post
from orders.lifecycle.order import OrderStatus
from orders.locks import lock
from orders.models import Order, VirtualCommit
from orders.requests.settle import asked_of
from orders.requests.tally import Asked, Became, tally
from orders.routing.need import Component, missing_of
from portal.audit.actor import Actor
from portal.kit.text import fold

S = OrderStatus
NEEDS_STOCK = frozenset(
    {
        S.NEW, S.ON_HOLD, S.TO_BE_VALIDATED, S.REVIEW_REQUIRED, S.READY_FOR_FULFILLMENT, S.SENT_TO_FULFILLMENT,
        S.PARTIAL_FULFILLMENT,
    }
)  # fmt: skip
"""Statuses in which what is open of an order is still to be shipped. A draft is not paid: it takes nothing away."""

Needs = dict[str, tuple[str, int]]
"""SKU as it is written and units, by folded SKU."""


def settle_virtual(order_ids: Iterable[int], by: Actor, *, orders: Mapping[int, Order] | None = None) -> dict[int, int]:
    """Bring what orders hold without a location to what they need now; returns the orders' versions by id.

    Call it in the transaction that has changed the orders or their shipping requests, once for all of them and
    after stock was committed or given back: virtual records are locked last. Locks the orders. Organizations
    that keep no stock are passed over. `orders` are rows that the caller has locked with their content and kept up
    to date.
    """
    orders = orders if orders is not None else lock(order_ids)
    for organization_id in sorted({order.organization_id for order in orders.values()}):
        if counts_needs(organization_id):
            some = {pk: one for pk, one in orders.items() if one.organization_id == organization_id}
            _settle(organization_id, some, by)
    return {pk: order.version for pk, order in orders.items()}


def _settle(organization_id: int, orders: Mapping[int, Order], by: Actor) -> None:
    needed = _needed(organization_id, list(orders.values()))
    rows = VirtualCommit.across.filter(order_id__in=list(orders)).order_by("order_id", "sku_folded")
    held = {(pk, sku): units for pk, sku, units in rows.values_list("order_id", "sku_folded", "quantity")}
    wanted = {(pk, sku): told for pk, needs in needed.items() for sku, told in needs.items()}
    movements = []
    for at in sorted(held.keys() | wanted.keys()):
        sku, units = wanted.get(at, (at[1], 0))
        change = units - held.get(at, 0)
        if change:
            movements.append(_movement(orders[at[0]], sku, change))
    post(movements, by=by)
    _remember(orders, wanted, held)


def _movement(order: Order, sku: str, units: int) -> Movement:
    event = "virtualCommit" if units > 0 else "virtualRelease"
    return Movement(
        order.organization_id, None, sku, event, committed=units, entity_type="order", entity_id=order.public_id,
        order_id=order.pk,
    )  # fmt: skip


def _remember(
    orders: Mapping[int, Order],
    wanted: Mapping[tuple[int, str], tuple[str, int]],
    held: Mapping[tuple[int, str], int],
) -> None:
    gone = [at for at in held if at not in wanted]
    if gone:
        with connection.cursor() as cursor:
            cursor.execute(_FORGET, [list(column) for column in zip(*gone, strict=True)])
    first = dict(sorted(wanted, reverse=True))  # with it alone, a new version costs one row
    rows = [
        (orders[pk].organization_id, pk, sku, units, orders[pk].version if first[pk] == sku else None)
        for (pk, sku), (_written, units) in sorted(wanted.items())
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_REMEMBER, [list(column) for column in zip(*rows, strict=True)])


_FORGET = """
DELETE FROM orders_virtualcommit v USING unnest(%s::bigint[], %s::text[]) AS g(order_id, sku_folded)
WHERE v.order_id = g.order_id AND v.sku_folded = g.sku_folded
"""

_REMEMBER = """
INSERT INTO orders_virtualcommit AS v (organization_id, order_id, sku_folded, quantity, order_version)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::int[], %s::int[])
ON CONFLICT (order_id, sku_folded)
DO UPDATE SET quantity = excluded.quantity, order_version = excluded.order_version
WHERE (v.quantity, v.order_version) IS DISTINCT FROM (excluded.quantity, excluded.order_version)
"""


def _needed(organization_id: int, orders: Sequence[Order]) -> dict[int, Needs]:
    """Return what each order needs, by its id: what is open of its lines, bundles as their components."""
    open_ones = [order for order in orders if order.status in NEEDS_STOCK and order.deleted_at is None]
    asked = asked_of([order.pk for order in open_ones])
    became = {order.pk: tally(order.content, asked.get(order.pk, ())) for order in open_ones}
    lines = {order.pk: _open_lines(order, became[order.pk]) for order in open_ones}
    begun = {fold(one.bundle_sku) for some in asked.values() for one in some if one.bundle_sku}
    parts = parts_of(organization_id, {fold(sku) for some in lines.values() for sku, _units in some} | begun)
    missing = {
        order.pk: _missing(order, asked.get(order.pk, ()), became[order.pk], parts) for order in open_ones if begun
    }
    skus = {fold(sku) for some in lines.values() for sku, _units in some}
    left_out = untracked(organization_id, skus | {part.sku_folded for some in parts.values() for part in some})
    return {pk: _exploded(some, parts, left_out, missing.get(pk, ())) for pk, some in lines.items()}


def _open_lines(order: Order, became: Mapping[str, Became]) -> list[tuple[str, int]]:
    """Return SKU and open units of an order's lines; a part of a unit counts as one."""
    return [
        (line["sku"], ceil(became[line["uniqueId"]].open))
        for line in order.content.get("lineItems", ())
        if line.get("sku") and line["uniqueId"] in became and became[line["uniqueId"]].open > 0
    ]


def _missing(order: Order, asked: Sequence[Asked], became: Mapping[str, Became], parts: Parts) -> list[tuple[str, int]]:
    """Return SKU and units of components that bundles lack of which others are asked for: no line is open for them."""
    bundles = {sku: tuple(Component(one.sku, one.per) for one in some) for sku, some in parts.items()}
    wanted = {key: one.wanted for key, one in became.items()}
    found = missing_of(order.content, asked, wanted, bundles)
    return [(one.need.sku, ceil(one.need.quantity)) for one in found]


def _exploded(
    lines: Iterable[tuple[str, int]], parts: Parts, left_out: frozenset[str], missing: Iterable[tuple[str, int]]
) -> Needs:
    found: Needs = {}
    whole = [(parts.get(fold(sku)) or (Part(sku, fold(sku), 1),), units) for sku, units in lines]
    for some, units in [*whole, *(((Part(sku, fold(sku), 1),), units) for sku, units in missing)]:
        for part in some:
            if part.sku_folded and part.sku_folded not in left_out:
                before = found.get(part.sku_folded, (part.sku, 0))[1]
                found[part.sku_folded] = part.sku, before + units * part.per
    return found
