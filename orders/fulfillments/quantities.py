"""How much of an order is fulfilled, and what the order is called for it (behaviour.md 2.1 and 3.2). Pure.

Warehouses ship the lines of shipping requests; people think in lines of orders. A bundle that was broken into
its components counts by whole bundles: as many as every component has been shipped for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from orders.documents.dispositions import Out, open_quantity, plain, taken_out
from orders.lifecycle.order import OrderStatus
from orders.lifecycle.shipping_request import CANCELED, RequestStatus
from portal.kit.json import Json

Quantity = int | Decimal
Word = Literal["fulfilled", "partiallyFulfilled", "unfulfilled"]
WORDS = frozenset({"fulfilled", "partiallyFulfilled", "unfulfilled", "rejected", "partiallyRejected"})
"""The words of `disposition` that are computed here; the other ones are left as they are."""
TYPES = frozenset({"fulfilled", "unfulfilled"})
"""The kinds of `dispositions[].values` that are written here."""

DEAD = CANCELED | {RequestStatus.FAILED}
"""Nothing more is expected of these requests; their units may have been asked for elsewhere."""


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One line of a shipping request and what became of it, in units of its own SKU."""

    status: str
    """Of its request."""
    unique_id: str
    """Of the order's line."""
    sku_folded: str
    quantity: Quantity
    fulfilled: Quantity = 0
    rejected: Quantity = 0
    aside: Quantity = 0
    """Units of `fulfilled` that do not count any more, because a person has marked the order unfulfilled."""
    bundle: bool = False
    """It is a component of what the order asks for."""
    per_bundle: int = 1

    @property
    def open(self) -> Quantity:
        """What the warehouse may still ship."""
        return max(self.quantity - self.fulfilled - self.rejected, 0)

    @property
    def shipped(self) -> Quantity:
        """What has been shipped and counts."""
        return max(self.fulfilled - self.aside, 0)

    @property
    def held(self) -> Quantity:
        """What it keeps from being asked for again: what counts as shipped, and what may still be."""
        return self.shipped + (0 if self.status in DEAD else self.open)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one line of an order, in units of the order."""

    shipped: Quantity = 0
    """Whole bundles, where it is one; never more than was ordered."""
    held: Quantity = 0
    """Units that need not be asked for again: shipped, or with a warehouse."""
    rejected: Quantity = 0
    """Units that warehouses could not ship and nobody has been asked for since."""
    begun: bool = False
    """Something of it has been shipped, be it one component."""


def done(document: Json, lines: Iterable[RequestLine]) -> dict[str, Done]:
    """Return what became of each line of an order's document, by its `uniqueId`."""
    of_line: dict[str, list[RequestLine]] = {}
    for line in lines:
        of_line.setdefault(line.unique_id, []).append(line)
    out = taken_out(document)
    return {
        line["uniqueId"]: _done(open_quantity(line, out), of_line.get(line["uniqueId"], ()))
        for line in document.get("lineItems", ())
    }


def _done(wanted: Quantity, lines: Sequence[RequestLine]) -> Done:
    shipped = _units([(line, line.shipped) for line in lines], whole=True)
    held = _units([(line, line.held) for line in lines], whole=False)
    rejected = _units([(line, line.rejected) for line in lines], whole=False)
    return Done(
        shipped=min(shipped, wanted),
        held=min(held, wanted),
        rejected=max(min(rejected, wanted - held), 0),
        begun=any(line.shipped > 0 for line in lines),
    )


def _units(amounts: Sequence[tuple[RequestLine, Quantity]], *, whole: bool) -> Quantity:
    """Add amounts of request lines up to units of their order line.

    Of a bundle those that all components suffice for are whole; what one component suffices for is begun, and
    counts as held, so that it is not asked for again.
    """
    simple = sum((amount for line, amount in amounts if not line.bundle), Decimal(0))
    parts: dict[str, Quantity] = {}
    per: dict[str, int] = {}
    for line, amount in amounts:
        if line.bundle:
            parts[line.sku_folded] = parts.get(line.sku_folded, 0) + amount
            per[line.sku_folded] = line.per_bundle
    if not parts:
        return plain(simple)
    if whole:
        return plain(simple + min(parts[sku] // per[sku] for sku in parts))
    return plain(simple + max(begun(parts[sku], per[sku]) for sku in parts))


def begun(units: Quantity, per: int) -> Quantity:
    """Return for how many bundles, one that is only begun included, units of a component stand."""
    whole = units // per
    return whole if whole * per == units else whole + 1


def status(document: Json, found: Mapping[str, Done]) -> OrderStatus | None:
    """Return what the order is for what was shipped of it: fulfilled, partly so, or None while nothing was.

    Lines that need no shipping, and units that were taken out, are not waited for.
    """
    if not any(one.begun for one in found.values()):
        return None
    missing = any(found[unique_id].shipped < wanted for unique_id, wanted in wanted_of(document).items())
    return OrderStatus.PARTIAL_FULFILLMENT if missing else OrderStatus.FULFILLED


def wanted_of(document: Json) -> dict[str, Quantity]:
    """Return how many units of each line that needs shipping the order wants, without those taken out."""
    out: dict[str, Out] = taken_out(document)
    return {
        line["uniqueId"]: wanted
        for line in document.get("lineItems", ())
        if line.get("requiresShipping", True) and (wanted := open_quantity(line, out)) > 0
    }


def words(document: Json, found: Mapping[str, Done]) -> list[str]:
    """Return what the order is in the words of `disposition`: how far fulfilled, and whether rejected."""
    wanted, told = wanted_of(document), []
    match status(document, found):
        case OrderStatus.FULFILLED:
            told.append("fulfilled")
        case OrderStatus.PARTIAL_FULFILLMENT:
            told.append("partiallyFulfilled")
        case _ if wanted:
            told.append("unfulfilled")
    ordered = sum((line["quantity"] for line in document.get("lineItems", ())), Decimal(0))
    rejected = sum((one.rejected for one in found.values()), Decimal(0))
    rejected += sum((one.rejected for one in taken_out(document).values()), Decimal(0))
    if rejected > 0:
        told.append("rejected" if rejected >= ordered else "partiallyRejected")
    return told


def values(document: Json, found: Mapping[str, Done]) -> dict[str, list[Json]]:
    """Return what `dispositions` says of each line beside what was taken out: fulfilled and unfulfilled units.

    What a warehouse rejected is unfulfilled: it is asked for again, unlike what people and rules reject.
    """
    told = {}
    for unique_id, wanted in wanted_of(document).items():
        shipped = found[unique_id].shipped
        amounts = (("fulfilled", shipped), ("unfulfilled", wanted - shipped))
        told[unique_id] = [{"type": kind, "quantity": plain(amount)} for kind, amount in amounts if amount > 0]
    return told


def request_status(present: str, lines: Sequence[RequestLine]) -> RequestStatus:
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
    refused = lines and all(line.open <= 0 for line in lines)
    return RequestStatus.FAILED if refused else RequestStatus(present)


def with_dispositions(document: Json, found: Mapping[str, Done]) -> Json:
    """Return the document with the words and amounts that are computed here; all others stay as they are."""
    told = values(document, found)
    entries = []
    for entry in document.get("dispositions") or ():
        rest = [one for one in entry["values"] if one["type"] not in TYPES]
        if mine := [*rest, *told.pop(entry["uniqueId"], ())]:
            entries.append({**entry, "values": mine})
    entries += [{"uniqueId": unique_id, "values": amounts} for unique_id, amounts in told.items()]
    rest_of_words = [one for one in document.get("disposition") or () if one not in WORDS]
    in_words = [*rest_of_words, *words(document, found)]
    kept = {key: value for key, value in document.items() if key not in ("dispositions", "disposition")}
    return kept | ({"dispositions": entries} if entries else {}) | ({"disposition": in_words} if in_words else {})
