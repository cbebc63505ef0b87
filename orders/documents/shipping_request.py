"""What a shipping request can be asked, and its document: names as in behaviour.md 2.2.

`content` is what the warehouse gets, made once from the order. State stands in columns.
"""

from collections.abc import Sequence
from typing import Any

from orders.documents.dispositions import plain
from orders.documents.instants import instant
from orders.lifecycle.shipping_request import CHOICES
from orders.models import Order, ShippingRequest
from portal.filters.facets import Facets
from portal.filters.fields import Catalogue, Field, Type, choices
from portal.filters.mark import gettext_noop as _
from portal.kit.json import Json

ENTITY = "shippingRequest"
NOT_TOLD, ASKED, AGREED, REFUSED = "notTold", "asked", "agreed", "refused"
CANCELLATIONS = {
    NOT_TOLD: _("Warehouse not told"),
    ASKED: _("Warehouse asked"),
    AGREED: _("Warehouse agreed"),
    REFUSED: _("Warehouse refused"),
}
"""How far cancelling has come at the warehouse; absent where it never knew of the request."""

_COPIED = (
    "extOrderId", "extOrderApiId", "orderSource", "orderSourceType", "customerPONumber", "shippingAddress", "giftNote",
    "shippingNote", "currency", "shippingPrice", "incoterms", "customFields", "tags", "shippingCode",
    "shippingCarrier", "shippingClass", "shipAfterDate", "shipByDate", "shipCancelByDate", "expectedDeliveryDate",
    "requireShippingLabels", "shippingMethodMapping",
)  # fmt: skip
"""What a request takes over from its order, where the order has it."""

_STATE, _ORDER, _SHIPPING, _DATES, _TAGS, _LINES = (
    _("Shipping request"),
    _("Order"),
    _("Shipping"),
    _("Dates"),
    _("Tags and notes"),
    _("Line items"),
)
_BY = choices(
    {
        "user": _("Person"), "rule": _("Rule"), "integration": _("Integration"), "apikey": _("API key"),
        "system": _("Switchyard"),
    }
)  # fmt: skip


def _address() -> list[Field]:
    parts = (
        ("firstName", _("first name")), ("lastName", _("last name")), ("company", _("company")),
        ("address1", _("address line 1")), ("address2", _("address line 2")), ("city", _("city")),
        ("stateOrProvince", _("state or province")), ("zipCodeOrPostalCode", _("postal code")),
        ("email", _("e-mail")), ("phone", _("phone")),
    )  # fmt: skip
    told = [Field(f"shippingAddress.{key}", f"{_('Shipping')} {label}", Type.TEXT, _SHIPPING) for key, label in parts]
    return [*told, Field("shippingAddress.country", f"{_('Shipping')} {_('country')}", Type.COUNTRY, _SHIPPING)]


def _text(path: str, label: str, group: str, *, folded: str | None = None, help: str = "") -> Field:
    return Field(path, label, Type.TEXT, group, folded=folded, help=help)


def _moment(path: str, label: str, column: str | None = None, help: str = "") -> Field:
    return Field(path, label, Type.DATETIME, _DATES, column=column, help=help)


SHIPPING_REQUEST = Catalogue(
    ENTITY,
    _("shipping request"),
    [
        Field("status", _("Status"), Type.ENUM, _STATE, choices=choices(dict(CHOICES)), column="status"),
        Field("exceptions", _("Exceptions"), Type.LIST, _STATE, noun=_("exception"), folded="exceptions",
              help=_("Types of the exceptions that are active now")),
        _text("extShipmentId", _("Request number"), _STATE, folded="number_folded"),
        _text("shipmentId", _("Request ID"), _STATE, folded="public_id"),
        _text("locationId", _("Location"), _STATE, folded="location__public_id", help=_("Where it is shipped from")),
        _text("fulfillmentIntegrationId", _("Warehouse integration"), _STATE, folded="fulfillment_source__public_id"),
        _text("extReferenceId", _("Reference of the warehouse"), _STATE),
        Field("version", _("Which request of its order"), Type.NUMBER, _STATE, column="ordinal",
              help=_("1 for the first one")),
        Field("cancellationStatus", _("Cancelling at the warehouse"), Type.ENUM, _STATE,
              choices=choices(CANCELLATIONS)),
        Field("canceledByType", _("Canceled by"), Type.ENUM, _STATE, choices=_BY),
        Field("skipLocation", _("Location left out afterwards"), Type.BOOLEAN, _STATE, column="skip_location"),
        _text("extOrderId", _("Order number"), _ORDER),
        _text("orderId", _("Order ID"), _ORDER),
        _text("extOrderApiId", _("Order ID in the channel"), _ORDER),
        _text("orderIntegration", _("Source"), _ORDER, help=_("The store that the order was taken from")),
        _text("orderSource", _("Channel"), _ORDER),
        _text("customerPONumber", _("Purchase order number"), _ORDER),
        *_address(),
        _text("shippingCode", _("Shipping code"), _SHIPPING),
        _text("shippingCarrier", _("Shipping carrier"), _SHIPPING),
        _text("shippingClass", _("Shipping class"), _SHIPPING),
        _text("shippingNote", _("Shipping note"), _TAGS),
        _text("giftNote", _("Gift note"), _TAGS),
        _text("incoterms", _("Incoterms"), _SHIPPING),
        Field("tags", _("Tags"), Type.LIST, _TAGS, noun=_("tag")),
        _text("currency", _("Currency"), _SHIPPING),
        _moment("createdAt", _("Created"), "created_at"),
        _moment("updatedAt", _("Changed"), "updated_at"),
        _moment("sentToFulfillmentAt", _("Sent"), "sent_at", _("When the warehouse had it")),
        _moment("canceledAt", _("Canceled"), "canceled_at"),
        _moment("orderCreateTime", _("Order placed")),
        _moment("shipAfterDate", _("Ship after")),
        _moment("shipByDate", _("Ship by")),
        _moment("shipCancelByDate", _("Cancel when not shipped by")),
        _moment("expectedDeliveryDate", _("Expected delivery")),
        Field("lineItems.sku", _("Line SKU"), Type.TEXT, _LINES, noun=_("SKU"), line=True, folded="sku_folded"),
        Field("lineItems.quantity", _("Line quantity"), Type.NUMBER, _LINES, noun=_("quantity"), line=True,
              column="quantity"),
        Field("lineItems.fulfilled", _("Line shipped"), Type.NUMBER, _LINES, noun=_("shipped"), line=True,
              column="fulfilled", help=_("Units that the warehouse has shipped")),
    ],
)  # fmt: skip
FACETS = Facets(SHIPPING_REQUEST)


def content(order: Order, source_public_id: str, lines: Sequence[Json]) -> Json:
    """Return what a warehouse is asked for: the order's part of it, with these lines."""
    told: Json = {
        "orderId": order.public_id,
        "orderIntegration": source_public_id,
        "orderCreateTime": order.content["extOrderCreatedAt"],
        "lineItems": list(lines),
    }
    return told | {key: order.content[key] for key in _COPIED if order.content.get(key) not in (None, [], "")}


def state(request: ShippingRequest) -> Json:
    """Return what changes in the life of a request, from its own columns alone."""
    told: Json = {
        "status": request.status,
        "extReferenceId": request.ext_reference_id,
        "extReferenceUrl": request.ext_reference_url,
        "sentToFulfillmentAt": _at(request.sent_at),
        "canceledAt": _at(request.canceled_at),
        "canceledBy": request.canceled_by_name,
        "canceledByType": request.canceled_by_kind.replace("_", ""),
        "cancellationStatus": request.cancellation,
    }
    told = {key: value for key, value in told.items() if value}
    return told | {"skipLocation": request.skip_location, "excludeFromReuse": request.exclude_from_reuse}


def facets(request: ShippingRequest) -> Json:
    """Return the normal forms of the fields that have no column."""
    return FACETS.of(request.content | state(request))


def document(request: ShippingRequest) -> Json:
    """Return the document as the request stands now.

    Reads organization, location, fulfillment source and lines: have them joined and fetched where there are many.
    """
    told: Json = {
        "shipmentId": request.public_id,
        "orgKey": request.organization.public_id,
        "extShipmentId": request.ext_shipment_id,
        "version": request.ordinal,
        "locationId": request.location.public_id,
        "createdAt": instant(request.created_at),
        "updatedAt": instant(request.updated_at),
    }
    if request.fulfillment_source is not None:
        told["fulfillmentIntegrationId"] = request.fulfillment_source.public_id
    if request.exceptions:
        told["exceptions"] = list(request.exceptions)
    content: Json = request.content
    return told | state(request) | content | {"lineItems": _lines(request)}


def _lines(request: ShippingRequest) -> list[Json]:
    """Return the lines as they were asked for, with how many units of each were shipped."""
    shipped = {line.position: line.fulfilled for line in request.lines.all()}
    asked: list[Json] = request.content["lineItems"]
    return [line | {"fulfilled": plain(shipped.get(place, 0))} for place, line in enumerate(asked)]


def _at(moment: Any) -> str:
    return instant(moment) if moment else ""
