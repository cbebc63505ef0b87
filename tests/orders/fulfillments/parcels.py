"""Reports of warehouses, as tests need them."""

from typing import Any

from orders.fulfillments.take import Taken, take
from orders.models import Fulfillment, OrderException, ShippingRequest, Source
from orders.records.fulfillment import FulfillmentRecord
from portal.audit.actor import Actor
from portal.kit.json import Json
from tests.factories import PLACED

WAREHOUSE = Actor.integration("feedfacefeed0001", "North warehouse")


def parcel(shipment: str = "#1001", number: str = "P1", **fields: Any) -> FulfillmentRecord:
    """Return a report of two tins of tea; `lines` are (SKU, units) or (unique ID, SKU, units)."""
    lines = fields.pop("lines", [("TEA-1", 2)])
    told = [{"uniqueId": one[0] if len(one) == 3 else None, "sku": one[-2], "quantity": one[-1]} for one in lines]
    values: Json = {"extFulfillmentId": number, "shipment": shipment, "lineItems": told}
    return FulfillmentRecord.model_validate(values | fields)


def report(source: Source, *records: FulfillmentRecord) -> Taken:
    return take(source, records, by=WAREHOUSE)


def shipped(kind: str = "shipped") -> list[list[tuple[str, int]]]:
    """Return SKU and units of each fulfillment of a kind, in their order."""
    contents = Fulfillment.across.filter(kind=kind).order_by("pk").values_list("content", flat=True)
    return [[(line["sku"], line["quantity"]) for line in content["lineItems"]] for content in contents]


def problems() -> list[str]:
    """Return the types of the active exceptions."""
    return sorted(OrderException.across.filter(state="active").values_list("type", flat=True))


def make_fulfillment(request: ShippingRequest, **values: Any) -> Fulfillment:
    """Return a fulfillment as a row alone: nothing follows from it."""
    own: Json = {
        "organization": request.organization, "order_id": request.order_id, "request": request, "kind": "shipped",
        "ext_fulfillment_id": "P1", "number_folded": "p1", "content": {"lineItems": []}, "shipped_at": PLACED,
    }  # fmt: skip
    made: Fulfillment = Fulfillment.across.create(**(own | values))
    return made
