"""The amounts of an Ecwid order. Pure.

The vendor sends binary floating point numbers without a currency, so amounts are read as exact
decimals from the text and rounded to what the store's currency has (apis: `currencyPrecision`).
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from integrations.connectors.ecwid.people import part, parts
from integrations.kit.mapped import DoesNotFit
from orders.records.order import Discount
from portal.kit.json import Json

_LARGEST = Decimal(10) ** 12


def number(value: Any, field: str) -> Decimal:
    """Read a number with at most six decimals. Raises DoesNotFit."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise DoesNotFit(field, "must be a number")
    exact = Decimal(value)
    # Compared before rounding: writing out 1e1000000 would take seconds.
    if not exact.is_finite() or exact.adjusted() > 12 or abs(exact) >= _LARGEST:
        raise DoesNotFit(field, "must have at most 12 digits before the point")
    return _rounded(exact, 6)


def optional(value: Any, field: str) -> Decimal | None:
    """Read a number that may be missing. Raises DoesNotFit."""
    return None if value is None else number(value, field)


def amounts(raw: Json, currency: str, precision: int) -> dict[str, Any]:
    """Return the money fields of the order record. Raises DoesNotFit."""
    places = min(max(precision, 0), 6)

    def read(holder: Json, field: str) -> Decimal | None:
        value = optional(holder.get(field), field)
        return None if value is None else _rounded(value, places)

    total = read(raw, "total")
    if total is None:
        raise DoesNotFit("total", "is missing")
    discount, coupon = read(raw, "discount") or Decimal(0), read(raw, "couponDiscount") or Decimal(0)
    return {
        "currency": currency,
        "total_price": total,
        "sub_total_price": read(raw, "subtotal"),
        "order_tax": read(raw, "tax"),
        "order_discount": discount + coupon,
        "shipping_price": read(part(raw, "shippingOption"), "shippingRate"),
        "discounts": _discounts(raw, discount, coupon),
        "additional_charges": _charges(raw, places),
    }


def line_discount(item: Json, where: str) -> Decimal | None:
    """Return what a line was reduced by in all: its share of each discount and of the coupon."""
    given = [optional(one.get("total"), f"{where}.discounts.total") for one in parts(item, "discounts")]
    given.append(optional(item.get("couponAmount"), f"{where}.couponAmount"))
    present = [amount for amount in given if amount is not None]
    return sum(present, Decimal(0)) if present else None


def difference(raw: Json) -> Decimal:
    """Return by how much `total` differs from the sum of its parts (0 for an untouched order)."""
    values = {field: optional(raw.get(field), field) or Decimal(0) for field in _PARTS}
    parts_sum = values["subtotal"] - values["discount"] - values["couponDiscount"]
    parts_sum += optional(part(raw, "shippingOption").get("shippingRate"), "shippingRate") or Decimal(0)
    parts_sum += sum((charge.amount for charge in _charges(raw, 6)), Decimal(0))
    if not raw.get("pricesIncludeTax"):
        parts_sum += values["tax"]
    return values["total"] + values["giftCardRedemption"] - parts_sum


_PARTS = ("total", "subtotal", "discount", "couponDiscount", "tax", "giftCardRedemption")


def _discounts(raw: Json, discount: Decimal, coupon: Decimal) -> tuple[Discount, ...]:
    found: list[Discount] = []
    if discount:
        named = [one.get("description") for one in parts(raw, "discountInfo") if one.get("description")]
        found.append(Discount(name=str(named[0])[:300] if named else "Discount", amount=discount))
    if coupon:
        details = part(raw, "discountCoupon")
        found.append(
            Discount(name=_short(details.get("name")) or "Coupon", code=_short(details.get("code")), amount=coupon)
        )
    return tuple(found)


def _charges(raw: Json, places: int) -> tuple[Discount, ...]:
    found: list[Discount] = []
    fee = part(raw, "handlingFee")
    amount = optional(fee.get("value"), "handlingFee.value")
    if amount:
        found.append(Discount(name=_short(fee.get("name")) or "Handling fee", amount=_rounded(amount, places)))
    for one in parts(raw, "customSurcharges"):
        amount = optional(one.get("total"), "customSurcharges.total")
        if amount:
            name = _short(one.get("description")) or _short(one.get("id")) or "Charge"
            found.append(Discount(name=name, amount=_rounded(amount, places)))
    return tuple(found)


def _short(value: Any) -> str | None:
    return value[:300] if isinstance(value, str) and value else None


def _rounded(value: Decimal, places: int) -> Decimal:
    """Round half up, as invoices do; a number that needs no rounding keeps its own form."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -places <= exponent <= 0:
        return value
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
