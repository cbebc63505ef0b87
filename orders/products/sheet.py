"""A file of products as people write it: a head with the columns, then one row for each SKU.

Reading is strict and says everything that is wrong, each with its line, its column and what helps. An empty cell
changes nothing. Columns that are computed here (owner, channels) are passed over, so that what the list of products
exports can be changed and brought back.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from orders.documents.product import KINDS, STATUSES, reported
from orders.inventory.sheet import MOST_ROWS, Sheet, lines_of, plain, text_of
from orders.products import lines
from orders.products.write import Part
from orders.records.product import ProductRecord
from orders.records.refused import explain
from portal.kit.text import fold, storable

COLUMNS: Mapping[str, str] = {
    "sku": "SKU", "name": "Product", "kind": "Kind", "status": "Status", "parent": "Parent SKU",
    "options": "Variant options", "components": "Components", "upc": "Barcode", "partId": "Part number",
    "vendor": "Vendor", "price": "Price", "priceCurrency": "Price currency", "cost": "Cost",
    "costCurrency": "Cost currency", "harmonizedCode": "Customs code", "countryOfOrigin": "Country of origin",
    "weight": "Weight", "weightUnit": "Weight unit", "length": "Length", "width": "Width", "height": "Height",
    "dimensionsUnit": "Unit of length", "tracked": "Stock", "tags": "Tags", "description": "Description",
}  # fmt: skip
"""The columns that a file may have, as the export calls them."""
_ALSO = {"name": "name", "title": "name", "upc": "upc", "ean": "upc", "gtin": "upc", "bundleitems": "components",
         "hscode": "harmonizedCode", "parent": "parent"}  # fmt: skip


def _head(text: str) -> str:
    return "".join(char for char in fold(text) if char.isalnum())


_HEADS = {_head(label): key for key, label in COLUMNS.items()} | _ALSO
_PLAIN = frozenset(
    {
        "sku", "name", "upc", "partId", "vendor", "cost", "costCurrency", "harmonizedCode", "countryOfOrigin", "weight",
        "weightUnit", "length", "width", "height", "dimensionsUnit", "description",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One row that can be understood: members of the document to set, and what stands beside them."""

    line: int
    sku: str
    fields: Mapping[str, Any]
    parts: Sequence[Part] | None
    parent: str | None


@dataclass(slots=True)
class Products:
    """What a file says, and what of it cannot be understood."""

    sheet: Sheet = field(default_factory=Sheet)
    rows: list[Row] = field(default_factory=list)


def read(data: bytes) -> Products:
    """Read a file of products. Never raises: what is wrong stands in the sheet's faults."""
    found = Products()
    text = text_of(data, found.sheet)
    if text is None:
        return found
    try:
        told = list(lines_of(text))
    except csv.Error as error:
        words = _("This cannot be read as CSV: %(why)s.") % {"why": error}
        found.sheet.fault(0, "", words, _("Save it as CSV once more."))
        return found
    if not told:
        cure = _("Its first line names the columns: SKU, Product, Price.")
        found.sheet.fault(0, "", _("The file is empty."), cure)
        return found
    heads = _heads(told[0][1], found.sheet)
    if len(told) - 1 > MOST_ROWS:
        words = _("The file has more than %(most)s rows.") % {"most": MOST_ROWS}
        found.sheet.fault(0, "", words, _("Split it and bring the parts one after the other."))
    if not found.sheet.faults:
        _rows(told[1:], heads, found)
    return found


def _heads(cells: Sequence[str], sheet: Sheet) -> dict[int, str]:
    found: dict[int, str] = {}
    unread = []
    for place, cell in enumerate(cells):
        name = _HEADS.get(_head(cell))
        if name is None:
            unread += [cell] if cell else []
        elif name in found.values():
            sheet.fault(1, COLUMNS[name], _("This column is there twice."), _("Take one of the two away."))
        else:
            found[place] = name
    if "sku" not in found.values():
        cure = _("Call a column “SKU” in the first line.")
        sheet.fault(1, "SKU", _("There is no column with the SKU."), cure)
    sheet.passed_over = unread
    return found


def _rows(told: Sequence[tuple[int, list[str]]], heads: Mapping[int, str], found: Products) -> None:
    seen: dict[str, int] = {}
    for line, cells in told:
        named = {name: plain(cells[place]) for place, name in heads.items() if place < len(cells) and cells[place]}
        row = _row(line, named, found.sheet)
        if row is None:
            continue
        first = seen.setdefault(fold(row.sku), line)
        if first != line:
            words = _("“%(sku)s” stands in line %(line)s already.") % {"sku": row.sku, "line": first}
            found.sheet.fault(line, "SKU", words, _("Keep one of the two rows."))
            continue
        found.rows.append(row)


def _row(line: int, told: Mapping[str, str], sheet: Sheet) -> Row | None:
    before = len(sheet.faults)
    values: dict[str, Any] = {key: value for key, value in told.items() if key in _PLAIN}
    if not fold(told.get("sku", "")):
        sheet.fault(line, "SKU", _("The SKU is missing."), _("Write it, or take the row away."))
        return None
    for key, (name, understand) in _UNDERSTOOD.items():
        if key in told:
            try:
                values[name] = understand(told[key])
            except ValueError as error:
                sheet.fault(line, COLUMNS[key], str(error), _("Correct the cell, or leave it empty."))
    if "price" in told:
        values["prices"] = [{"value": told["price"], "currency": told.get("priceCurrency", "").upper() or None}]
    parts = values.pop("parts", None)
    fields = _held(line, values, told, sheet) if len(sheet.faults) == before else {}
    return Row(line, told["sku"], fields, parts, told.get("parent")) if len(sheet.faults) == before else None


def _held(line: int, values: Mapping[str, Any], told: Mapping[str, str], sheet: Sheet) -> dict[str, Any]:
    """Hold a row against the record; return the members of the document that it sets."""
    tags = values.get("tags")
    fits = {"extProductApiId": "-", "name": "-"} | {key: one for key, one in values.items() if key != "tags"}
    fits |= {"parentExtApiId": "?"} if values.get("kind") == "child" else {}
    try:
        record = ProductRecord.model_validate(fits)
    except ValidationError as error:
        path, why = explain(error)
        column = COLUMNS.get(path.partition(".")[0], COLUMNS["price"] if path.startswith("prices") else path)
        sheet.fault(line, column, storable(why[:1].upper() + why[1:]) + ".", _("Correct the cell, or leave it empty."))
        return {}
    named = {"inventoryNotTracked" if key == "notTracked" else key for key in values} - {"tags"}
    found = {key: value for key, value in reported(record).items() if key in named}
    return found | ({"tags": tags} if tags else {})


def _one_of(choices: Mapping[str, str]) -> Callable[[str], str]:
    """Return what understands a word by the key or by what people read."""
    by_word = {fold(key): key for key in choices} | {fold(words): key for key, words in choices.items()}

    def understand(text: str) -> str:
        known = by_word | {fold(_(words)): key for key, words in choices.items()}
        if fold(text) not in known:
            told = {"text": text[:60], "known": ", ".join(_(words) for words in choices.values())}
            raise ValueError(_("“%(text)s” is none of these: %(known)s.") % told)
        return known[fold(text)]

    return understand


_COUNTED = {"counted": "counted", "yes": "counted", "not counted": "not", "no": "not"}


def _not_tracked(text: str) -> bool:
    known = _COUNTED | {fold(_("counted")): "counted", fold(_("not counted")): "not"}
    if fold(text) not in known:
        raise ValueError(_("“%(text)s” is neither “counted” nor “not counted”.") % {"text": text[:60]})
    return known[fold(text)] == "not"


def _listed(text: str) -> list[str]:
    return [one.strip() for one in storable(text).replace("\n", ",").split(",") if one.strip()]


_UNDERSTOOD: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "kind": ("kind", _one_of(KINDS)),
    "status": ("status", _one_of(STATUSES)),
    "tracked": ("notTracked", _not_tracked),
    "options": ("variantOptions", lambda text: lines.options(text.replace(",", "\n"))),
    "components": ("parts", lines.components),
    "tags": ("tags", _listed),
}
