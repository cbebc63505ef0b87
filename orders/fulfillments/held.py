"""What writing fulfillments works on: parcels, locked requests with their lines, and what is made of them."""

from dataclasses import dataclass, field
from decimal import Decimal

from orders.documents.dispositions import plain
from orders.fulfillments.booking import Asked as Bookable
from orders.fulfillments.booking import Booking
from orders.fulfillments.find import Found
from orders.models import Fulfillment, Order, ShippingRequest, ShippingRequestLine
from orders.records.fulfillment import FulfillmentRecord
from orders.requests.tally import Asked
from portal.kit.json import Json
from portal.kit.text import fold


@dataclass(frozen=True, slots=True)
class Parcel:
    """A report whose shipping request is known."""

    record: FulfillmentRecord
    found: Found


@dataclass(slots=True)
class Held:
    """A locked request with its lines, as they change while parcels are booked."""

    request: ShippingRequest
    order: Order
    lines: list[ShippingRequestLine]
    rejected: dict[int, Decimal]
    """Units by position."""
    was: str
    """Its status before."""
    before: Json

    def bookable(self) -> list[Bookable]:
        """Return the lines with what may still be booked on them."""
        return [
            Bookable(
                line.position, line.unique_id, line.sku, line.sku_folded, line.name,
                max(line.quantity - line.fulfilled - self.rejected.get(line.position, Decimal(0)), Decimal(0)),
                fold(line.bundle_sku) if line.bundle_sku else "", line.per_bundle,
            )
            for line in self.lines
        ]  # fmt: skip

    def asked(self) -> list[Asked]:
        """Return the lines as counting sees them."""
        return [
            Asked(line.unique_id, line.sku_folded, self.request.status, line.quantity, line.fulfilled,
                  self.rejected.get(line.position, Decimal(0)), line.bundle_sku, line.per_bundle)
            for line in self.lines
        ]  # fmt: skip

    def document(self) -> Json:
        """Return what of the request's document a fulfillment changes."""
        shipped = {line.position: line.fulfilled for line in self.lines}
        asked = self.request.content.get("lineItems", ())
        return {"lineItems": [line | {"fulfilled": plain(shipped.get(i, 0))} for i, line in enumerate(asked)]}


@dataclass(slots=True)
class Made:
    """One fulfillment that is to be written, and what follows from it."""

    row: Fulfillment
    held: Held
    booking: Booking
    record: FulfillmentRecord
    units: dict[str, int] = field(default_factory=dict)
    """Whole units of stock by folded SKU."""
