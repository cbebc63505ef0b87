"""What outside systems are told of an order: what was bought, by whom, for how much; not how far its shipping is."""

import hashlib

from orders.lifecycle.order import OrderStatus
from orders.models import Order
from portal.kit import json
from portal.kit.json import Json

FIELDS = (
    "extOrderId", "extOrderApiId", "extOrderUrl", "orderSource", "extOrderCreatedAt", "email", "customer",
    "billingAddress", "shippingAddress", "currency", "subTotalPrice", "orderDiscount", "orderTax", "shippingPrice",
    "totalPrice", "additionalCharges", "discounts", "payments", "paymentStatus", "paymentTerms", "shippingCode",
    "shippingCarrier", "shippingClass", "shippingNote", "giftNote", "shipByDate", "shipAfterDate",
    "expectedDeliveryDate", "customerPONumber", "orderNote", "incoterms", "tags", "customFields",
)  # fmt: skip
LINE = ("uniqueId", "sku", "name", "quantity", "canceled", "itemPrice", "itemDiscount", "itemTax", "taxable",
        "requiresShipping", "customFields")  # fmt: skip
"""A change of anything else is no reason to push an order again."""


def told_of(order: Order) -> Json:
    """Return what systems are told, as part of the canonical document; `status` is `canceled` or `open`."""
    content = order.content
    found: Json = {name: content[name] for name in FIELDS if content.get(name) not in (None, "", [], {})}
    lines = [{name: line[name] for name in LINE if name in line} for line in content.get("lineItems") or ()]
    ended = order.status == OrderStatus.CANCELED or order.deleted_at is not None
    return {"status": "canceled" if ended else "open", **found, "lineItems": lines}


def digest_of(order: Order) -> str:
    """Return what differs when there is something new to tell."""
    return hashlib.sha256(json.dumps(told_of(order))).hexdigest()[:16]
