"""A small world to decide in: three locations, stock as `{"tea": (3, 2, 0)}`, cards by a few words."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from orders.routing.card import Card, Destination, load
from orders.routing.decide import Decision, decide
from orders.routing.need import Component, Need
from orders.routing.place import Place, Stock
from orders.routing.regions import Region

NOW = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
RENO, NEWARK, LEEDS = (Place(name.lower(), index, name) for index, name in enumerate(("Reno", "Newark", "Leeds")))
PLACES = {place.id: place for place in (RENO, NEWARK, LEEDS)}
ALL = tuple(PLACES)


def places(**changes: Mapping[str, Any]) -> dict[str, Place]:
    """Return the three locations with changes: `places(reno={"paused": True})`."""
    return {key: replace(place, **changes.get(key, {})) for key, place in PLACES.items()}


def shelf(**units: Sequence[int | tuple[int, int]]) -> dict[tuple[str, int], Stock]:
    """Return stock at Reno, Newark, Leeds: units available, or (available, future)."""
    return {
        (sku.replace("_", " "), index): Stock(*(one if isinstance(one, tuple) else (one,)))
        for sku, row in units.items()
        for index, one in enumerate(row)
    }


def card(name: str = "Card", *location_ids: str, regions: Sequence[Region] = (), **switches: Any) -> Card:
    """Return a card over these locations, all three by default."""
    return Card(name, name, (Destination(location_ids or ALL, tuple(regions)),), **switches)


def filtered(name: str, field: str, value: str, *location_ids: str) -> Card:
    """Return a card for orders where a field equals a value."""
    condition = {"field": field, "operator": "equals", "value": value}
    tree = {"version": 1, "root": {"match": "all", "items": [condition]}}
    return load(name, name, {"destinations": [{"locations": list(location_ids or ALL)}], "filter": tree})


def needs(*, pre_routed: str | None = None, **quantities: int) -> list[Need]:
    """Return a line for each SKU."""
    return [Need(sku, sku.upper(), quantity, pre_routed=pre_routed) for sku, quantity in quantities.items()]


def kit(quantity: int = 1, **components: int) -> Need:
    """Return a line of a bundle KIT."""
    return Need("kit", "KIT", quantity, tuple(Component(sku.upper(), per) for sku, per in components.items()))


def decided(cards: Sequence[Card], lines: Sequence[Need], stock: Mapping[Any, Stock], **more: Any) -> Decision:
    """Decide in the three locations, unless told otherwise."""
    document = more.pop("document", {"shippingAddress": {"country": "US", "stateOrProvince": "NV"}})
    return decide(cards, lines, more.pop("places", PLACES), stock, document, now=NOW, **more)


def shipped(decision: Decision) -> dict[str, dict[str, Any]]:
    """Return what each location ships: `{"reno": {"TEA": 3}}`."""
    return {part.location.id: {line.sku: line.quantity for line in part.lines if line.sku} for part in decision.parts}
