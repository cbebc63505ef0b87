"""What people fill in about a product: its fields, and its components row by row."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from pydantic import ValidationError

from orders.documents.product import REPORTED, reported
from orders.models import Product
from orders.products import lines
from orders.products.checks import Fault, Wanted
from orders.products.inputs import GROUPS, INPUTS
from orders.products.write import Part
from orders.records.product import ProductRecord
from orders.records.refused import explain
from portal.kit.text import storable

_ROW = re.compile(r"part-([0-9a-z]{1,16})-sku")
MOST_ROWS = 200
BLANK_ROWS = 2


@dataclass(frozen=True, slots=True)
class PartRow:
    """One row of the editor of components, as it was typed."""

    token: str
    sku: str = ""
    quantity: str = ""
    error: str = ""


class ProductForm(forms.Form):
    """The fields of a product by the members of its document. What is wrong is found by the record of connectors."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    def __init__(self, data: Mapping[str, Any] | None = None, product: Product | None = None) -> None:
        super().__init__(data, initial=_initial(product), auto_id="product-%s")
        self.fields |= {name: made() for name, made in INPUTS.items()}
        self._was = product
        self.part_rows = _typed_rows(data) if data is not None else _rows_of(product)
        self.part_error = ""
        self._wanted: Wanted | None = None

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Return the fields by group, in their order."""
        return [(title, [self[name] for name in names]) for title, names in GROUPS]

    def clean(self) -> dict[str, Any]:
        """Read lines and components, and hold all of it against the record."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return told
        values = {key: value for key, value in told.items() if key in REPORTED and value not in ("", None)}
        values["taxable"] = {"yes": True, "no": False}.get(told.get("taxable", ""))
        for name, read in (("variantOptions", lines.options), ("prices", lines.prices), ("imageURLs", lines.plain)):
            try:
                values[name] = read(told.get(name, ""))
            except ValueError as error:
                self.add_error(name, str(error))
        parts = self._parts(told["kind"])
        if not self.errors and self.part_error == "" and not any(row.error for row in self.part_rows):
            self._hold(values, parts, lines.plain(told.get("tags", "")), told.get("parent", "").strip())
        elif not self.errors:
            self.add_error(None, _("Something is wrong with the components."))
        return told

    def _hold(self, values: dict[str, Any], parts: Sequence[Part], tags: list[str], parent: str) -> None:
        not_tracked = values.pop("inventoryNotTracked", False)
        fits = values | {"extProductApiId": "-", "notTracked": not_tracked}
        fits |= {"parentExtApiId": "?"} if values.get("kind") == "child" else {}
        try:
            record = ProductRecord.model_validate(fits)
        except ValidationError as error:
            path, why = explain(error)
            name = path.partition(".")[0]
            self.add_error(name if name in self.fields else None, storable(why[:1].upper() + why[1:]))
            return
        found = reported(record)
        fields = {key: found.get(key) for key in REPORTED - {"bundleItems", "hideInStore"}} | {"tags": tags or None}
        untouched = {name for name in INPUTS if self._was is not None and not self._typed(name)}
        self._wanted = Wanted({key: value for key, value in fields.items() if key not in untouched}, parts, parent)

    def _typed(self, name: str) -> bool:
        """Say whether somebody has changed a field: line ends and blanks around it are the browser's."""
        before, after = self.initial.get(name) or "", self.cleaned_data.get(name) or ""
        return "\n".join(str(before).splitlines()).strip() != "\n".join(str(after).splitlines()).strip()

    def _parts(self, kind: str) -> list[Part]:
        """Return the components that were typed; faults stand at their rows."""
        if kind != Product.Kind.BUNDLE:
            return []
        found, rows = [], []
        for row in self.part_rows:
            if not row.sku.strip() and not row.quantity.strip():
                continue
            error = ""
            number = row.quantity.strip() or "1"
            if not row.sku.strip():
                error = _("Write the SKU, or empty the row.")
            elif not (number.isascii() and number.isdecimal() and 0 < int(number[:9]) <= 100_000):
                error = _("Write a whole number from 1 to 100,000.")
            else:
                found.append(Part(row.sku.strip(), int(number)))
            rows.append(PartRow(row.token, row.sku, row.quantity, error))
        self.part_rows = rows
        return found

    def wanted(self) -> Wanted:
        """Return what was filled in; of a valid form."""
        assert self._wanted is not None
        return self._wanted

    def tell(self, faults: Sequence[Fault]) -> None:
        """Put faults where they belong: at a field, at a row of the components, or above."""
        filled = self.part_rows
        for one in faults:
            name, _dot, place = one.field.partition(".")
            if place and int(place) < len(filled):
                row = filled[int(place)]
                filled[int(place)] = PartRow(row.token, row.sku, row.quantity, one.why)
                self.add_error(None, _("Something is wrong with the components."))
            elif name == "parts":
                self.part_error = one.why
                self.add_error(None, one.why)
            else:
                self.add_error(name if name in self.fields else None, one.why)

    def rows_to_show(self) -> list[PartRow]:
        """Return the rows with empty ones behind, so that components can be added without JavaScript too."""
        taken = {row.token for row in self.part_rows}
        free = [str(n) for n in range(len(taken) + BLANK_ROWS) if str(n) not in taken]
        return [*self.part_rows, *(PartRow(token) for token in free[:BLANK_ROWS])]


def _typed_rows(data: Mapping[str, Any]) -> list[PartRow]:
    tokens = [match[1] for name in data if (match := _ROW.fullmatch(name))][:MOST_ROWS]
    return [PartRow(one, str(data[f"part-{one}-sku"]), str(data.get(f"part-{one}-quantity", ""))) for one in tokens]


def _rows_of(product: Product | None) -> list[PartRow]:
    parts = product.parts if product else []
    return [PartRow(str(place), one.sku, str(one.quantity)) for place, one in enumerate(parts)]


def _initial(product: Product | None) -> dict[str, Any]:
    if product is None:
        return {"kind": "simple", "status": "active"}
    told = dict(product.content)
    return told | {
        "version": product.version,
        "sku": product.sku,
        "name": product.name,
        "kind": product.kind,
        "parent": product.parent.sku if product.parent else "",
        "status": told.get("status", "active"),
        "inventoryNotTracked": product.not_tracked,
        "taxable": {True: "yes", False: "no"}.get(told.get("taxable"), ""),  # type: ignore[arg-type]
        "tags": "\n".join(told.get("tags") or ()),
        "imageURLs": "\n".join(told.get("imageURLs") or ()),
        "prices": lines.of_prices(told.get("prices") or ()),
        "variantOptions": lines.of_options(told.get("variantOptions") or ()),
    }
