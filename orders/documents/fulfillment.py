"""What a fulfillment can be asked, and its document (behaviour.md 2.3). It is written once and never altered."""

from orders.documents.instants import instant
from orders.models import Fulfillment
from portal.filters.facets import Facets
from portal.filters.fields import Catalogue, Field, Type, choices
from portal.filters.mark import gettext_noop as _
from portal.kit.json import Json

_WHAT, _PARCEL, _LINES, _CONCERNS, _DATES = (
    _("Fulfillment"),
    _("Parcel"),
    _("Line items"),
    _("Concerns"),
    _("Dates"),
)
KINDS = {"shipped": _("Shipped"), "rejected": _("Rejected")}


def _each(path: str, label: str, group: str, noun: str, help: str = "") -> Field:
    return Field(path, label, Type.LIST, group, noun=noun, help=help)


FULFILLMENT = Catalogue(
    "fulfillment",
    _("fulfillment"),
    [
        Field("fulfillmentType", _("Kind"), Type.ENUM, _WHAT, choices=choices(KINDS), column="kind",
              help=_("Shipped, or rejected: the warehouse could not ship it")),
        Field("fulfillmentId", _("Fulfillment ID"), Type.TEXT, _WHAT, folded="public_id"),
        Field("extFulfillmentId", _("Fulfillment number"), Type.TEXT, _WHAT, folded="number_folded",
              help=_("As the warehouse calls it")),
        Field("reason", _("Reason"), Type.TEXT, _WHAT, help=_("Why it could not be shipped, in the warehouse's words")),
        _each("trackingNumber", _("Tracking numbers"), _PARCEL, _("tracking number")),
        _each("trackingUrl", _("Tracking links"), _PARCEL, _("tracking link")),
        Field("shippingCarrier", _("Carrier"), Type.TEXT, _PARCEL),
        Field("shippingClass", _("Shipping class"), Type.TEXT, _PARCEL),
        Field("shippingCharge", _("Shipping cost"), Type.MONEY, _PARCEL, currency="currency",
              help=_("What the warehouse charges for it")),
        Field("currency", _("Currency"), Type.TEXT, _PARCEL),
        _each("lineItems[].sku", _("SKUs"), _LINES, _("SKU")),
        _each("lineItems[].uniqueId", _("Line IDs"), _LINES, _("line ID"), _("Of the order's lines")),
        _each("notCounted[].sku", _("SKUs that were not counted"), _LINES, _("SKU that was not counted"),
              _("Reported, but nobody had asked for so much of it")),
        Field("extOrderId", _("Order number"), Type.TEXT, _CONCERNS, folded="order__number_folded"),
        Field("orderId", _("Order ID"), Type.TEXT, _CONCERNS, folded="order__public_id"),
        Field("extShipmentId", _("Shipping request"), Type.TEXT, _CONCERNS, folded="request__number_folded"),
        Field("shipmentId", _("Shipping request ID"), Type.TEXT, _CONCERNS, folded="request__public_id"),
        Field("locationId", _("Location"), Type.TEXT, _CONCERNS, folded="location__public_id",
              help=_("Where it was shipped from")),
        Field("integration", _("Source"), Type.TEXT, _CONCERNS, folded="source__public_id",
              help=_("The integration that reported it; empty when a person did")),
        Field("actualShipDate", _("Shipped"), Type.DATETIME, _DATES, column="shipped_at"),
        Field("createdAt", _("Reported"), Type.DATETIME, _DATES, column="created_at",
              help=_("When it became known here")),
    ],
)  # fmt: skip
FACETS = Facets(FULFILLMENT)
_HIDDEN = ("sourceDoc",)


def document(one: Fulfillment) -> Json:
    """Return the document of a fulfillment; absent members are left out, and so is the warehouse's own document.

    Reads order, request, location, source and organization of `one`: have them joined where there are many.
    """
    told: Json = {
        "fulfillmentId": one.public_id,
        "orgKey": one.organization.public_id,
        "extFulfillmentId": one.ext_fulfillment_id,
        "fulfillmentType": one.kind,
        "orderId": one.order.public_id,
        "extOrderId": one.order.ext_order_id,
        "actualShipDate": instant(one.shipped_at),
        "createdAt": instant(one.created_at),
        "updatedAt": instant(one.created_at),
    }
    if one.request is not None:
        told |= {"shipmentId": one.request.public_id, "extShipmentId": one.request.ext_shipment_id}
    if one.location is not None:
        told["locationId"] = one.location.public_id
    if one.source is not None:
        told["integration"] = one.source.public_id
    return told | {key: value for key, value in one.content.items() if key not in _HIDDEN}


def full_document(one: Fulfillment) -> Json:
    """Return the document with the warehouse's own one under `sourceDoc` (for *View JSON*)."""
    return document(one) | {key: one.content[key] for key in _HIDDEN if key in one.content}
