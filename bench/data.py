"""The orders that are taken in: real ones from the data file, else invented ones of the same shape."""

import datetime as dt
import random
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import islice
from pathlib import Path

from orders.imports.formats import online_retail
from orders.records.order import Address, Customer, LineItem, OrderRecord

REAL = Path(__file__).resolve().parents[2] / "shared/data/online-retail/2010-12_to_2011-06.csv.gz"
_START = dt.datetime(2010, 12, 1, 8, tzinfo=dt.UTC)


@cache
def records(count: int) -> tuple[OrderRecord, ...]:
    """Return `count` orders, real ones as far as they go."""
    found = tuple(islice(_real() if REAL.exists() else _invented(), count))
    return found + tuple(islice(_invented(), count - len(found)))


def origin() -> str:
    """Say where the orders come from."""
    return "real orders (UCI Online Retail)" if REAL.exists() else "invented orders (the data file is not here)"


def _real() -> Iterator[OrderRecord]:
    for document in online_retail.read(REAL).documents(0):
        if isinstance(document, OrderRecord):
            yield document


def _invented() -> Iterator[OrderRecord]:
    """Give orders with as many lines as the real ones have: mostly few, some many, 24 in the mean."""
    chance = random.Random(7)
    number = 0
    while True:
        number += 1
        lines = tuple(_line(chance, n) for n in range(1, 2 + min(700, int(chance.expovariate(1 / 23)))))
        total = sum((line.quantity * (line.item_price or 0) for line in lines), Decimal(0))
        yield OrderRecord(
            ext_order_id=f"B{number}",
            ext_order_api_id=f"B{number}",
            order_source="Invented",
            ext_order_created_at=_START + dt.timedelta(minutes=number),
            customer=Customer(ext_customer_id=str(chance.randint(12_000, 18_000))),
            shipping_address=Address(country=chance.choice(("GB",) * 9 + ("DE", "FR", "IE"))),
            line_items=lines,
            currency="GBP",
            sub_total_price=total,
            total_price=total,
        )


def _line(chance: random.Random, position: int) -> LineItem:
    return LineItem(
        unique_id=str(position),
        sku=str(chance.randint(20_000, 23_500)),
        name="INVENTED ARTICLE OF THE USUAL LENGTH",
        quantity=Decimal(chance.choice((1, 1, 2, 3, 6, 12, 24))),
        item_price=Decimal(chance.randint(19, 1295)) / 100,
    )
