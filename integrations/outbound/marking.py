"""Which numbers may have to change: each change of stock marks its SKUs, and nothing is computed here.

What a channel may promise is computed when it is told (`integrations.outbound.stock`), so many changes of one SKU
are told once, and never an older number after a newer one.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from typing import Any

from django.db import connection

from integrations.models import StockChannel
from integrations.models.stock import StockNumber
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.inventory.known import settle_unknown
from orders.models import BundleItem, Order, OrderLine, Product, Publication
from orders.products.skus import our_skus
from portal.audit.actor import Actor
from portal.events.dispatch import consumer
from portal.events.models import Event
from portal.kit.jobs import ring
from portal.kit.text import fold

NAME = "stock"
BELL = "stock to tell"
SYSTEM = Actor.system("Inventory Engine")
EVENTS = ("order.created", "order.updated", "order.deleted", "inventory.changed", "product.created", "product.updated")
PAUSE = 1
"""Seconds before a marked number is told: changes that belong together come together."""
CLOCK = 2
"""Seconds within which an order and a look cannot be put in order: channels tell whole seconds."""
_TAKES_BACK = ("/lineItems", "/status", "/paymentStatus")
"""Changes by the channel after which it may have put units back, or taken more."""


def wanted(organization_id: int, event_name: str) -> bool:
    """Say whether an organization tells any channel of its stock."""
    return StockChannel.across.filter(organization_id=organization_id, active=True).exists()


def parked(event: Event, error: str) -> None:
    """Tell people that a change of stock was not looked at."""
    title = "Channels could not be told of a change of stock"
    problem = Problem("event_parked", event.organization_id, f"{NAME}:{event.pk}", title, error)
    raise_exceptions([problem])


def heeded(event_name: str, payload: Mapping[str, Any]) -> bool:
    """Say whether an event may change what a channel may promise, or what it shows: what is shipped does neither."""
    if event_name == "order.updated":
        return _took_back(payload)
    return event_name != "inventory.changed" or "promised" in payload


@consumer(NAME, events=EVENTS, on_parked=parked, wants=wanted, heeds=heeded)
def listen(events: Sequence[Event]) -> None:
    """Mark what the events of one organization may have changed, and note what channels have sold themselves."""
    organization_id = events[0].organization_id
    lock(organization_id)
    active = StockChannel.across.filter(organization_id=organization_id, active=True).select_related("source")
    channels = {one.source_id: one for one in active}
    orders = [one for one in events if one.entity_type == "order"]
    if orders:
        _listen_to_orders(orders, channels)
    changed = [one.payload for one in events if one.name == "inventory.changed"]
    # An event that an earlier version wrote, and that waits since then, speaks of its own SKU alone.
    skus = {str(sku) for payload in changed for sku in payload.get("promised", [payload["sku"]])}
    products = [one.entity_id for one in events if one.entity_type == "product"]
    skus |= set(Product.across.filter(pk__in=products).values_list("sku", flat=True))
    if skus:
        mark(channels.values(), skus)


def mark(channels: Iterable[StockChannel], skus: Iterable[str]) -> int:
    """Have SKUs, and the bundles that hold them, told to channels of one organization. Returns how many numbers."""
    known = {fold(sku): sku for sku in skus}
    count = 0
    for channel in channels:
        bundles = BundleItem.across.filter(organization_id=channel.organization_id, sku_folded__in=list(known))
        every = known | dict(bundles.values_list("bundle__sku_folded", "bundle__sku"))
        count += _mark(channel, every)
    if count:
        ring(BELL)
    return count


def lock(organization_id: int) -> None:
    """Let one at a time read and note the numbers of an organization, until the transaction ends.

    So nobody computes between a channel's sale and what that sale leaves to promise.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('integrations.stock'), %s)", [organization_id % 2**31])


def mark_all(channel: StockChannel, *, look: bool) -> int:
    """Have every number of a channel computed anew, those of SKUs that are new to it as well. Returns how many.

    With `look` each is compared with what the channel shows.
    """
    lock(channel.organization_id)
    count = _mark(channel, _all_of(channel))
    if look:
        StockNumber.across.filter(channel=channel).update(look=True, checking=True, looked=None)
    if count:
        ring(BELL)
    return count


def mark_new(channel: StockChannel) -> int:
    """Have the SKUs told that belong to a channel and have no number there yet. Returns how many."""
    lock(channel.organization_id)
    known = set(StockNumber.across.filter(channel=channel).values_list("sku_folded", flat=True))
    count = _mark(channel, {folded: sku for folded, sku in _all_of(channel).items() if folded not in known})
    if count:
        ring(BELL)
    return count


def _all_of(channel: StockChannel) -> dict[str, str]:
    """Return the SKUs that a channel is told of, by their folded form."""
    skus = Publication.across.filter(source_id=channel.source_id, product__deleted_at=None).exclude(
        state=Publication.State.DISABLED
    )
    every = dict(skus.values_list("product__sku_folded", "product__sku"))
    if channel.by_sku:
        every |= _counted(channel.organization_id)
    return every


def _counted(organization_id: int) -> dict[str, str]:
    """Return the SKUs that are counted at a location, by their folded form."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sku_folded, min(sku) FROM orders_inventorylevel "
            "WHERE organization_id = %s AND location_id IS NOT NULL GROUP BY 1",
            [organization_id],
        )
        return dict(cursor.fetchall())


def _mark(channel: StockChannel, skus: Mapping[str, str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            _MARK,
            {
                "organization": channel.organization_id, "channel": channel.pk, "source": channel.source_id,
                "by_sku": channel.by_sku, "folded": sorted(skus), "skus": [skus[one] for one in sorted(skus)],
                "pause": PAUSE,
            },
        )  # fmt: skip
        return int(cursor.rowcount)


_MARK = """
INSERT INTO integrations_stocknumber AS n
    (organization_id, channel_id, sku, sku_folded, state, attempts, next_at)
SELECT %(organization)s, %(channel)s, g.sku, g.folded, 'pending', 0, clock_timestamp() + %(pause)s * interval '1 s'
FROM unnest(%(folded)s::text[], %(skus)s::text[]) AS g(folded, sku)
WHERE %(by_sku)s OR EXISTS (
    SELECT 1 FROM orders_publication u JOIN orders_product p ON p.id = u.product_id
    WHERE u.source_id = %(source)s AND p.sku_folded = g.folded AND p.deleted_at IS NULL AND u.state <> 'disabled')
ORDER BY g.folded
ON CONFLICT (channel_id, sku_folded) DO UPDATE SET
    wanted = n.wanted + 1,
    next_at = CASE WHEN n.state = 'done' THEN excluded.next_at ELSE n.next_at END,
    state = CASE WHEN n.state = 'done' THEN 'pending' ELSE n.state END
"""
"""A number that is being told stays with its worker, which sees by `wanted` that it has to look once more."""


def _listen_to_orders(events: Sequence[Event], channels: Mapping[int, StockChannel]) -> None:
    """Follow what channels do to their own numbers: a sale is subtracted here too, anything else is looked at."""
    ids = {one.entity_id for one in events}
    own = {one.pk: one for one in Order.across.filter(pk__in=ids, source_id__in=list(channels)).only(*_READ)}
    if not own:
        return
    sold: set[int] = set()
    unsure: set[int] = set()
    for event in events:
        order = own.get(event.entity_id)
        if order is None:
            continue
        if event.name == "order.created":
            if status := event.payload.get("status"):  # without: a draft that was paid, and was sold before
                (unsure if status == "canceled" or not channels[order.source_id].moves else sold).add(order.pk)
        elif event.name == "order.deleted" or _took_back(event.payload):
            unsure.add(order.pk)
    # What the order holds of our stock and what it took from the channel's number become known in one moment:
    # whoever computes between the two would tell the channel of its own sale.
    settle_unknown(sold | unsure, SYSTEM)
    for source_id, channel in channels.items():
        mine = {pk: one for pk, one in own.items() if one.source_id == source_id}
        _note(channel, mine, sold & mine.keys(), unsure & mine.keys())


_READ = ("pk", "source_id", "placed_at", "status")


def _took_back(payload: Mapping[str, Any]) -> bool:
    paths = payload.get("changes", ())
    return payload.get("cause") == "channel" and any(path.startswith(_TAKES_BACK) for path in paths)


def _note(channel: StockChannel, orders: Mapping[int, Order], sold: set[int], unsure: set[int]) -> None:
    lines = OrderLine.across.filter(order_id__in=sold | unsure).exclude(sku="")
    found = [(order_id, sku, ceil(units)) for order_id, sku, units in lines.values_list("order_id", "sku", "quantity")]
    if not found:
        return
    ours = our_skus(channel.source, [sku for _, sku, _ in found])
    rows = [(fold(ours[sku]), units, orders[pk].placed_at, pk in unsure) for pk, sku, units in found]
    with connection.cursor() as cursor:
        columns = [list(column) for column in zip(*rows, strict=True)]
        cursor.execute(_NOTE, [*columns, channel.pk, CLOCK, CLOCK, CLOCK, PAUSE])
    ring(BELL)


_NOTE = """
WITH given AS MATERIALIZED (
    SELECT * FROM unnest(%s::text[], %s::int[], %s::timestamptz[], %s::boolean[]) AS g(sku, units, placed, unsure)),
held AS MATERIALIZED (
    SELECT n.id, n.sku_folded, n.shown_at FROM integrations_stocknumber n
    WHERE n.channel_id = %s AND n.sku_folded IN (SELECT sku FROM given) ORDER BY n.sku_folded FOR UPDATE),
sold AS (
    SELECT h.id,
           coalesce(sum(g.units) FILTER (WHERE NOT g.unsure AND g.placed > h.shown_at + %s * interval '1 s'), 0)
               AS units,
           bool_or(g.unsure OR g.placed BETWEEN h.shown_at - %s * interval '1 s'
                                            AND h.shown_at + %s * interval '1 s') AS unsure
    FROM held h JOIN given g ON g.sku = h.sku_folded GROUP BY h.id)
UPDATE integrations_stocknumber n
SET shown = n.shown - sold.units, look = n.look OR coalesce(sold.unsure, false), wanted = n.wanted + 1,
    next_at = CASE WHEN n.state = 'done' THEN clock_timestamp() + %s * interval '1 s' ELSE n.next_at END,
    state = CASE WHEN n.state = 'done' THEN 'pending' ELSE n.state END
FROM sold WHERE n.id = sold.id
"""
"""An order placed before the number was read is in that number already; what cannot be told apart is read again."""
