"""Lines that were taken out of an order here: canceled or rejected, by quantity. Pure.

The document says so twice, as behaviour.md 2.1 has it: `dispositions`, what became of how many units of each
line (by its `uniqueId`), and `disposition`, the same for the whole order in words. No channel reports either.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from portal.kit.json import Json

Kind = Literal["canceled", "rejected"]
KINDS: tuple[Kind, ...] = ("canceled", "rejected")
_WORDS = frozenset(word for kind in KINDS for word in (kind, f"partially{kind.capitalize()}"))


@dataclass(frozen=True, slots=True)
class Out:
    """How many units of one line were taken out."""

    canceled: int | Decimal = 0
    rejected: int | Decimal = 0

    @property
    def total(self) -> int | Decimal:
        """Both together."""
        return self.canceled + self.rejected


def taken_out(document: Json) -> dict[str, Out]:
    """Return what was taken out of each line, by its `uniqueId`; lines that are whole are left out."""
    found = {}
    for one in _entries(document):
        amounts: dict[Any, int | Decimal] = dict.fromkeys(KINDS, 0)
        for value in one.get("values", ()):
            if value.get("type") in amounts:
                amounts[value["type"]] += value["quantity"]
        if any(amounts.values()):
            found[one["uniqueId"]] = Out(**amounts)
    return found


def units_of(document: Json, kind: str) -> dict[str, int | Decimal]:
    """Return how many units of each line became this (`fulfilled`), by its `uniqueId`; none: left out."""
    return {
        one["uniqueId"]: value["quantity"]
        for one in _entries(document)
        for value in one.get("values", ())
        if value.get("type") == kind
    }


def open_quantity(line: Json, out: dict[str, Out]) -> int | Decimal:
    """Return how many units of a line are still to be shipped."""
    taken = out.get(line["uniqueId"])
    quantity: int | Decimal = line["quantity"]
    return max(quantity - taken.total, 0) if taken else quantity


def take_out(document: Json, unique_ids: Iterable[str], kind: Kind) -> Json:
    """Return the document with all that is open of these lines canceled or rejected."""
    out, wanted = taken_out(document), set(unique_ids)
    entries = [dict(one) for one in _entries(document)]
    place = {one["uniqueId"]: one for one in entries}
    for line in document.get("lineItems", ()):
        left = open_quantity(line, out)
        if line["uniqueId"] in wanted and left > 0:
            _add(entries, place, line["uniqueId"], kind, left)
    if not entries:
        return document
    told = document | {"dispositions": entries}
    return told | {"disposition": _in_words(told)}


def nothing_is_left(document: Json) -> bool:
    """Say whether an order that had lines has none left that are to be shipped."""
    lines, out = document.get("lineItems", ()), taken_out(document)
    return bool(lines) and not any(open_quantity(line, out) > 0 for line in lines)


def plain(quantity: int | Decimal) -> int | Decimal:
    """Return a quantity without zeros behind it: 2 for 2.000000."""
    return int(quantity) if quantity == int(quantity) else Decimal(quantity).normalize()


def _entries(document: Json) -> list[Json]:
    entries = document.get("dispositions")
    return entries if isinstance(entries, list) else []


def _add(entries: list[Json], place: dict[str, Json], unique_id: str, kind: Kind, quantity: int | Decimal) -> None:
    if unique_id not in place:
        place[unique_id] = {"uniqueId": unique_id, "values": []}
        entries.append(place[unique_id])
    entry = place[unique_id]
    before = sum((one["quantity"] for one in entry["values"] if one["type"] == kind), 0)
    others = [one for one in entry["values"] if one["type"] != kind]
    entry["values"] = [*others, {"type": kind, "quantity": plain(before + quantity)}]


def _in_words(document: Json) -> list[str]:
    """Return what the whole order is: a word for each kind, “partially…” unless it is all units."""
    out = taken_out(document)
    ordered = sum((line["quantity"] for line in document["lineItems"]), 0)
    words = [one for one in document.get("disposition") or [] if one not in _WORDS]
    for kind in KINDS:
        units = sum((getattr(one, kind) for one in out.values()), 0)
        if units > 0:
            words.append(kind if units >= ordered else f"partially{kind.capitalize()}")
    return words
