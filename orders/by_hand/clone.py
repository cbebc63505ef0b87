"""A copy of an order as a new one: a draft of our own, of which its store knows nothing."""

from collections.abc import Iterator
from itertools import count

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from orders.by_hand.edit import CONNECTOR
from orders.documents import columns
from orders.documents.instants import instant
from orders.ingest.create import create
from orders.ingest.merge import Report
from orders.locks import lock, lock_source
from orders.models import Order, Source
from orders.records.order import OrderRecord
from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.kit.clock import database_now
from portal.kit.ids import new_public_id
from portal.kit.json import Json
from portal.tenancy.models import Organization

SOURCE = _("Made by hand")
COPIED = (
    "email", "customer", "billingAddress", "shippingAddress", "lineItems", "currency", "subTotalPrice",
    "orderDiscount", "orderTax", "shippingPrice", "totalPrice", "discounts", "additionalCharges", "shippingCode",
    "shippingCarrier", "shippingClass", "shippingNote", "giftNote", "customerPONumber", "orderNote", "tags",
    "customFields",
)  # fmt: skip
"""What a copy takes over. Payments, dates, IDs and links of the store, and what was shipped or taken out, are not."""
_LINE = ("uniqueId", "sku", "name", "quantity", "itemPrice", "itemDiscount", "itemTax", "taxable", "requiresShipping",
         "customFields")  # fmt: skip
_MOST = 280
"""Characters of the number that a copy takes over; the rest is for what stands behind it."""


def clone(order_id: int, *, by: Actor) -> Order:
    """Copy an order, whatever its status; both tell of it in their activity. The copy is a draft."""
    with transaction.atomic():
        original = lock([order_id])[order_id]
        source = _source(original.organization)
        lock_source(source.pk)
        api_id = new_public_id()
        made = _record(original.content, _number(source, original.ext_order_id), api_id)
        content = columns.content(made)
        create(source, [Report(made, content, columns.fingerprint(content, canceled=False))], by=by)
        copy = Order.across.get(source=source, ext_order_api_id=api_id)
        name = original.ext_order_id
        record(
            [
                _entry(original, by, "copied", f"Copied as {copy.ext_order_id}, a draft."),
                _entry(copy, by, "copied", f"A copy of {name}. Its payments, dates and links were not taken over."),
            ]
        )
    return copy


def _source(organization: Organization) -> Source:
    """Return the source of orders that are made here, made with the first of them."""
    found = Source.objects.within(organization).filter(connector=CONNECTOR).order_by("pk").first()
    return found or Source.across.create(organization=organization, connector=CONNECTOR, name=str(SOURCE))


def _number(source: Source, number: str) -> str:
    """Return the first number that is free: “#1042-copy”, “#1042-copy2”. The source is locked."""
    taken = set(
        Order.across.filter(source=source, ext_order_id__startswith=f"{number[:_MOST]}-copy").values_list(
            "ext_order_id", flat=True
        )
    )
    return next(one for one in _names(number[:_MOST]) if one not in taken)


def _names(number: str) -> Iterator[str]:
    yield f"{number}-copy"
    yield from (f"{number}-copy{n}" for n in count(2))


def _record(content: Json, number: str, api_id: str) -> OrderRecord:
    told: Json = {key: content[key] for key in COPIED if content.get(key) is not None}
    customer = {key: value for key, value in (content.get("customer") or {}).items() if key != "extCustomerId"}
    lines = [{key: line[key] for key in _LINE if key in line} for line in content["lineItems"]]
    own = {"extOrderId": number, "extOrderApiId": api_id, "extOrderCreatedAt": instant(database_now())}
    return OrderRecord.model_validate(told | own | {"customer": customer, "lineItems": lines, "draft": True})


def _entry(order: Order, by: Actor, verb: str, summary: str) -> Entry:
    return Entry(order.organization_id, "order", order.pk, order.version, by, verb, summary)
