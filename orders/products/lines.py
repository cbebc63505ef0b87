"""Lists as people write them: prices, options and components, one a line or one behind the other. Pure."""

import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from orders.products.write import Part
from portal.kit.json import Json
from portal.kit.text import storable

_PRICE = re.compile(r"(?:(?P<name>[^:]{1,300}):)?\s*(?P<value>\d{1,12}(?:\.\d{1,6})?)\s*(?P<currency>[A-Za-z]{3})?")
_PART = re.compile(r"(?P<quantity>\d{1,6})\s*[x×*]\s*(?P<sku>\S.*)")


def plain(text: str) -> list[str]:
    """Return the lines that are not blank."""
    return [line.strip() for line in storable(text).splitlines() if line.strip()]


def options(text: str) -> list[Json]:
    """Read `Size: L`, one a line. Raises ValueError with a sentence."""
    return [_option(line) for line in plain(text)]


def _option(line: str) -> Json:
    name, colon, value = line.partition(":")
    if not colon or not name.strip() or not value.strip():
        raise ValueError(_("“%(line)s” is no option. Write a name, a colon and a value: Size: L") % {"line": line[:60]})
    return {"name": name.strip(), "value": value.strip()}


def of_options(told: Sequence[Json]) -> str:
    """Write options one a line."""
    return "\n".join(f"{one['name']}: {one['value']}" for one in told)


def prices(text: str) -> list[Json]:
    """Read `9.50 GBP` and `Wholesale: 7.00 GBP`, one a line. Raises ValueError with a sentence."""
    return [_price(line) for line in plain(text)]


def _price(line: str) -> Json:
    match = _PRICE.fullmatch(line)
    if match is None:
        raise ValueError(_("“%(line)s” is no price. Write an amount and a currency: 9.50 GBP") % {"line": line[:60]})
    told = {"name": (match["name"] or "").strip(), "currency": (match["currency"] or "").upper()}
    return {"value": match["value"]} | {key: value for key, value in told.items() if value}


def of_prices(told: Sequence[Json]) -> str:
    """Write prices one a line."""
    return "\n".join(_written(one) for one in told)


def _written(price: Json) -> str:
    name = f"{price['name']}: " if price.get("name") else ""
    return f"{name}{price['value']} {price.get('currency', '')}".strip()


def components(text: str) -> list[Part]:
    """Read `2 × LEAF, 1 × TIN`; a SKU without a quantity counts once. Raises ValueError with a sentence."""
    found = []
    for piece in re.split(r"[,;\n]", storable(text)):
        if not piece.strip():
            continue
        match = _PART.fullmatch(piece.strip())
        quantity, sku = (int(match["quantity"]), match["sku"]) if match else (1, piece.strip())
        if not 0 < quantity <= 100_000:
            raise ValueError(_("“%(piece)s”: the quantity must be from 1 to 100,000.") % {"piece": piece.strip()[:60]})
        found.append(Part(sku.strip(), quantity))
    return found


def of_components(parts: Sequence[Any]) -> str:
    """Write components one behind the other."""
    return ", ".join(f"{one.quantity} × {one.sku}" for one in parts)
