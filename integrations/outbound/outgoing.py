"""A shipping request in the words of its warehouse: its names of SKUs, location and method."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _

from integrations.capabilities import Outgoing, OutgoingLine
from integrations.models import Integration
from orders.documents.shipping_request import document
from orders.lifecycle.shipping_request import CANCELED
from orders.methods.choose import Methods
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


class Words:
    """What one warehouse calls SKUs, locations and methods, read once for all `requests` that it gets now."""

    def __init__(self, integration: Integration, requests: Iterable[ShippingRequest]) -> None:
        self._integration = integration
        self._skus = their_skus(integration.source, [line.sku for one in requests for line in one.lines.all()])
        self._methods = Methods(integration.organization_id, integration.source)
        rows = ExternalLocation.across.filter(source_id=integration.source_id, active=True)
        self._locations = list(rows.order_by("pk").values_list("location_id", "ext_location_id"))

    def outgoing(self, request: ShippingRequest) -> Outgoing:
        """Return one of the requests as the warehouse gets it; it has its lines, order, location and source.

        Raises Unfit, or orders.methods.choose.Unmapped.
        """
        told = document(request)
        lines = sorted(request.lines.all(), key=lambda line: line.position)
        prices = _prices(request.order.content)
        method = self._methods.of(told)
        return Outgoing(
            reference=reference_of(request.public_id),
            number=request.ext_shipment_id,
            order_number=request.order.ext_order_id,
            location=self._location(request),
            method=method.code if method else "",  # without one it is to choose
            document=told,
            lines=tuple(_line(line, self._skus[line.sku], prices) for line in lines),
            currency=str(told.get("currency", "")),
            ordered_at=_moment(told.get("orderCreateTime")),
            previous=_previous(request),
        )

    def _location(self, request: ShippingRequest) -> str:
        """Return what the warehouse calls the location of a request; empty where it names none at all."""
        mine = [name for location_id, name in self._locations if location_id == request.location_id]
        if mine or not self._locations:
            return mine[0] if mine else ""
        told = {"location": request.location.name, "name": self._integration.name}
        raise Unfit(
            _("“%(location)s” is no location that %(name)s reports.") % told,
            cure=_("Open the location and say what %(name)s calls it, or choose who ships from it. Then send it again.")
            % told,
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
