"""What fulfillments say of requests that are here, and what warehouses call our SKUs."""

import datetime as dt
from collections.abc import Collection, Iterable
from decimal import Decimal

from django.db import connection

from orders.models import Fulfillment, Publication, ShippingRequestLine, Source
from portal.kit.json import Json
from portal.kit.text import fold


def rejected(request_ids: Iterable[int]) -> dict[int, dict[int, Decimal]]:
    """Return how many units of each line warehouses could not ship, by request and the line's position."""
    ids = list(request_ids)
    with connection.cursor() as cursor:
        cursor.execute(_REJECTED, [ids])
        units = {(pk, unique_id, sku): amount for pk, unique_id, sku, amount in cursor.fetchall()}
    lines = ShippingRequestLine.across.filter(request_id__in={key[0] for key in units})
    return by_position(units, lines.order_by("request_id", "position")) if units else {}


def rejected_of(rows: Iterable[Fulfillment], lines: Iterable[ShippingRequestLine]) -> dict[int, dict[int, Decimal]]:
    """Return the same from fulfillments and lines, by request and position, that have been read already."""
    units: dict[tuple[int, str, str], Decimal] = {}
    for one in rows:
        for item in one.content.get("lineItems", ()) if one.kind == Fulfillment.Kind.REJECTED else ():
            key = (one.request_id or 0, item.get("uniqueId") or "", item.get("sku") or "")
            units[key] = units.get(key, Decimal(0)) + Decimal(item.get("quantity", 0))
    return by_position(units, lines)


def by_position(
    units: dict[tuple[int, str, str], Decimal], lines: Iterable[ShippingRequestLine]
) -> dict[int, dict[int, Decimal]]:
    """Share rejected units out among lines, as they come; what was shared out is taken from `units`."""
    found: dict[int, dict[int, Decimal]] = {}
    for line in lines:
        key = (line.request_id, line.unique_id, line.sku)
        taken = min(units.get(key, Decimal(0)), line.quantity)
        if taken > 0:
            units[key] -= taken
            found.setdefault(line.request_id, {})[line.position] = taken
    return found


_REJECTED = """
SELECT f.request_id, item->>'uniqueId', item->>'sku', sum((item->>'quantity')::numeric)
FROM orders_fulfillment f, jsonb_array_elements(f.content->'lineItems') AS item
WHERE f.request_id = ANY(%s) AND f.kind = 'rejected'
GROUP BY 1, 2, 3
"""


def aliases(source: Source | None, skus: Collection[str]) -> dict[str, str]:
    """Return our folded SKUs by the folded ones of a source, as products are published there.

    Switched off counts as well: what was sent under that name is shipped under it.
    """
    if source is None or not skus:
        return {}
    rows = Publication.across.filter(source=source, sku_folded__in=skus, product__deleted_at=None)
    return dict(rows.values_list("sku_folded", "product__sku_folded"))


def put_aside(order_ids: Iterable[int]) -> dict[tuple[int, str, str], Decimal]:
    """Return what was shipped and counts no more, by request, line and folded SKU.

    A person who marks an order unfulfilled puts aside all that was reported until then (`unfulfilledAt`).
    """
    with connection.cursor() as cursor:
        cursor.execute(_ASIDE, [list(order_ids)])
        return {(pk, unique_id, fold(sku)): amount for pk, unique_id, sku, amount in cursor.fetchall()}


def is_put_aside(one: Fulfillment, content: Json) -> bool:
    """Say whether a parcel counts no more, by the document of its order: the same for one that has been read."""
    since = content.get("unfulfilledAt")
    return since is not None and one.created_at < dt.datetime.fromisoformat(since) + dt.timedelta(milliseconds=1)


_ASIDE = """
SELECT f.request_id, item->>'uniqueId', item->>'sku', sum((item->>'quantity')::numeric)
FROM orders_order o JOIN orders_fulfillment f ON f.order_id = o.id,
     jsonb_array_elements(f.content->'lineItems') AS item
WHERE o.id = ANY(%s) AND o.content ? 'unfulfilledAt' AND f.kind = 'shipped' AND f.request_id IS NOT NULL
  AND f.created_at < (o.content->>'unfulfilledAt')::timestamptz + interval '1 millisecond'
GROUP BY 1, 2, 3
"""
"""Documents write instants to the millisecond, so the one that was begun counts as past."""
