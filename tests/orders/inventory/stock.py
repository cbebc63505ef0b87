"""Builders of stock and of what takes it."""

import itertools
from typing import Any

from django.db import transaction

from orders.inventory import Movement, post
from orders.inventory.movements import QUANTITIES
from orders.models import (
    BundleItem,
    InventoryLevel,
    LedgerEntry,
    Location,
    Order,
    Product,
    ShippingRequest,
    ShippingRequestLine,
)
from portal.audit.actor import Actor
from portal.kit.text import fold

BY = Actor.system("Test")
_ordinals = itertools.count(1)


def stock(location: Location, sku: str = "TEA-1", **units: Any) -> InventoryLevel:
    """Put units there by hand, and return the level."""
    with transaction.atomic():
        post([Movement(location.organization_id, location.pk, sku, "edit", **units)], by=BY)
    return InventoryLevel.across.get(location=location, sku_folded=fold(sku))


def figures(location: Location | None, sku: str = "TEA-1", *names: str) -> tuple[Any, ...]:
    """Return what a level says: on hand and committed, unless told otherwise."""
    level = InventoryLevel.across.get(location=location, sku_folded=fold(sku))
    return tuple(getattr(level, name) for name in names or ("on_hand", "committed"))


def happened(location: Location | None, sku: str = "TEA-1") -> list[tuple[str, dict[str, int]]]:
    """Return the ledger of a level: each event, and what it changed."""
    entries = LedgerEntry.across.filter(level__location=location, level__sku_folded=fold(sku)).order_by("id")
    return [(one.event, {name: n for name in QUANTITIES if (n := getattr(one, name))}) for one in entries]


def make_request(
    order: Order, location: Location, units: dict[str, int] | None = None, *, status: str = "readyForFulfillment",
    on_future: bool = False,
) -> ShippingRequest:  # fmt: skip
    """Return a shipping request, of two tins of tea unless told otherwise; nothing is committed for it."""
    wanted = {"TEA-1": 2} if units is None else units
    ordinal = next(_ordinals)
    request = ShippingRequest.across.create(
        organization=order.organization, order=order, location=location, ordinal=ordinal, status=status,
        ext_shipment_id=f"{order.ext_order_id}.{ordinal}", number_folded="", content={}, on_future=on_future,
        unit_count=sum(wanted.values()),
    )  # fmt: skip
    ShippingRequestLine.across.bulk_create(
        ShippingRequestLine(
            organization=order.organization, request=request, position=place, unique_id="l1", sku=sku,
            sku_folded=fold(sku), quantity=count,
        )
        for place, (sku, count) in enumerate(wanted.items())
    )  # fmt: skip
    return request


def make_product(location: Location, sku: str, parts: dict[str, int] | None = None, **values: object) -> Product:
    """Return a product, a bundle where it has parts."""
    organization = location.organization
    product = Product.across.create(
        organization=organization, sku=sku, sku_folded=fold(sku), name=sku, name_folded=fold(sku),
        kind="bundle" if parts else "simple", **values,
    )  # fmt: skip
    BundleItem.across.bulk_create(
        BundleItem(
            organization=organization, bundle=product, position=place, sku=part, sku_folded=fold(part), quantity=per
        )
        for place, (part, per) in enumerate((parts or {}).items())
    )
    return product
