"""What a warehouse has shipped, or could not ship, as connectors hand it in. Pure.

Names follow behaviour.md 2.3. One record is one parcel, or one refusal, of one shipping request.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from orders.records.order import MAX_LINES, Currency, Moment, Number, Record, Short, Text

MOST_TRACKING = 50
"""Tracking numbers of one parcel: a pallet has several, thousands are a mistake."""

Units = Annotated[Number, Field(gt=0)]
Cost = Annotated[Number, Field(ge=0)]


class FulfillmentLine(Record):
    """So many units of one line: named by the order line's `unique_id`, by SKU, or by both."""

    unique_id: Short | None = None
    sku: Short | None = None
    quantity: Units

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if not self.unique_id and not self.sku:
            raise ValueError("must name its line by uniqueId or by sku")
        return self


class FulfillmentRecord(Record):
    """One parcel of a shipping request, or one refusal to ship, final as the warehouse has it.

    `shipment` is what the warehouse calls the request: our own ID of it, its number (`extShipmentId`) or the
    reference that the warehouse gave when it took the request (`extReferenceId`).
    """

    ext_fulfillment_id: Annotated[Short, Field(min_length=1)]
    shipment: Annotated[Short, Field(min_length=1)]
    fulfillment_type: Literal["shipped", "rejected"] = "shipped"
    actual_ship_date: Moment | None = None
    line_items: Annotated[tuple[FulfillmentLine, ...], Field(max_length=MAX_LINES)] = ()
    """Empty: everything of the request that is still open."""
    tracking_number: Annotated[tuple[Short, ...], Field(max_length=MOST_TRACKING)] = ()
    tracking_url: Annotated[tuple[Text, ...], Field(max_length=MOST_TRACKING)] = ()
    shipping_carrier: Short | None = None
    shipping_class: Short | None = None
    shipping_charge: Cost | None = None
    currency: Currency | None = None
    reason: Text | None = None
    """Why it could not be shipped, in the words of the warehouse."""
    source_doc: dict[str, Any] | None = None
    """The warehouse's own document, shown as it came."""
