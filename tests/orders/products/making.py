"""Builders of products, as integrations report them and as they stand here."""

import datetime as dt
from typing import Any

from orders.models import Product, Source
from orders.products.rows import whole
from orders.products.take import TakenProducts, take_products
from orders.records.product import ProductRecord
from portal.audit.actor import Actor

CHANNEL = Actor.integration("feedfacefeedface", "Tea shop")
WHEN = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def record(api_id: str = "p1", sku: str = "TEA-1", **fields: Any) -> ProductRecord:
    """Return a small valid product: a tin of green tea."""
    values: dict[str, Any] = {
        "extProductApiId": api_id,
        "extProductId": f"No {api_id}",
        "sku": sku,
        "name": "Green tea",
        "prices": [{"value": "9.50", "currency": "GBP"}],
        "extProductUpdatedAt": WHEN,
        "sourceDoc": {"id": api_id},
    }
    return ProductRecord.model_validate(values | fields)


def report(source: Source, *records: ProductRecord) -> TakenProducts:
    return take_products(source, records, by=CHANNEL)


def product(sku: str, **more: Any) -> Product:
    """Return the living product of a SKU, whole."""
    return whole(Product.across.all()).get(sku=sku, deleted_at=None, **more)


def parts(one: Product) -> list[tuple[str, int]]:
    return [(part.sku, part.quantity) for part in one.parts]
