"""What tests of stock that is told share: a product on a channel, and telling until nothing is left."""

import datetime as dt

from django.db.models.functions import Now

from integrations.models import Integration, StockChannel
from integrations.models.stock import StockNumber
from orders.models import Product, Publication
from portal.events.dispatch import drain
from portal.kit.claims import State
from portal.kit.jobs import bells, watchers
from portal.kit.text import fold

AGO = dt.timedelta(minutes=10)


def publish(
    integration: Integration, sku: str, api_id: str, *, there: str = "", parent: Product | None = None, **values: object
) -> Product:
    """Return a product that the channel sells under that API ID, `there` under another SKU."""
    organization = integration.organization
    product = Product.across.create(
        organization=organization, sku=sku, sku_folded=fold(sku), name=sku, name_folded=fold(sku),
        kind="child" if parent else "simple", parent=parent, **values,
    )  # fmt: skip
    Publication.across.create(
        organization=organization, product=product, source=integration.source, sku=there or sku,
        sku_folded=fold(there or sku), ext_product_api_id=api_id,
    )  # fmt: skip
    return product


def make_due(**which: object) -> int:
    """Let time pass for what waits. Returns how many numbers wait."""
    return StockNumber.across.filter(state=State.PENDING, **which).update(next_at=Now() - AGO)


def settle() -> int:
    """Hand over events and tell numbers until nothing is left. Returns how many rounds that took."""
    for rounds in range(1, 12):
        drain("inventory")
        bells.get("events:stock")()
        watchers.get("channels of stock").job()
        if not make_due():
            return rounds
        bells.get("stock to tell")()
    raise AssertionError(list(StockNumber.across.exclude(state=State.DONE).values()))


def number(sku: str) -> StockNumber:
    return StockNumber.across.get(sku_folded=fold(sku))


def channel() -> StockChannel:
    return StockChannel.across.get()
