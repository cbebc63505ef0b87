"""Line items changed by hand: what is wished for, how far it may go, and the lines that come of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from orders.documents.dispositions import plain
from orders.documents.values import Fault, NotWritable
from orders.records.order import MAX_LINES, LineItem
from orders.requests.tally import Became
from portal.filters.mark import gettext_noop as _
from portal.kit.json import Json

Quantity = int | Decimal
MEMBERS = ("quantity", "itemPrice", "requiresShipping")
"""What may be changed of a line that is there."""


@dataclass(frozen=True, slots=True)
class LineWishes:
    """What shall become of the lines: members by `uniqueId`, lines to be taken away, and new ones.

    The values are as they were typed; `wished_lines` judges them.
    """

    changed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    removed: frozenset[str] = frozenset()
    added: Sequence[Json] = ()
    """New lines in canonical names, each with a `uniqueId` that no line has."""

    def __bool__(self) -> bool:
        return bool(self.changed or self.removed or self.added)


def place(unique_id: str, member: str) -> str:
    """Return where a fault of a line stands."""
    return f"lineItems/{unique_id}/{member}"


def least(became: Became | None) -> Quantity:
    """Return how few units a line may have: what was taken out of it, and what is shipped or with a warehouse."""
    return 0 if became is None else became.out + max(became.sent, became.fulfilled)


def wished_lines(lines: Sequence[Json], wishes: LineWishes, became: Mapping[str, Became]) -> list[Json]:
    """Return the lines as they are wished for. Raises NotWritable with every fault, each at its line."""
    faults: list[Fault] = []
    told: list[Json] = []
    for line in lines:
        key = line["uniqueId"]
        if key in wishes.removed:
            faults += _too_few(line, 0, became.get(key), "quantity")
        else:
            told.append(_changed(line, wishes.changed.get(key, {}), became.get(key), faults))
    told += [one for wished in wishes.added if (one := _read(wished, wished["uniqueId"], faults))]
    if len({one["uniqueId"] for one in told}) < len(told):
        faults.append(Fault("", _("A line that you add is there already. Look again, then decide.")))
    if len(told) > MAX_LINES:
        faults.append(Fault("", _("An order has at most {most} lines.").format(most=f"{MAX_LINES:,}")))
    if faults:
        raise NotWritable(faults)
    return told


def _changed(line: Json, wished: Mapping[str, Any], became: Became | None, faults: list[Fault]) -> Json:
    if not wished:
        return line
    after = {key: value for key, value in (line | dict(wished)).items() if value is not None}
    read = _read(after, line["uniqueId"], faults)
    if read is None:
        return line
    if read["quantity"] <= 0:
        told = _("Type how many units, or remove the line.")
        faults.append(Fault(place(line["uniqueId"], "quantity"), told))
    faults += _too_few(line, read["quantity"], became, "quantity")
    if not read.get("requiresShipping", True) and least(became) > 0:
        told = _("Units of it are shipped or with a warehouse: it needs shipping.")
        faults.append(Fault(place(line["uniqueId"], "requiresShipping"), told))
    made = line | {key: read[key] for key in wished if key in read}
    return {key: value for key, value in made.items() if key in read or key not in wished}


def _too_few(line: Json, wanted: Quantity, became: Became | None, member: str) -> list[Fault]:
    fewest = least(became)
    if wanted >= fewest or became is None:
        return []
    reasons = [
        (became.fulfilled, _("{n} shipped")),
        (max(became.sent - became.fulfilled, 0), _("{n} in a request at a warehouse")),
        (became.out, _("{n} canceled or rejected here")),
    ]
    why = ", ".join(words.format(n=plain(count)) for count, words in reasons if count > 0)
    told = _("At least {least}: {why}. Cancel the request first, if they are not to be shipped.")
    if became.sent <= became.fulfilled:
        told = _("At least {least}: {why}.")
    return [Fault(place(line["uniqueId"], member), told.format(least=plain(fewest), why=why))]


def _read(line: Json, key: str, faults: list[Fault]) -> Json | None:
    """Return a line as a store could have sent it; what does not fit is told at its place."""
    try:
        read: Json = LineItem.model_validate(line).model_dump(by_alias=True, exclude_none=True)
    except ValidationError as error:
        for one in error.errors(include_url=False, include_input=False):
            member = str(one["loc"][0]) if one["loc"] else "sku"
            told = _("must be given") if one["type"] == "missing" else str(one["msg"])
            told = told.removeprefix("Value error, ").rstrip(".")
            faults.append(Fault(place(key, member), _WORDS.get(member, "{told}.").format(told=told)))
        return None
    if not read["sku"].strip() and not read.get("name"):
        faults.append(Fault(place(key, "sku"), _("Type the SKU of what is added.")))
        return None
    return read | {"quantity": plain(read["quantity"]), "customFields": list(read["customFields"])}


_WORDS = {
    "quantity": _("The quantity {told}."),
    "itemPrice": _("The price {told}."),
    "sku": _("The SKU {told}."),
    "name": _("The name {told}."),
}


def worth(lines: Sequence[Json]) -> Decimal:
    """Return what the lines cost altogether, before discounts and tax of the order."""
    return sum((Decimal(one["quantity"]) * Decimal(one.get("itemPrice") or 0) for one in lines), Decimal(0))


def said(before: Sequence[Json], after: Sequence[Json]) -> str:
    """Say what became of the lines, for the activity: “Green tea 2 → 1, Tea pot × 1 added”."""
    old, new = ({one["uniqueId"]: one for one in lines} for lines in (before, after))
    parts = [f"{_name(old[key])} removed" for key in old if key not in new]
    for key, line in new.items():
        was = old.get(key)
        if was is None:
            parts.append(f"{plain(line['quantity'])} × {_name(line)} added")
        elif was["quantity"] != line["quantity"]:
            parts.append(f"{_name(line)} {plain(was['quantity'])} → {plain(line['quantity'])}")
        elif was != line:
            parts.append(f"{_name(line)} changed")
    shown = parts[:6]
    return ", ".join(shown) + (f" and {len(parts) - 6} more" if len(parts) > 6 else "")


def _name(line: Json) -> str:
    return str(line.get("name") or line["sku"] or line["uniqueId"])[:80]
