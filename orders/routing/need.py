"""What an order still needs shipped, line by line. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from orders.documents.dispositions import plain
from portal.kit.json import Json
from portal.kit.text import fold


@dataclass(frozen=True, slots=True)
class Component:
    """One SKU of a bundle, and how many units of it one bundle holds."""

    sku: str
    per: int
    tracked: bool = True


@dataclass(frozen=True, slots=True)
class Need:
    """The open part of one order line."""

    unique_id: str
    sku: str
    quantity: int | Decimal
    bundle: tuple[Component, ...] = ()
    """What the SKU is made of; one component alone makes it an alias of that SKU (behaviour.md 5.6)."""
    pre_routed: str | None = None
    """Public ID of the location that the channel has settled on (behaviour.md 5.5)."""
    tracked: bool = True
    """False where stock of the SKU is not counted (`inventoryNotTracked`): there is always enough."""

    @property
    def whole(self) -> bool:
        """Say whether the quantity can be met from stock, which is counted in whole units."""
        return self.quantity == int(self.quantity)


def needs_of(
    document: Json,
    open_quantity: Mapping[str, int | Decimal],
    bundles: Mapping[str, tuple[Component, ...]],
    *,
    untracked: frozenset[str] = frozenset(),
    known: Mapping[str, str] | None = None,
) -> list[Need]:
    """Return what an order's document still needs shipped, in the order of its lines.

    `open_quantity` says by `uniqueId` how much of a line is open, a line that it does not name is
    closed; `bundles` and `untracked` go by folded SKU; `known` turns the location IDs of the order's
    channel into public IDs. Lines that need no shipping are left out (behaviour.md 5.5).
    """
    found = []
    for line in document.get("lineItems") or ():
        quantity = open_quantity.get(line["uniqueId"], 0)
        if quantity <= 0 or not line.get("requiresShipping", True):
            continue
        sku = fold(line["sku"])
        place = _pre_routed(document, line)
        found.append(
            Need(
                line["uniqueId"],
                line["sku"],
                plain(quantity),
                bundles.get(sku, ()),
                (known or {}).get(place, place) if place else None,
                sku not in untracked,
            )
        )
    return found


def names_location(document: Json) -> bool:
    """Say whether an order names a location that something of it is to be shipped from, whatever cards there are."""
    return any(_pre_routed(document, line) for line in document.get("lineItems") or ())


NAMES_LOCATION_SQL = """EXISTS (
    SELECT 1 FROM jsonb_array_elements(coalesce(o.content->'lineItems', '[]')) AS l
    WHERE (o.content->'respectLocationId' = 'true' OR l->'respectLocationId' = 'true')
      AND coalesce(nullif(l->>'locationId', ''), o.content->>'locationId', '') <> '')"""
"""The same of an order `o`."""


def _pre_routed(document: Json, line: Json) -> str | None:
    """Return the location that the line, or else the order, is to be shipped from without being asked."""
    if not (document.get("respectLocationId") or line.get("respectLocationId")):
        return None
    return line.get("locationId") or document.get("locationId") or None
