"""What became of the units of an order's lines: in requests, sent, shipped, open. Pure.

Everything that counts units asks here: the status of an order, its `dispositions` (behaviour.md 2.1), and
routing, which may only route what is open. Units are those of the order's line: of a bundle that went out as
its components, as many bundles as all components make.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from orders.documents.dispositions import Out, plain, taken_out
from orders.lifecycle.order import OrderStatus
from orders.lifecycle.shipping_request import CANCELED, SHIPPED, RequestStatus
from portal.kit.json import Json

Quantity = int | Decimal
_SENT = SHIPPED | {RequestStatus.SENT_TO_FULFILLMENT}
_COUNTED = ("routed", "sent", "fulfilled", "failed")
"""What `dispositions` tells of lines beside what was taken out, in this order. Sent units were routed, too."""
_SCALES = (
    ("routed", "partiallyRouted", "unrouted"),
    ("sent", "partiallySent", "unsent"),
    ("fulfilled", "partiallyFulfilled", "unfulfilled"),
)
_WORDS = frozenset(word for scale in _SCALES for word in scale) | {"failed", "partiallyFailed"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of a shipping request, as far as it counts."""

    unique_id: str
    sku: str
    status: str
    quantity: Quantity
    fulfilled: Quantity = 0
    rejected: Quantity = 0
    """What the warehouse said it cannot ship."""
    bundle_sku: str = ""
    per_bundle: int = 1

    @property
    def routed(self) -> Quantity:
        """How many units it keeps from being routed again."""
        if self.status in CANCELED or self.status == RequestStatus.FAILED:
            return self.fulfilled
        return max(self.quantity - self.rejected, self.fulfilled)

    @property
    def sent(self) -> Quantity:
        """How many units a warehouse was told of."""
        return self.routed if self.status in _SENT else self.fulfilled

    @property
    def failed(self) -> Quantity:
        """How many units could not be handed to a warehouse."""
        left = max(self.quantity - self.fulfilled - self.rejected, 0)  # what was rejected has its own word
        return left if self.status == RequestStatus.FAILED else 0


@dataclass(frozen=True, slots=True)
class Became:
    """What became of the units of one order line."""

    ordered: Quantity
    out: Quantity = 0
    """Canceled or rejected here (`orders.documents.dispositions`)."""
    routed: Quantity = 0
    sent: Quantity = 0
    fulfilled: Quantity = 0
    failed: Quantity = 0

    @property
    def wanted(self) -> Quantity:
        """How many units are to be shipped altogether."""
        return max(self.ordered - self.out, 0)

    @property
    def open(self) -> Quantity:
        """How many units no warehouse is asked for yet."""
        return max(self.wanted - self.routed, 0)


def tally(document: Json, asked: Iterable[Asked]) -> dict[str, Became]:
    """Return what became of each line that is to be shipped, by its `uniqueId`, in the order of the lines."""
    out = taken_out(document)
    by_line: dict[str, list[Asked]] = {}
    for one in asked:
        by_line.setdefault(one.unique_id, []).append(one)
    return {
        line["uniqueId"]: _became(line["quantity"], out.get(line["uniqueId"], Out()), by_line.get(line["uniqueId"], ()))
        for line in document.get("lineItems", ())
        if line.get("requiresShipping", True)
    }


def _became(ordered: Quantity, out: Out, asked: Sequence[Asked]) -> Became:
    if not asked:
        return Became(ordered, out.total)
    if len(asked) == 1 and not asked[0].bundle_sku:
        (one,) = asked
        return Became(ordered, out.total, one.routed, one.sent, one.fulfilled, one.failed)
    whole = [one for one in asked if not one.bundle_sku]
    parts = [one for one in asked if one.bundle_sku]
    counted = {name: sum((getattr(one, name) for one in whole), 0) + _bundles(parts, name) for name in _COUNTED}
    return Became(ordered, out.total, **counted)


def _bundles(parts: Sequence[Asked], name: str) -> Quantity:
    """Return how many bundles the components make: as many as the scarcest of them allows.

    Routed are also those of which one component alone is: a bundle that is begun is not asked for a second time.
    """
    units: dict[str, Quantity] = {}
    per: dict[str, int] = {}
    for one in parts:
        units[one.sku] = units.get(one.sku, 0) + getattr(one, name)
        per[one.sku] = one.per_bundle
    if name == "routed":
        return max((-(-units[sku] // per[sku]) for sku in units), default=0)
    return min((units[sku] // per[sku] for sku in units), default=0)


def status_after(status: str, lines: Mapping[str, Became]) -> OrderStatus | None:
    """Return the status that an order has come to by what became of its lines; None: it stays.

    Only an order on its way is moved. One that a person keeps back, has canceled or archived stays where it is.
    """
    now = OrderStatus(status)
    total = summed(lines)
    if now not in _ON_ITS_WAY or total.wanted == 0:
        return None
    found = _reached(total, lines)
    return None if found == now else found


def _reached(total: Became, lines: Mapping[str, Became]) -> OrderStatus:
    if all(one.fulfilled >= one.wanted for one in lines.values()):
        return OrderStatus.FULFILLED
    if total.fulfilled > 0:
        return OrderStatus.PARTIAL_FULFILLMENT
    if all(one.sent >= one.wanted for one in lines.values()):
        return OrderStatus.SENT_TO_FULFILLMENT
    return OrderStatus.READY_FOR_FULFILLMENT


_ON_ITS_WAY = frozenset(
    {OrderStatus.READY_FOR_FULFILLMENT, OrderStatus.SENT_TO_FULFILLMENT, OrderStatus.PARTIAL_FULFILLMENT}
)


def summed(lines: Mapping[str, Became]) -> Became:
    """Return all lines as one. More than was wanted of one line does not stand for what is missing of another."""
    ordered: Quantity = 0
    out: Quantity = 0
    routed: Quantity = 0
    sent: Quantity = 0
    fulfilled: Quantity = 0
    failed: Quantity = 0
    for one in lines.values():
        wanted = one.wanted
        ordered += one.ordered
        out += one.out
        routed += min(one.routed, wanted)
        sent += min(one.sent, wanted)
        fulfilled += min(one.fulfilled, wanted)
        failed += min(one.failed, wanted)
    return Became(ordered, out, routed, sent, fulfilled, failed)


def told(document: Json, lines: Mapping[str, Became]) -> Json:
    """Return the document with `dispositions` and `disposition` as the lines are now; the same one if it says so."""
    kept = {one["uniqueId"]: one for one in document.get("dispositions") or ()}
    ids = [line["uniqueId"] for line in document.get("lineItems", ())]
    entries = [entry for key in ids if (entry := _entry(key, kept.get(key), lines.get(key)))]
    words = [one for one in document.get("disposition") or () if one not in _WORDS]
    found = {"dispositions": entries, "disposition": [*_in_words(summed(lines)), *words]}
    return document | {key: value for key, value in found.items() if value or key in document}


def _entry(unique_id: str, kept: Json | None, became: Became | None) -> Json | None:
    """Return what is told of one line: what was taken out as it stands, and behind it what else became of it."""
    values = [one for one in (kept or {}).get("values", ()) if one["type"] not in _COUNTED]
    if became is not None:
        counts = ((name, getattr(became, name)) for name in _COUNTED)
        values += [{"type": name, "quantity": plain(count)} for name, count in counts if count > 0]
    return {"uniqueId": unique_id, "values": values} if values else None


def _in_words(total: Became) -> list[str]:
    """Return one word for each of routed, sent and fulfilled, and one for what failed."""
    if total.wanted == 0:
        return []
    words = []
    for scale in _SCALES:
        count = getattr(total, scale[0])
        words.append(scale[0] if count >= total.wanted else scale[1] if count > 0 else scale[2])
    if total.failed > 0:
        words.append("failed" if total.failed >= total.wanted else "partiallyFailed")
    return words
