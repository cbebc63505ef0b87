"""Stock of shipping requests: committed when they are made, given back when they are canceled.

What a request holds is what the ledger says of it and of its fulfillments, so each is released exactly once and
never more than it was committed, however often it is asked for; what is shipped is taken off by
`orders.fulfillments.stock`. Call all of these with the requests locked
(order → shipping requests → inventory levels), for all requests of a transaction at once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection

from orders.inventory.bundles import untracked
from orders.inventory.levels import Level, Levels, lock_levels
from orders.inventory.movements import Movement, key
from orders.inventory.post import post
from orders.models import Location, ShippingRequest, ShippingRequestLine
from portal.audit.actor import Actor
from portal.kit.text import fold

REQUEST = "shippingRequest"
FULFILLMENT = "fulfillment"


@dataclass(frozen=True, slots=True)
class Missing:
    """What a location has too little of."""

    location_id: int
    sku: str
    wanted: int
    there: int


class NotEnough(ValueError):
    """There is less stock than is to be committed; `missing` says where and of what."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        told = ", ".join(f"{one.there} of {one.wanted} × {one.sku}" for one in missing)
        super().__init__(f"There is not enough stock: {told}.")
        self.missing = tuple(missing)


@dataclass(slots=True)
class Held:
    """Units of one SKU that a request holds."""

    committed: int = 0
    future: int = 0


def commit(requests: Sequence[ShippingRequest], *, by: Actor, check: bool = True) -> None:
    """Commit the lines of requests at their locations (`ship`; on future stock also `futureShip`).

    A request on future stock takes what is available first and future units for the rest. Lines that are not
    whole units, and SKUs of which a location has no record, are not counted. With `check`, raises NotEnough before
    anything is written where less is there; a location with infinite availability always has enough. Called twice
    for a version of a request, it commits once.
    """
    counting = _counting(requests)
    lines = _lines(counting)
    for organization_id in sorted({one.organization_id for one in counting}):
        some = [one for one in counting if one.organization_id == organization_id]
        levels = _lock(organization_id, some, (sku for one in some for sku in lines.get(one.pk, ())))
        post(_committed(some, lines, levels, check=check), by=by)


def release(requests: Sequence[ShippingRequest], *, by: Actor) -> set[int]:
    """Turn what requests hold of future stock into real commitments, where all of it is available by now.

    A request for which anything is missing is left as it is. Returns the ids of those that hold nothing of the
    future any more: they can be sent.
    """
    held = held_by(requests)
    done: set[int] = set()
    for organization_id in sorted({one.organization_id for one in requests}):
        some = [one for one in requests if one.organization_id == organization_id]
        levels = _lock(organization_id, some, (sku for one in some for sku in held.get(one.pk, ())))
        free = {at: level.on_hand - level.committed for at, level in levels.items()}
        movements: list[Movement] = []
        for one in some:
            waits = {(sku, one.location_id): n.future for sku, n in held.get(one.pk, {}).items() if n.future > 0}
            if all(free.get(at, 0) >= units for at, units in waits.items()):
                done.add(one.pk)
                for at, units in waits.items():
                    free[at] -= units
                    movements.append(
                        _movement(one, levels[at].sku, "release", committed=units, committed_future=-units)
                    )
        post(movements, by=by)
    return done


def cancel(requests: Sequence[ShippingRequest], *, by: Actor, restock: bool = True) -> None:
    """Give back what canceled requests still hold.

    With `restock` it is available again (`shipCancelRestock`). Without, it counts as gone: it leaves what is on
    hand as well (`shipCancel`). Future units that were held are free again in either case (`futureShipCancel`).
    """
    held = held_by(requests)
    for organization_id in sorted({one.organization_id for one in requests}):
        some = [one for one in requests if one.organization_id == organization_id]
        levels = _lock(organization_id, some, (sku for one in some for sku in held.get(one.pk, ())))
        post([move for one in some for move in _returned(one, held.get(one.pk, {}), levels, restock)], by=by)


def held_by(requests: Iterable[ShippingRequest]) -> dict[int, dict[str, Held]]:
    """Return what requests hold by the ledger: by the request's id and folded SKU; nothing: left out."""
    found: dict[int, dict[str, Held]] = {}
    ids = [one.pk for one in requests]
    if not ids:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [ids])
        for pk, sku, committed, future in cursor.fetchall():
            found.setdefault(pk, {})[sku] = Held(max(committed, 0), max(future, 0))
    return found


_HELD = """
SELECT r.id, v.sku_folded, sum(e.committed), sum(e.committed_future)
FROM orders_shippingrequest r
CROSS JOIN LATERAL (SELECT r.public_id AS id
                    UNION ALL SELECT f.public_id FROM orders_fulfillment f WHERE f.request_id = r.id) AS named
JOIN orders_ledgerentry e
  ON e.entity_id = named.id AND e.entity_id <> '' AND e.organization_id = r.organization_id
JOIN orders_inventorylevel v ON v.id = e.level_id
WHERE r.id = ANY(%s)
GROUP BY r.id, v.sku_folded
HAVING sum(e.committed) > 0 OR sum(e.committed_future) > 0
ORDER BY r.id, v.sku_folded
"""
"""By SKU, not by level: when two locations were merged, what was committed has moved and the ledger has not."""


def _lines(requests: Sequence[ShippingRequest]) -> dict[int, dict[str, tuple[str, int]]]:
    """Return SKU and units by request and folded SKU; lines that are not whole are left out."""
    rows = ShippingRequestLine.across.filter(request__in=[one.pk for one in requests])
    found: dict[int, dict[str, tuple[str, int]]] = {}
    for pk, sku, folded, quantity in rows.order_by("request_id", "position").values_list(
        "request_id", "sku", "sku_folded", "quantity"
    ):
        if quantity == int(quantity):
            of_request = found.setdefault(pk, {})
            of_request[folded] = sku, of_request.get(folded, ("", 0))[1] + int(quantity)
    return found


def _lock(organization_id: int, requests: Sequence[ShippingRequest], skus: Iterable[str]) -> Levels:
    return lock_levels(organization_id, skus, {one.location_id for one in requests})


def _committed(
    requests: Sequence[ShippingRequest], lines: Mapping[int, Mapping[str, tuple[str, int]]], levels: Levels,
    *, check: bool,
) -> list[Movement]:  # fmt: skip
    """Return the movements, in the order of the requests; each leaves less for the next. Raises NotEnough."""
    endless = _Endless(requests, lines)
    free = {
        at: (level.on_hand - level.committed, level.future - level.committed_future) for at, level in levels.items()
    }
    movements: list[Movement] = []
    missing: list[Missing] = []
    for one in requests:
        for folded, (sku, units) in lines.get(one.pk, {}).items():
            at = folded, one.location_id
            now, later = _split(units, *free.get(at, (0, 0)), on_future=one.on_future)
            there = sum(free.get(at, (0, 0))) if one.on_future else free.get(at, (0, 0))[0]
            if check and units > there and not endless.covers(one.location_id, folded):
                missing.append(Missing(one.location_id, sku, units, max(there, 0)))
            elif at in free:
                free[at] = free[at][0] - now, free[at][1] - later
                movements += _commitment(one, sku, now, later)
    if missing:
        raise NotEnough(missing)
    return movements


def _split(units: int, available: int, future: int, *, on_future: bool) -> tuple[int, int]:
    """Return how many units are committed now, and how many of the future."""
    now = min(units, max(available, 0)) if on_future else units
    return now, units - now


def _counting(requests: Sequence[ShippingRequest]) -> list[ShippingRequest]:
    """Return the requests that commit stock; of those on future stock only what holds nothing yet.

    How much of theirs is of the future depends on the moment, so the keys of the ledger alone do not stop a repeat.
    """
    held = held_by([one for one in requests if one.on_future])
    return [one for one in requests if one.commits_stock and one.pk not in held]


def _commitment(one: ShippingRequest, sku: str, now: int, later: int) -> Iterator[Movement]:
    """Yield what is committed of one SKU, once for a version of the request."""
    named = one.public_id, one.version, fold(sku)
    if now:
        yield _movement(one, sku, "ship", committed=now, key=key("ship", *named))
    if later:
        yield _movement(one, sku, "futureShip", committed_future=later, key=key("futureShip", *named))


def _returned(one: ShippingRequest, held: Mapping[str, Held], levels: Levels, restock: bool) -> Iterator[Movement]:
    for sku, units in held.items():
        level = levels.get((sku, one.location_id))
        if level is None:
            continue
        now, later = _at_most(level, units.committed, units.future)
        if now:
            gone: dict[str, Any] = {} if restock else {"on_hand": -now}
            event = "shipCancelRestock" if restock else "shipCancel"
            yield _movement(one, level.sku, event, committed=-now, **gone)
        if later:
            yield _movement(one, level.sku, "futureShipCancel", committed_future=-later)


def _at_most(level: Level, committed: int, future: int) -> tuple[int, int]:
    """Return what can be released of a level, and take it off the row in memory: the next one finds less."""
    if level.locked:
        return committed, future  # an entry without units says so
    now, later = min(committed, level.committed), min(future, level.committed_future)
    level.committed -= now
    level.committed_future -= later
    return now, later


class _Endless:
    """Where there is always enough: infinite locations, products that are not counted. Read only when it matters."""

    def __init__(self, requests: Sequence[ShippingRequest], lines: Mapping[int, Iterable[str]]) -> None:
        self._requests, self._lines = requests, lines

    def covers(self, location_id: int, folded: str) -> bool:
        return location_id in self._locations or folded in self._skus

    @cached_property
    def _locations(self) -> frozenset[int]:
        asked = {one.location_id for one in self._requests}
        return frozenset(Location.across.filter(pk__in=asked, infinite=True).values_list("pk", flat=True))

    @cached_property
    def _skus(self) -> frozenset[str]:
        asked = {sku for one in self._requests for sku in self._lines.get(one.pk, ())}
        return untracked(self._requests[0].organization_id, asked)


def _movement(one: ShippingRequest, sku: str, event: str, *, key: str | None = None, **units: Any) -> Movement:
    return Movement(
        one.organization_id, one.location_id, sku, event, entity_type=REQUEST, entity_id=one.public_id,
        order_id=one.order_id, key=key, **units,
    )  # fmt: skip
