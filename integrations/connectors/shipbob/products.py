"""From ShipBob's products to the things that it keeps, and from a product of ours to one that it makes. Pure.

A product there has variants; each is kept, ordered and counted by itself, by a SKU of its own.
"""

from decimal import Decimal

from integrations.capabilities import ItemRecord
from integrations.connectors.shipbob.reading import number, part, parts, text
from portal.kit.json import Json

REGULAR = 1
_ACTIVE = "active"
_LONGEST = 300
_OUNCES = {"oz": Decimal(1), "lb": Decimal(16), "g": Decimal("0.03527396195"), "kg": Decimal("35.27396195")}
_INCHES = {"in": Decimal(1), "ft": Decimal(12), "cm": 1 / Decimal("2.54")}
_SIDES = ("length", "width", "height")


def items(product: Json) -> list[ItemRecord]:
    """Return what is kept of one product; nothing of what can neither be named nor be ordered. Raises DoesNotFit."""
    found = [_item(product, one) for one in parts(product, "variants")]
    return [one for one in found if one.sku or one.active]


def _item(product: Json, variant: Json) -> ItemRecord:
    name, own = text(product, "name"), text(variant, "name")
    stock = part(variant, "inventory")
    return ItemRecord(
        id=str(number(variant, "id")),
        sku=text(variant, "sku")[:_LONGEST],
        name=own if not name or own.casefold().startswith(name.casefold()) else f"{name}, {own}" if own else name,
        number=text(stock, "inventory_id"),
        parent=str(number(product, "id")),
        active=text(variant, "status").casefold() in ("", _ACTIVE),
    )


def made(document: Json) -> Json:
    """Return the body that makes a product there, from the canonical document with SKU and name as they are there."""
    variant: Json = {"sku": document["sku"], "name": document["name"][:_LONGEST], "upc": document.get("upc")}
    variant["weight"] = _measure(document, "weight", _OUNCES.get(document.get("weightUnit") or ""))
    sides = {side: _measure(document, side, _INCHES.get(document.get("dimensionsUnit") or "")) for side in _SIDES}
    if all(value is not None for value in sides.values()):
        variant["dimension"] = sides
    customs = {
        "country_code_of_origin": document.get("countryOfOrigin"),
        "hs_tariff_code": document.get("harmonizedCode"),
    }
    if any(customs.values()):
        variant["customs"] = {key: value for key, value in customs.items() if value}
    told = {key: value for key, value in variant.items() if value is not None}
    return {"name": document["name"][:_LONGEST], "type_id": REGULAR, "variants": [told]}


def _measure(document: Json, name: str, each: Decimal | None) -> Decimal | None:
    value = document.get(name)
    return round(Decimal(str(value)) * each, 2) if value is not None and each is not None else None
