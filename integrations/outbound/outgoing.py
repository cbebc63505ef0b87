"""A shipping request in the words of its warehouse: its names of SKUs, location and method."""

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext as _

from integrations.capabilities import Outgoing, OutgoingLine
from integrations.models import Integration
from orders.documents.shipping_request import document
from orders.lifecycle.shipping_request import CANCELED
from orders.methods.choose import method_for
from orders.models import ExternalLocation, ShippingRequest, ShippingRequestLine
from orders.products.skus import their_skus
from orders.requests.references import reference_of
from portal.kit.json import Json


class Unfit(ValueError):
    """A request cannot be said in the words of its warehouse; `problem` is the type of exception that tells so."""

    def __init__(self, message: str, problem: str = "request_refused", cure: str = "") -> None:
        super().__init__(message)
        self.problem = problem
        self.cure = cure


def outgoing(request: ShippingRequest, integration: Integration) -> Outgoing:
    """Return a request as the warehouse gets it; it has its lines, order, location and source.

    Raises Unfit, or orders.methods.choose.Unmapped.
    """
    told = document(request)
    lines = sorted(request.lines.all(), key=lambda line: line.position)
    names = their_skus(integration.source, [line.sku for line in lines])
    prices = _prices(request.order.content)
    return Outgoing(
        reference=reference_of(request.public_id),
        number=request.ext_shipment_id,
        order_number=request.order.ext_order_id,
        location=_location(request, integration),
        method=_method(integration, told),
        document=told,
        lines=tuple(_line(line, names[line.sku], prices) for line in lines),
        currency=str(told.get("currency", "")),
        ordered_at=_moment(told.get("orderCreateTime")),
        previous=_previous(request),
    )


def _line(line: ShippingRequestLine, theirs: str, prices: dict[str, Decimal]) -> OutgoingLine:
    if line.quantity != int(line.quantity):
        told = {"sku": line.sku, "quantity": line.quantity.normalize()}
        raise Unfit(_("%(quantity)s units of %(sku)s: warehouses ship whole units only.") % told)
    # The price on the order is that of the bundle, not of its components.
    price = None if line.bundle_sku else prices.get(line.unique_id)
    return OutgoingLine(line.position, line.unique_id, theirs, line.sku, line.name, int(line.quantity), price)


def _prices(order: Json) -> dict[str, Decimal]:
    rows = order.get("lineItems", ())
    return {str(row["uniqueId"]): Decimal(str(row["itemPrice"])) for row in rows if row.get("itemPrice") is not None}


def _location(request: ShippingRequest, integration: Integration) -> str:
    """Return what the warehouse calls the location of a request; empty where it names none at all."""
    rows = ExternalLocation.across.filter(source_id=integration.source_id, active=True)
    names = list(rows.order_by("pk").values_list("location_id", "ext_location_id"))
    mine = [name for location_id, name in names if location_id == request.location_id]
    if mine or not names:
        return mine[0] if mine else ""
    told = {"location": request.location.name, "name": integration.name}
    raise Unfit(
        _("“%(location)s” is no location that %(name)s reports.") % told,
        cure=_("Open the location and say what %(name)s calls it, or choose who ships from it. Then send it again.")
        % told,
    )


def _method(integration: Integration, told: Json) -> str:
    """Return the warehouse's shipping method; empty where it is to choose. Raises Unmapped."""
    found = method_for(integration.organization_id, integration.source, told)
    return found.code if found else ""


def _previous(request: ShippingRequest) -> str:
    """Return the reference of the last request of the order that the same warehouse had, and that was canceled."""
    if request.ordinal == 1:
        return ""
    rows = ShippingRequest.across.filter(
        order_id=request.order_id, fulfillment_source_id=request.fulfillment_source_id, ordinal__lt=request.ordinal,
        status__in=[one.value for one in CANCELED], sent_at__isnull=False,
    )  # fmt: skip
    public_id = rows.order_by("-ordinal").values_list("public_id", flat=True).first()
    return reference_of(public_id) if public_id else ""


def _moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None
