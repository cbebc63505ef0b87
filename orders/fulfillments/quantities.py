"""What a report makes of its request, and what an order is called for it (behaviour.md 2.1, 3.2 and 3.3). Pure.

The units of an order's lines are counted in one place, `orders.requests.tally`. Here stands what only
fulfillments know: when a request has failed, what was rejected and is still wanted, and since when an order is
fulfilled.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from orders.documents.dispositions import taken_out
from orders.lifecycle.order import OrderStatus
from orders.lifecycle.shipping_request import CANCELED, RequestStatus
from orders.requests.tally import Asked, Became, Quantity
from portal.kit.json import Json

DEAD = CANCELED | {RequestStatus.FAILED}
"""Nothing more is expected of these requests; their units may have been asked for elsewhere."""
REJECTED = ("rejected", "partiallyRejected")


def still_open(one: Asked) -> Quantity:
    """Return what a warehouse may still ship of a line."""
    return max(one.quantity - one.fulfilled - one.rejected, 0)


def request_status(present: str, lines: Sequence[Asked]) -> RequestStatus:
    """Return what a request is after a report: fulfilled, partly so, failed when all of it was rejected.

    A request of which something was shipped and the rest rejected stays partly fulfilled. One that was canceled
    stays so until all of it was shipped after all: nobody shall wait for its rest.
    """
    if lines and all(line.fulfilled >= line.quantity for line in lines):
        return RequestStatus.FULFILLED
    if present in CANCELED:
        return RequestStatus(present)
    if any(line.fulfilled > 0 for line in lines):
        return RequestStatus.PARTIAL_FULFILLMENT
    refused = lines and all(still_open(line) <= 0 for line in lines)
    return RequestStatus.FAILED if refused else RequestStatus(present)


def room(lines: Mapping[str, Became], asked: Sequence[Asked]) -> dict[tuple[str, str], Quantity]:
    """Return how many units of each SKU of each order line no warehouse is asked for, by (unique ID, folded SKU).

    For a request that counts no more: what it ships after all is booked only as far as nobody else ships it.
    """
    open_of = {key: one.open for key, one in lines.items()}
    return {
        (one.unique_id, one.sku): open_of.get(one.unique_id, 0) * (one.per_bundle if one.bundle_sku else 1)
        for one in asked
    }


def rejected_words(document: Json, lines: Mapping[str, Became], asked: Sequence[Asked]) -> list[str]:
    """Return the word of `disposition` for what was rejected: by warehouses and still open, or by people and rules."""
    by_line: dict[str, Quantity] = {}
    for one in asked:
        share = begun(one.rejected, one.per_bundle) if one.bundle_sku else one.rejected
        by_line[one.unique_id] = max(by_line.get(one.unique_id, 0), share) if one.bundle_sku else (
            by_line.get(one.unique_id, 0) + share
        )  # fmt: skip
    waiting = sum((min(units, lines[key].open) for key, units in by_line.items() if key in lines), Decimal(0))
    units = waiting + sum((one.rejected for one in taken_out(document).values()), Decimal(0))
    ordered = sum((line["quantity"] for line in document.get("lineItems", ())), Decimal(0))
    return [] if units <= 0 else ["rejected" if units >= ordered else "partiallyRejected"]


def complete(
    document: Json, lines: Mapping[str, Became], asked: Sequence[Asked], *, was: str, becomes: str, at: str
) -> Json:
    """Return the document of an order that is being settled, with what only fulfillments know.

    `disposition` says what was rejected; `fulfilledAt` is when the order became fulfilled, and goes when it is so
    no longer. `at` is this moment, as documents write it.
    """
    words = [one for one in document.get("disposition") or () if one not in REJECTED]
    words += rejected_words(document, lines, asked)
    told = document | ({"disposition": words} if words or "disposition" in document else {})
    if becomes != OrderStatus.FULFILLED:
        return {key: value for key, value in told.items() if key != "fulfilledAt" or becomes == was}
    return told if was == OrderStatus.FULFILLED and "fulfilledAt" in told else told | {"fulfilledAt": at}


def begun(units: Quantity, per: int) -> Quantity:
    """Return for how many bundles, one that is only begun included, units of a component stand."""
    whole = units // per
    return whole if whole * per == units else whole + 1
