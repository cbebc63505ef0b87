"""Orders whose need of stock was looked at as they are now: they are not looked at a second time.

Two consumers hear of each new order, and of what a hold does to it; the first of them has counted what it needs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from orders.inventory.virtual import NEEDS_STOCK, settle_virtual
from portal.audit.actor import Actor
from portal.events.models import Event

_STATUS_ALONE = frozenset({"/status", "/holdUntil"})


@dataclass(frozen=True, slots=True)
class Passed:
    """The versions of an order between which nothing has changed that it needs."""

    before: int
    after: int


def settle_unknown(
    order_ids: Iterable[int], by: Actor, *, passed: Mapping[int, Passed] | None = None, anew: Iterable[int] = ()
) -> dict[int, int]:
    """Settle (`settle_virtual`) the orders that were not looked at as they are now; returns the versions of all, by id.

    `passed` are versions that count as the ones before them (`passed_by`): an order that has moved on since is told of
    by a later event. Orders that are to be looked at `anew` are, whatever is known of them. Call it as
    `settle_virtual`.
    """
    again, steps = set(anew), passed or {}
    ids = set(order_ids) - again
    with connection.cursor() as cursor:
        cursor.execute(_LOOKED_AT, [sorted(ids)])
        found = {pk: (looked_at, version) for pk, looked_at, version in cursor.fetchall()}
    known = {pk: version for pk, (looked_at, version) in found.items() if looked_at == version}
    later = {
        pk: one.after for pk, one in steps.items() if pk in found.keys() - known.keys() and one.before == found[pk][0]
    }
    others = again | ids - known.keys() - later.keys()
    settled = settle_virtual(others, by) if others else {}
    _remember({pk: steps[pk] for pk in later})
    return known | later | settled


def passed_by(events: Sequence[Event]) -> dict[int, Passed]:
    """Return, by order, what it went through by events that moved it among the statuses that need stock, no more."""
    found: dict[int, Passed] = {}
    for event in events:
        if event.name == "order.updated" and _moved(event):
            before, after = int(event.payload["from"]), event.entity_version
            earlier = found.get(event.entity_id)
            begins = earlier.before if earlier and earlier.after == before else before
            found[event.entity_id] = Passed(begins, after)
    return found


def _moved(event: Event) -> bool:
    statuses = event.payload.get("status") or ("",)
    return NEEDS_STOCK.issuperset(statuses) and _STATUS_ALONE.issuperset(event.payload.get("changes", ("",)))


def _remember(passed: Mapping[int, Passed]) -> None:
    if passed:
        rows = [(pk, one.before, one.after) for pk, one in passed.items()]
        with connection.cursor() as cursor:
            cursor.execute(_REMEMBER, [list(column) for column in zip(*rows, strict=True)])


_LOOKED_AT = """
SELECT o.id, v.order_version, o.version FROM orders_virtualcommit v JOIN orders_order o ON o.id = v.order_id
WHERE v.order_id = ANY(%s) AND v.order_version IS NOT NULL
"""

_REMEMBER = """
WITH free AS MATERIALIZED (
    SELECT v.id, g.after FROM orders_virtualcommit v
    JOIN unnest(%s::bigint[], %s::int[], %s::int[]) AS g(order_id, before, after)
      ON g.order_id = v.order_id AND g.before = v.order_version
    FOR UPDATE OF v SKIP LOCKED)
UPDATE orders_virtualcommit v SET order_version = free.after FROM free WHERE v.id = free.id
"""
"""Without the orders' locks, so nobody is waited for; whom it passes over the watch looks at once more."""
