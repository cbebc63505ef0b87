"""The doors of a shop of one's own: orders, their cancellations, products."""

import datetime as dt
from collections.abc import Sequence
from typing import cast

from pydantic import ValidationError

from integrations.custom import mapping, shapes
from integrations.custom.doors import Door, Fault, Good, Row, actor, doors, faults_of, refusal
from integrations.custom.mapping import StoreSettings
from integrations.models import Integration
from orders.ingest.paid import release_paid
from orders.ingest.take import take
from orders.locks import lock_source
from orders.models import Order, Product, Publication
from orders.products.take import take_products
from orders.records.order import OrderRecord
from orders.records.product import ProductRecord
from orders.records.refused import Refused
from portal.kit.text import fold

STORE = "custom_store"
_Known = dict[str, tuple[int, dt.datetime | None, str]]


def take_orders(integration: Integration, good: Sequence[Good], bad: Sequence[Refused]) -> list[Row]:
    """Take orders in. An older report than is known is stale; one that does not fit is kept as an exception."""
    source, settings = integration.source, StoreSettings.model_validate(integration.settings)
    lock_source(source.pk)
    before = _known(integration, good)
    records: list[OrderRecord] = []
    rows: dict[int, Row] = {}
    refused = list(bad)
    for place, one in enumerate(good):
        try:
            verdict = mapping.order(one.shape, one.raw, settings)
        except ValidationError as error:
            rows[place] = Row(one.shape.id, "refused", faults_of(error))
            refused.append(refusal(rows[place], one.raw))
            continue
        if verdict.settled and one.shape.id not in before and settings.finished == "leave":
            rows[place] = Row(one.shape.id, "left_out")
        else:
            records.append(verdict.record)
    by = actor(integration)
    if records or refused:
        take(source, records, by=by, refused=refused)
        release_paid(source, records, by=by)
    after = _known(integration, good)
    return [rows.get(place) or _became(one.shape, before, after) for place, one in enumerate(good)]


def _known(integration: Integration, good: Sequence[Good]) -> _Known:
    ids = [one.shape.id for one in good]
    rows = Order.across.filter(source=integration.source, ext_order_api_id__in=ids)
    return {key: (version, at, status) for key, version, at, status in rows.values_list(
        "ext_order_api_id", "version", "source_updated_at", "status")}  # fmt: skip


def _became(told: shapes.Order, before: _Known, after: _Known) -> Row:
    if told.id not in after:
        return Row(told.id, "refused", (Fault("", "not_storable", "It holds a value that cannot be stored."),))
    if told.id not in before:
        return Row(told.id, "created")
    version, at, _status = before[told.id]
    if told.updated_at and at and told.updated_at < at:
        return Row(told.id, "stale")
    return Row(told.id, "updated" if after[told.id][0] != version else "unchanged")


def take_cancels(integration: Integration, good: Sequence[Good], bad: Sequence[Refused]) -> list[Row]:
    """Cancel whole orders: each is taken once more as the shop sent it last, canceled."""
    source = integration.source
    lock_source(source.pk)
    ids = [one.shape.order_id for one in good]
    rows = Order.across.filter(source=source, ext_order_api_id__in=ids)
    kept = dict(rows.values_list("ext_order_api_id", "source_doc"))
    settings = StoreSettings.model_validate(integration.settings)
    records = []
    for one in good:
        if raw := kept.get(one.shape.order_id):
            raw = {**raw, "status": "cancelled", **({"cancel_reason": one.shape.reason} if one.shape.reason else {})}
            records.append(mapping.order(shapes.Order.model_validate(raw), raw, settings).record)
    before = _cancelable(integration, ids)
    if records:
        take(source, records, by=actor(integration))
    after = _cancelable(integration, ids)
    return [_canceled(one.shape.order_id, before, after) for one in good]


def _cancelable(integration: Integration, ids: Sequence[str]) -> dict[str, tuple[int, str]]:
    rows = Order.across.filter(source=integration.source, ext_order_api_id__in=ids)
    return {
        key: (version, status) for key, version, status in rows.values_list("ext_order_api_id", "version", "status")
    }


def _canceled(order_id: str, before: dict[str, tuple[int, str]], after: dict[str, tuple[int, str]]) -> Row:
    if order_id not in after:
        fault = Fault("/order_id", "unknown", "There is no order with this ID here. Send the order first.")
        return Row(order_id, "refused", (fault,))
    if before[order_id] == after[order_id]:
        return Row(order_id, "unchanged")
    return Row(order_id, "cancelled" if after[order_id][1] == "canceled" else "noted")


def take_goods(integration: Integration, good: Sequence[Good], bad: Sequence[Refused]) -> list[Row]:
    """Take products in."""
    parents = {one.shape.parent_sku for one in good if one.shape.parent_sku}
    parents |= _parents(integration, good)
    rows: dict[int, Row] = {}
    records: list[ProductRecord] = []
    for place, one in enumerate(good):
        try:
            records.append(mapping.product(one.shape, one.raw, parents))
        except ValidationError as error:
            rows[place] = Row(one.shape.sku, "refused", faults_of(error))
    before = _published(integration, good)
    taken = take_products(integration.source, records, by=actor(integration)) if records else None
    status = "updated" if taken and taken.updated else "unchanged"
    return [
        rows.get(place) or Row(one.shape.sku, status if fold(one.shape.sku) in before else "created")
        for place, one in enumerate(good)
    ]


def _parents(integration: Integration, good: Sequence[Good]) -> set[str]:
    """Return the SKUs among these that have variants here already, which this message may not name."""
    skus = [one.shape.sku for one in good]
    rows = Product.across.filter(organization_id=integration.organization_id, sku__in=skus, kind="parent")
    return set(cast("Sequence[str]", rows.values_list("sku", flat=True)))


def _published(integration: Integration, good: Sequence[Good]) -> set[str]:
    rows = Publication.across.filter(source=integration.source, sku_folded__in=[fold(one.shape.sku) for one in good])
    return set(rows.values_list("sku_folded", flat=True))


doors.register("orders", Door("orders", STORE, "orders", shapes.Order, take_orders))
doors.register("order_cancels", Door("order_cancels", STORE, "orders", shapes.Cancel, take_cancels, name="order_id"))
doors.register("products", Door("products", STORE, "products", shapes.Product, take_goods, name="sku"))
