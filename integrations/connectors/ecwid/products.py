"""From an Ecwid product to canonical records and back. Pure.

A product whose variations have SKUs of their own is a parent and its children; a variation without one shares SKU and
stock of its product, and is no record. What a variation leaves out it has from its product.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from integrations.connectors.ecwid import money, people
from integrations.connectors.ecwid.api import seconds
from integrations.kit import pages
from integrations.kit.currencies import CODES
from integrations.kit.mapped import DoesNotFit
from orders.records.product import MOST_IMAGES, Price, ProductRecord, VariantOption
from portal.kit.json import Json

_WEIGHTS: Mapping[str, tuple[str, Decimal]] = {
    "KILOGRAM": ("kg", Decimal(1)),
    "GRAM": ("g", Decimal(1)),
    "POUND": ("lb", Decimal(1)),
    "OUNCE": ("oz", Decimal(1)),
    "CARAT": ("g", Decimal("0.2")),
}
_LENGTHS: Mapping[str, tuple[str, Decimal]] = {
    "CM": ("cm", Decimal(1)),
    "MM": ("cm", Decimal("0.1")),
    "IN": ("in", Decimal(1)),
    "YD": ("ft", Decimal(3)),
}
PRICE, COMPARE = "price", "compareAtPrice"
_INHERITED = ("price", "costPrice", "compareToPrice", "weight", "dimensions", "attributes", "unlimited", "quantity")


def product(raw: Json, store: Json, settings: BaseModel) -> tuple[ProductRecord, ...]:
    """Map one product: itself, and each of its variations that has a SKU of its own.

    Raises DoesNotFit, or pydantic's ValidationError, naming the field in the store's words.
    """
    if not isinstance(raw, dict):
        raise DoesNotFit("product", "must be an object")
    if pages.depth_of(raw) > pages.MAX_DEPTH:
        raise DoesNotFit("product", f"must not be nested more than {pages.MAX_DEPTH} levels deep")
    if raw.get("isSampleProduct"):
        return ()
    if not raw.get("sku"):
        raise DoesNotFit("sku", "is missing; give the product a SKU in the store")
    variants = list(_variants(raw))
    kind = "bundle" if raw.get("compositeComponents") else "parent" if variants else "simple"
    own = _record(raw, raw, store, kind=kind, ext_product_api_id=_identifier(raw), source_doc=raw)
    return (own, *(_variant(raw, one, store) for one in variants))


def ids_of(api_id: str) -> tuple[str, str]:
    """Return the numbers of product and variation; the second is empty for a product."""
    product_id, _, variant_id = api_id.partition("-")
    return product_id, variant_id


def variant_id(raw: Json, combination: Json) -> str:
    """Return the API ID of a variation: its own number may be that of a product as well."""
    return f"{raw.get('id')}-{combination.get('id')}"


def variant_of(raw: Json, combination: Json) -> Json:
    """Return a variation with what it has from its product."""
    return {name: raw[name] for name in _INHERITED if name in raw} | combination


def outgoing(document: Json, *, is_variant: bool) -> Json:
    """Return a canonical document as the store takes it when it is made.

    The store makes pictures by calls of their own, and knows no country of origin: neither is sent. Stock is told
    separately: a new product begins with none.
    """
    body = _body(document, is_variant=is_variant)
    body["unlimited"] = bool(document.get("inventoryNotTracked"))
    if not body["unlimited"]:
        body["quantity"] = 0
    if is_variant:
        body["options"] = [
            {"name": one.get("name"), "value": one.get("value")} for one in document.get("variantOptions") or []
        ]
    else:
        body.setdefault("price", 0)
    return body


def differences(document: Json, now: Json, *, is_variant: bool) -> Json:
    """Return what has to be written so that the store's product becomes as the document is; empty: nothing."""
    wanted = _body(document, is_variant=is_variant)
    return {name: value for name, value in wanted.items() if not _same(name, value, now)}


def _body(document: Json, *, is_variant: bool) -> Json:
    prices = {one.get("name") or PRICE: one.get("value") for one in document.get("prices") or []}
    body: Json = {
        "sku": document.get("sku"),
        "price": prices.get(PRICE),
        "compareToPrice": prices.get(COMPARE),
        "costPrice": document.get("cost"),
        "weight": document.get("weight"),
        "attributes": [{"type": "UPC", "name": "UPC", "value": document["upc"]}] if document.get("upc") else None,
        "dimensions": _dimensions(document),
    }
    if not is_variant:
        body |= {"name": document.get("name"), "description": document.get("description")}
        body["enabled"] = document.get("status", "active") == "active" and not document.get("hideInStore")
        body["enabled"] = body["enabled"] and not document.get("unpublish")
    return {name: value for name, value in body.items() if value is not None}


def _dimensions(document: Json) -> Json | None:
    sides = {name: document.get(name) for name in ("length", "width", "height")}
    return sides if any(sides.values()) else None


def _same(name: str, value: Any, now: Json) -> bool:
    there = now.get(name)
    if name == "attributes":
        return bool(_attribute(now, "UPC") == value[0]["value"])
    if name == "dimensions":
        there = there if isinstance(there, dict) else {}
        return all(Decimal(str(value[side] or 0)) == Decimal(str(there.get(side) or 0)) for side in value)
    if isinstance(value, int | Decimal) and isinstance(there, int | Decimal) and not isinstance(value, bool):
        return Decimal(value) == Decimal(there)
    return bool(value == there)


def _variants(raw: Json) -> Iterator[Json]:
    used = {raw.get("sku")}
    for one in people.parts(raw, "combinations"):
        sku = one.get("sku")
        if sku and sku not in used:
            used.add(sku)
            yield one


def _variant(raw: Json, combination: Json, store: Json) -> ProductRecord:
    whole = variant_of(raw, combination)
    options = [(str(one.get("name") or ""), str(one.get("value") or "")) for one in people.parts(whole, "options")]
    if "price" not in combination:
        whole["price"] = _price_with(raw, options)
    values = ", ".join(value for _, value in options if value)
    name = f"{raw.get('name')} ({values})" if values else raw.get("name")
    return _record(
        raw, whole, store, kind="child", ext_product_api_id=variant_id(raw, combination),
        parent_ext_api_id=_identifier(raw), source_doc=combination, name=name,
        variant_options=tuple(VariantOption(name=name, value=value) for name, value in options if name),
    )  # fmt: skip


def _record(raw: Json, held: Json, store: Json, **values: Any) -> ProductRecord:
    """Map `held`, which is the product itself or a variation with what it has from its product."""
    currency = _currency(store)
    cost = money.optional(held.get("costPrice"), "costPrice") or None
    told: dict[str, Any] = {
        "ext_product_id": values["ext_product_api_id"],
        "sku": held.get("sku"),
        "name": raw.get("name"),
        "status": "active" if raw.get("enabled", True) else "inactive",
        "description": _description(raw),
        "upc": _attribute(held, "UPC") or None,
        "vendor": _attribute(raw, "BRAND") or None,
        "cost": cost,
        "cost_currency": currency if cost is not None else None,
        "prices": _prices(held, currency),
        "taxable": people.part(raw, "tax").get("taxable"),
        "harmonized_code": held.get("customsHsTariffCode") or raw.get("customsHsTariffCode") or None,
        "image_urls": tuple(_images(raw, held))[:MOST_IMAGES],
        "not_tracked": bool(held.get("unlimited")),
        "ext_product_created_at": _moment(raw, "createTimestamp"),
        "ext_product_updated_at": _moment(raw, "updateTimestamp"),
        **_weight(held, store),
        **_size(held, store),
    }
    return ProductRecord(**told | values)


def _identifier(raw: Json) -> str:
    value = raw.get("id")
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise DoesNotFit("id", "must be a positive whole number")
    return str(value)


def _moment(raw: Json, field: str) -> dt.datetime | None:
    found = seconds(raw.get(field))
    return None if found is None or found > 32_503_680_000 else dt.datetime.fromtimestamp(found, dt.UTC)


def _currency(store: Json) -> str | None:
    code = str(store.get("currency", ""))
    return code if code in CODES else None


def _description(raw: Json) -> str | None:
    text = raw.get("description")
    if not isinstance(text, str) or not text.strip():
        return None
    return text if len(text) <= 10_000 else text[:9_999] + "…"


def _attribute(holder: Json, kind: str) -> str:
    for one in people.parts(holder, "attributes"):
        if one.get("type") == kind and one.get("value"):
            return str(one["value"]).strip()
    return ""


def _prices(held: Json, currency: str | None) -> tuple[Price, ...]:
    found = ((PRICE, held.get("price")), (COMPARE, held.get("compareToPrice") or None))
    return tuple(
        Price(name=name, value=money.number(value, name), currency=currency)
        for name, value in found
        if value is not None
    )


def _price_with(raw: Json, options: list[tuple[str, str]]) -> Decimal | None:
    """Return the price of a variation that has none of its own: the product's, changed by what was chosen."""
    base = money.optional(raw.get("price"), "price")
    if base is None:
        return None
    chosen = dict(options)
    extra = Decimal(0)
    for option in people.parts(raw, "options"):
        for choice in people.parts(option, "choices"):
            if choice.get("text") == chosen.get(str(option.get("name"))):
                more = money.optional(choice.get("priceModifier"), "priceModifier") or Decimal(0)
                extra += base * more / 100 if choice.get("priceModifierType") == "PERCENT" else more
    return base + extra


def _images(raw: Json, held: Json) -> Iterator[str]:
    media = people.part(raw, "media")
    found = [(one.get("orderBy") or 0, one.get("imageOriginalUrl")) for one in people.parts(media, "images")]
    urls = [url for _, url in sorted(found, key=lambda one: one[0])] or [raw.get("originalImageUrl")]
    own = held.get("originalImageUrl") if held is not raw else None
    seen: set[str] = set()
    for url in (own, *urls):
        if isinstance(url, str) and url and url not in seen:
            seen.add(url)
            yield url


def _weight(held: Json, store: Json) -> Json:
    weight = money.optional(held.get("weight"), "weight")
    unit = _WEIGHTS.get(str(store.get("weight_unit")))
    return {"weight": weight * unit[1], "weight_unit": unit[0]} if weight and unit else {}


def _size(held: Json, store: Json) -> Json:
    sides = people.part(held, "dimensions")
    read = {name: money.optional(sides.get(name), f"dimensions.{name}") for name in ("length", "width", "height")}
    unit = _LENGTHS.get(str(store.get("dimensions_unit")))
    if unit is None or not any(read.values()):
        return {}
    told = {name: value * unit[1] for name, value in read.items() if value}
    return {**told, "dimensions_unit": unit[0]}
