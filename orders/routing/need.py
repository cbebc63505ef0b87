"""What an order still needs shipped, line by line. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from orders.documents.dispositions import plain
from orders.requests.tally import Asked
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


@dataclass(frozen=True, slots=True)
class Missing:
    """Units of a component that bundles lack which are begun: their others are asked for elsewhere."""

    need: Need
    bundle_sku: str
    per_bundle: int


def missing_of(
    document: Json,
    asked: Iterable[Asked],
    wanted: Mapping[str, int | Decimal],
    bundles: Mapping[str, tuple[Component, ...]],
    *,
    known: Mapping[str, str] | None = None,
) -> list[Missing]:
    """Return what is missing of begun bundles, after the part of one warehouse was canceled, refused or has failed.

    `asked` are the lines of the order's requests, `wanted` says by `uniqueId` how many bundles are to be shipped at
    all. A bundle counts as begun by the component of which most is asked for (`orders.requests.tally`), so nothing
    of it is open as a whole. A component that the bundle does not have any more is not asked for again.
    """
    routed: dict[str, dict[str, int | Decimal]] = {}
    for one in asked:
        if one.bundle_sku:
            units = routed.setdefault(one.unique_id, {})
            units[one.sku] = units.get(one.sku, 0) + one.routed
    found = []
    for line in document.get("lineItems") or ():
        units, parts = routed.get(line["uniqueId"], {}), bundles.get(fold(line["sku"]), ())
        begun = max((-(-units.get(fold(part.sku), 0) // part.per) for part in parts), default=0)
        place = _pre_routed(document, line)
        at = (known or {}).get(place, place) if place else None
        for part in parts if units else ():
            lacking = min(begun, wanted.get(line["uniqueId"], 0)) * part.per - units.get(fold(part.sku), 0)
            if lacking > 0:
                need = Need(line["uniqueId"], part.sku, plain(lacking), (), at, part.tracked)
                found.append(Missing(need, line["sku"], part.per))
    return found


def _pre_routed(document: Json, line: Json) -> str | None:
    """Return the location that the line, or else the order, is to be shipped from without being asked."""
    if not (document.get("respectLocationId") or line.get("respectLocationId")):
        return None
    return line.get("locationId") or document.get("locationId") or None
