"""Which units of a report can be booked on which lines of its request, and which cannot. Pure.

What a warehouse says is not trusted: no line ever gets more than was asked of it. What is left over is named
with the reason, so that it can be told and mended.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from orders.documents.dispositions import plain
from orders.fulfillments.quantities import begun
from orders.records.fulfillment import FulfillmentLine
from orders.requests.tally import Quantity
from portal.kit.text import fold


class Why(StrEnum):
    """Why units of a report were not booked; the names are those of `notCounted[].why` in the document."""

    TOO_MUCH = "tooMuch"
    OTHER_SKU = "otherSku"
    ASKED_ELSEWHERE = "askedElsewhere"


@dataclass(slots=True)
class Asked:
    """A line of the request as it stands: what may still be booked on it."""

    position: int
    unique_id: str
    sku: str
    sku_folded: str
    name: str
    open: Quantity
    bundle_folded: str = ""
    """The folded SKU of the bundle that it is a component of; empty for a line that is none."""
    per_bundle: int = 1


@dataclass(frozen=True, slots=True)
class Left:
    """Units that were reported and not booked."""

    unique_id: str
    sku: str
    quantity: Quantity
    why: Why


@dataclass(slots=True)
class Booking:
    """What becomes of a report: units by the position of their line, and what is left over."""

    units: dict[int, Quantity] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)

    def add(self, line: Asked, units: Quantity) -> None:
        """Book units on a line."""
        self.units[line.position] = self.units.get(line.position, 0) + units
        line.open -= units


Room = dict[tuple[str, str], Quantity]
"""Of a request that counts no more: what nobody else was asked for, by order line and folded SKU."""


def book(
    reported: Sequence[FulfillmentLine], lines: Sequence[Asked], aliases: Mapping[str, str], room: Room | None = None
) -> Booking:
    """Book reported lines on the lines of a request; an empty report means everything that is open.

    `lines` are brought up to date. `aliases` leads from the warehouse's folded SKUs to ours. With `room`, no more
    is booked than that leaves.
    """
    booking = Booking()
    if not reported:
        for line in lines:
            _fill([line], line.open, booking, room)
        return booking
    for one in reported:
        _book_line(one, lines, aliases, room, booking)
    return booking


def _book_line(
    one: FulfillmentLine, lines: Sequence[Asked], aliases: Mapping[str, str], room: Room | None, booking: Booking
) -> None:
    told = one.unique_id or "", one.sku or ""
    fitting = _fitting(one, lines, aliases)
    parts = _parts(one, fitting or lines, aliases)
    if not fitting and not parts:
        booking.left.append(Left(*told, plain(one.quantity), Why.OTHER_SKU))
        return
    if parts:
        left: Quantity = max(_fill_part(part, one.quantity, booking, room) for part in parts)
        fitting = parts
    else:
        left = _fill(fitting, one.quantity, booking, room)
    if left > 0:
        still = any(line.open > 0 for line in fitting)  # only for want of room: somebody else was asked for it
        booking.left.append(Left(*told, plain(left), Why.ASKED_ELSEWHERE if still else Why.TOO_MUCH))


def _fitting(one: FulfillmentLine, lines: Sequence[Asked], aliases: Mapping[str, str]) -> list[Asked]:
    """Return the lines that a reported line may mean: by its SKU where it says one, then by its unique ID."""
    skus = _skus(one, aliases)
    same = [line for line in lines if not skus or line.sku_folded in skus]
    named = [line for line in same if line.unique_id == one.unique_id]
    return named or (same if skus else [])


def _parts(one: FulfillmentLine, lines: Sequence[Asked], aliases: Mapping[str, str]) -> list[Asked]:
    """Return the components of the bundle that a reported line names instead of them: by its SKU or its line."""
    skus = _skus(one, aliases)
    parts = [line for line in lines if line.bundle_folded and (not skus or line.bundle_folded in skus)]
    return [line for line in parts if line.unique_id == one.unique_id] or (parts if skus else [])


def _skus(one: FulfillmentLine, aliases: Mapping[str, str]) -> frozenset[str]:
    if not one.sku:
        return frozenset()
    folded = fold(one.sku)
    return frozenset({folded, aliases.get(folded, folded)})


def _fill_part(part: Asked, bundles: Quantity, booking: Booking, room: Room | None) -> Quantity:
    """Book so many bundles' worth of one component. Returns how many bundles, begun ones too, are left over."""
    return begun(_fill([part], bundles * part.per_bundle, booking, room), part.per_bundle)


def _fill(lines: Sequence[Asked], units: Quantity, booking: Booking, room: Room | None) -> Quantity:
    """Book units on lines, one after the other. Returns what is left over."""
    for line in lines:
        key = (line.unique_id, line.sku_folded)
        most = line.open if room is None else min(line.open, room.get(key, 0))
        taken = min(units, most)
        if taken > 0:
            booking.add(line, taken)
            units -= taken
            if room is not None:
                room[key] -= taken
    return units
