"""Many invented orders in the shape of the real ones: documents as connectors hand them in, row by row.

From the data file come how many lines an order has (scaled to three in the mean), which articles are bought
how often and in what quantity, which countries, and at what time of day. Invented are the people, their
addresses, tags and notes. The same number always gives the same order.
"""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import accumulate

from bench.data import records
from orders.documents.instants import instant
from orders.lifecycle.order import OrderStatus
from orders.records.order import LineItem
from portal.kit.json import Json

MEAN_LINES = 3.0
DAYS = 730
CUSTOMERS = 250_000
OPEN_DAYS = 12
"""Orders that are still worked on are not older."""

_FIRST = (
    "Ana", "Ben", "Chloé", "Dana", "Emre", "Fatima", "Greta", "Hugo", "Ines", "Jonas", "Kofi", "Léa", "Mia", "Nils",
    "Olga", "Pavel", "Quinn", "Rosa", "Sven", "Tariq",
)  # fmt: skip
_LAST = (
    "Ruiz", "Okafor", "Müller", "Smith", "Johnson", "Rossi", "Novák", "Kowalska", "Dubois", "Jensen", "Silva",
    "Popescu", "Yılmaz", "Tanaka", "Singh", "Moreau", "Andersson", "Ricci", "Horvat", "Byrne", "Walker", "Fischer",
    "Costa", "Nowak", "Lindqvist", "Papadopoulos", "O'Brien", "Nguyen", "Haddad", "Stewart",
)  # fmt: skip
_CITIES = ("London", "Leeds", "Bristol", "Cardiff", "Glasgow", "Belfast", "York", "Bath", "Derby", "Oxford", "Hull")
_SHOPS = (
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "Tea & Tins",
    "Harbour Stores",
    "Old Mill",
    "Nordlicht",
    "Casa Verde",
    "Blue Door",
)
_TAGS = ("wholesale", "gift", "repeat", "newsletter", "b2b", "vip", "express", "fragile", "marketplace", "preorder")
_TAG_WEIGHTS = tuple(accumulate(1 / rank for rank in range(1, len(_TAGS) + 1)))
_RARE = "fraud-check"
_CODES = ("standard", "express", "economy", "pickup")
_LATE = (
    (OrderStatus.FULFILLED,) * 74 + (OrderStatus.ARCHIVED,) * 21 + (OrderStatus.CANCELED,) * 4 + (OrderStatus.RETURNED,)
)
_OPEN = (
    (OrderStatus.ON_HOLD,) * 3
    + (OrderStatus.READY_FOR_FULFILLMENT,) * 4
    + (OrderStatus.SENT_TO_FULFILLMENT,) * 9
    + (OrderStatus.REVIEW_REQUIRED, OrderStatus.NEW)
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What is kept of the real orders."""

    lines: Sequence[LineItem]
    """Every real line: one taken by chance has the real skew of articles and quantities."""
    counts: Sequence[int]
    """Lines an order, scaled."""
    countries: Sequence[str]
    minutes: Sequence[int]
    """Minute of the day at which an order was placed."""


@cache
def shape(orders: int = 8_000) -> Shape:
    """Read the shape of real orders."""
    real = records(orders)
    mean = sum(len(order.line_items) for order in real) / len(real)
    return Shape(
        [line for order in real for line in order.line_items],
        _scaled([len(order.line_items) for order in real], MEAN_LINES / mean),
        [(order.shipping_address.country if order.shipping_address else None) or "GB" for order in real],
        [order.ext_order_created_at.hour * 60 + order.ext_order_created_at.minute for order in real],
    )


def _scaled(counts: Sequence[int], factor: float) -> list[int]:
    """Scale counts to their new mean, none below 1: what the small ones gain, the others give."""
    scaled = [max(1, round(count * factor)) for count in counts]
    chance = random.Random(3)
    while (over := sum(scaled) - round(sum(counts) * factor)) != 0:
        place = chance.randrange(len(scaled))
        if over < 0 or scaled[place] > 1:
            scaled[place] -= 1 if over > 0 else -1
    return scaled


def document(number: int, of: int, shape: Shape, end: dt.datetime) -> tuple[Json, OrderStatus]:
    """Return the content of order `number` of `of`, the oldest first, and how it stands."""
    chance = random.Random(number)
    age = DAYS * (1 - (number + chance.random() * 0.5) / of)
    placed = (end - dt.timedelta(days=int(age))).replace(hour=0, minute=0) - dt.timedelta(days=1)
    placed += dt.timedelta(minutes=chance.choice(shape.minutes), seconds=chance.randrange(60))
    customer = min(int(chance.paretovariate(0.3)), CUSTOMERS) * 7919 % CUSTOMERS if chance.random() < 0.3 else None
    content = _head(number, placed) | _person(
        chance.randrange(CUSTOMERS) if customer is None else customer, chance, shape
    )
    content |= _rest(chance, shape)
    is_open = age < OPEN_DAYS and chance.random() < 0.25
    return content, chance.choice(_OPEN if is_open else _LATE)


def _head(number: int, placed: dt.datetime) -> Json:
    return {
        "extOrderId": f"#{100_000 + number}",
        "extOrderApiId": str(5_400_000_000_000 + number * 37),
        "orderSource": ("Web shop", "Web shop", "Marketplace", "Wholesale")[number % 4],
        "orderSourceType": "online",
        "extOrderCreatedAt": instant(placed),
        "extOrderUpdatedAt": instant(placed + dt.timedelta(days=2)),
    }


def _person(number: int, chance: random.Random, shape: Shape) -> Json:
    own = random.Random(-number - 1)
    first, last, company = own.choice(_FIRST), f"{own.choice(_LAST)}", own.choice(_SHOPS)
    email = f"{first}.{last}.{number}@{own.choice(('mail', 'post', 'inbox'))}.example".lower().replace("'", "")
    country = own.choice(shape.countries)
    address: Json = {
        "firstName": first, "lastName": last, "address1": f"{own.randrange(1, 240)} Mill Lane",
        "city": own.choice(_CITIES), "zipCodeOrPostalCode": f"{own.choice('BDEGLSY')}{own.randrange(1, 99)} 4QX",
        "country": country, "phone": f"+44 20 7{own.randrange(10**6):06} {own.randrange(10)}",
    }  # fmt: skip
    customer: Json = {"extCustomerId": str(880_000_000 + number), "firstName": first, "lastName": last}
    if company:
        customer["company"] = address["company"] = company
    other = chance.random() < 0.08
    shipping = address | {"firstName": chance.choice(_FIRST), "lastName": chance.choice(_LAST)} if other else address
    return {"customer": customer, "email": email, "billingAddress": address, "shippingAddress": shipping}


def _rest(chance: random.Random, shape: Shape) -> Json:
    lines = [_line(position, chance.choice(shape.lines)) for position in range(1, chance.choice(shape.counts) + 1)]
    total = sum((line["quantity"] * line["itemPrice"] for line in lines), Decimal(0))
    carriage = Decimal("3.95") if total < 50 else Decimal(0)
    found: Json = {
        "lineItems": lines, "currency": "GBP", "subTotalPrice": total, "shippingPrice": carriage,
        "totalPrice": total + carriage, "paymentStatus": "paid", "shippingCode": chance.choice(_CODES),
        "payments": [{"method": chance.choice(("card", "card", "paypal", "invoice")), "amount": total + carriage}],
        "tags": _tags(chance), "customFields": _custom_fields(chance), "discounts": [], "additionalCharges": [],
    }  # fmt: skip
    if chance.random() < 0.05:
        found["orderNote"] = chance.choice(
            ("Please leave with the neighbour", "It is a gift, no invoice", "Ring twice")
        )
    if chance.random() < 0.03:
        found["customerPONumber"] = f"PO-{chance.randrange(10**7):07}"
    return found


def _line(position: int, real: LineItem) -> Json:
    return {
        "uniqueId": str(position),
        "sku": real.sku,
        **({"name": real.name} if real.name else {}),
        "quantity": real.quantity,
        "itemPrice": real.item_price or Decimal(0),
        "requiresShipping": real.requires_shipping,
        "customFields": [],
    }


def _tags(chance: random.Random) -> list[str]:
    found = {chance.choices(_TAGS, cum_weights=_TAG_WEIGHTS)[0] for _ in range(chance.choice((0, 0, 0, 1, 1, 2)))}
    return sorted(found) + [_RARE] * (chance.random() < 0.0005)


def _custom_fields(chance: random.Random) -> list[Json]:
    wrap = [{"name": "Gift wrap", "value": chance.choice(("yes", "red", "none"))}] * (chance.random() < 0.03)
    return wrap + [{"name": "Delivery slot", "value": f"slot {chance.randrange(40)}"}] * (chance.random() < 0.1)
