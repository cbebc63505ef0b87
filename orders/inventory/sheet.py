"""A file of stock as people write it: a head with the columns, then one row for each SKU and location.

Reading is strict and says everything that is wrong, each with its line, its column and what helps; nothing of a
file that has a fault is taken. Columns that are computed here (available, committed) are passed over, so that what
the list of stock exports can be changed and brought back.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.inventory.movements import MOST
from portal.kit.text import fold
from portal.ui.exports import csv_cell

MAX_BYTES = 1_000_000
MOST_ROWS = 10_000
MOST_SKU = 300
SHOWN_FAULTS = 200
"""So many faults are told; whoever has more has the same one many times."""

SKU, LOCATION, LOCATION_ID = "sku", "location", "location_id"
SETTABLE = ("on_hand", "future", "incoming", "unavailable")
"""What a file may set; the rest is the work of orders."""

_HEADS = {
    "sku": SKU, "location": LOCATION, "locationname": LOCATION, "locationid": LOCATION_ID, "onhand": "on_hand",
    "future": "future", "incoming": "incoming", "inbound": "incoming", "unavailable": "unavailable",
}  # fmt: skip
HEADS = {
    SKU: "SKU", LOCATION: "Location", LOCATION_ID: "Location ID", "on_hand": "On hand", "future": "Future",
    "incoming": "Inbound", "unavailable": "Unavailable",
}  # fmt: skip
"""The columns as the export writes them."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a file: where, what, and what helps. Line 0: the file as a whole."""

    line: int
    column: str
    message: str
    cure: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row that can be understood: what to set of which SKU at which place."""

    line: int
    sku: str
    place: str
    """The location as it is written: its ID or its name."""
    units: Mapping[str, int]


@dataclass(slots=True)
class Sheet:
    """What a file says, and what of it cannot be understood."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    passed_over: Sequence[str] = ()
    """Columns that are not read."""

    def fault(self, line: int, column: str, message: str, cure: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(line, HEADS.get(column, column), message, cure))


def read(data: bytes) -> Sheet:
    """Read a file of stock. Never raises: what is wrong stands in `faults`."""
    sheet = Sheet()
    text = text_of(data, sheet)
    if text is None:
        return sheet
    try:
        lines = list(lines_of(text))
    except csv.Error as error:
        sheet.fault(0, "", _("This cannot be read as CSV: %(why)s.") % {"why": error}, _("Save it as CSV once more."))
        return sheet
    if not lines:
        sheet.fault(0, "", _("The file is empty."), _("Its first line names the columns: SKU, Location, On hand."))
        return sheet
    heads = _heads(lines[0][1], sheet)
    if not sheet.faults:
        _rows(lines[1:], heads, sheet)
    return sheet


def text_of(data: bytes, sheet: Sheet) -> str | None:
    """Return a file as text; None where it cannot be read, and why stands in the faults."""
    if len(data) > MAX_BYTES:
        sheet.fault(0, "", _("The file is larger than 1 MB."), _("Split it and bring the parts one after the other."))
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        sheet.fault(line, "", _("A character here is not UTF-8."), _("Save the file as “CSV UTF-8”."))
        return None


def lines_of(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield what is not blank with the number of its line, as a text editor counts."""
    head = text.partition("\n")[0]
    mark = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text.replace("\x00", "\ufffd"), newline=""), delimiter=mark)
    start = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield start, [cell.strip() for cell in cells]
        start = reader.line_num + 1


def _heads(cells: Sequence[str], sheet: Sheet) -> dict[int, str]:
    found: dict[int, str] = {}
    unread = []
    for place, cell in enumerate(cells):
        name = _HEADS.get("".join(char for char in fold(cell) if char.isalnum()))
        if name is None:
            unread += [cell] if cell else []
        elif name in found.values():
            sheet.fault(1, name, _("This column is there twice."), _("Take one of the two away."))
        else:
            found[place] = name
    named = set(found.values())
    if SKU not in named:
        sheet.fault(1, SKU, _("There is no column with the SKU."), _("Call a column “SKU” in the first line."))
    if not named & {LOCATION, LOCATION_ID}:
        cure = _("Call a column “Location” in the first line; it holds the name or the ID of the location.")
        sheet.fault(1, LOCATION, _("There is no column with the location."), cure)
    if not named & set(SETTABLE):
        cure = _("Call a column “On hand”, “Future”, “Inbound” or “Unavailable” in the first line.")
        sheet.fault(1, "on_hand", _("There is no column with units."), cure)
    sheet.passed_over = unread
    return found


def _rows(lines: Sequence[tuple[int, list[str]]], heads: Mapping[int, str], sheet: Sheet) -> None:
    if len(lines) > MOST_ROWS:
        told = ngettext("The file has %(n)s row, more than %(most)s.", "The file has %(n)s rows, more than %(most)s.",
                        len(lines))  # fmt: skip
        cure = _("Split it and bring the parts one after the other.")
        sheet.fault(0, "", told % {"n": len(lines), "most": MOST_ROWS}, cure)
        return
    for line, cells in lines:
        named = {name: cells[place] if place < len(cells) else "" for place, name in heads.items()}
        row = _row(line, named, sheet)
        if row is not None:
            sheet.rows.append(row)


def _row(line: int, told: Mapping[str, str], sheet: Sheet) -> Row | None:
    before = len(sheet.faults)
    sku, place = plain(told[SKU]), plain(told.get(LOCATION_ID) or told.get(LOCATION, ""))
    if not fold(sku):
        sheet.fault(line, SKU, _("The SKU is missing."), _("Write it, or take the row away."))
    elif len(sku) > MOST_SKU:
        cure = _("Write the SKU as the order lines have it.")
        sheet.fault(line, SKU, _("The SKU is longer than %(most)s characters.") % {"most": MOST_SKU}, cure)
    if not place:
        column = LOCATION if LOCATION in told else LOCATION_ID
        sheet.fault(line, column, _("The location is missing."), _("Write its name or its ID, or take the row away."))
    units = {name: _units(line, name, told[name], sheet) for name in SETTABLE if told.get(name)}
    if len(sheet.faults) > before:
        return None
    return Row(line, sku, place, {name: number for name, number in units.items() if number is not None})


def _units(line: int, name: str, text: str, sheet: Sheet) -> int | None:
    """Return a number of units; spreadsheets write whole numbers as “12” or “12.0”."""
    whole = text.removesuffix(".0").removesuffix(",0")
    cure = _("Write a whole number from 0 to %(most)s without separators, or leave the cell empty.") % {"most": MOST}
    if not (whole.isascii() and whole.removeprefix("-").isdecimal() and len(whole) <= len(str(MOST)) + 1):
        sheet.fault(line, name, _("“%(text)s” is no number of units.") % {"text": text[:60]}, cure)
        return None
    number = int(whole)
    if not 0 <= number <= MOST:
        sheet.fault(line, name, _("%(text)s units cannot be there.") % {"text": number}, cure)
        return None
    return number


def plain(text: str) -> str:
    """Return a cell without the mark by which exports keep spreadsheets from reading it as a formula."""
    return text[1:] if text.startswith("'") and csv_cell(text[1:]) == text else text
