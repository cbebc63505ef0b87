"""The inputs of a product's fields, by the members of its document."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.documents.product import KINDS, STATUSES
from portal.ui.countries import CODES

GROUPS: Sequence[tuple[Any, Sequence[str]]] = (
    (_("Product"), ("sku", "name", "kind", "parent", "status", "description", "variantOptions", "tags", "imageURLs")),
    (_("Trade"), ("prices", "cost", "costCurrency", "taxable", "vendor", "partId", "upc", "countryOfOrigin",
                  "harmonizedCode")),
    (_("Size and weight"), ("weight", "weightUnit", "length", "width", "height", "dimensionsUnit")),
    (_("Stock keeping"), ("inventoryNotTracked",)),
)  # fmt: skip


def text(
    label: Any, *, required: bool = False, most: int = 300, help: Any = "", attrs: Mapping[str, Any] | None = None
) -> forms.CharField:
    """Return an input of one line."""
    widget = forms.TextInput(attrs={"autocomplete": "off", **(attrs or {})})
    return forms.CharField(label=label, required=required, max_length=most, help_text=help, widget=widget)


def _area(label: Any, rows: int, help: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, max_length=20_000, help_text=help, widget=widget)


def _number(label: Any) -> forms.CharField:
    return text(label, most=20, attrs={"inputmode": "decimal"})


def choice(label: Any, choices: Mapping[str, Any], *, blank: bool = True) -> forms.ChoiceField:
    """Return a choice; with `blank` it may stay open."""
    told = [*([("", "–")] if blank else []), *((key, _(words)) for key, words in choices.items())]
    return forms.ChoiceField(label=label, choices=told, required=not blank)


def _country(label: Any) -> forms.CharField:
    attrs = {
        "data-picker": "country",
        "data-countries": " ".join(CODES),
        "data-placeholder": _("Find a country"),
        "placeholder": _("Two-letter code"),
    }
    return text(label, attrs=attrs)


def _parent() -> forms.CharField:
    picker = {"data-picker": "text", "data-picker-url": "/lists/products/suggest?field=sku"}
    return text(_("Parent"), help=_("Of a variant: the SKU of its parent."), attrs=picker)


def _not_tracked() -> forms.BooleanField:
    told = _("Orders are routed whether there is stock or not: what is made to order, downloads, services.")
    return forms.BooleanField(label=_("Stock is not counted"), required=False, help_text=told)


INPUTS: Mapping[str, Callable[[], forms.Field]] = {
    "sku": lambda: text(_("SKU"), required=True, help=_("Yours. What a channel calls it is set with the channel.")),
    "name": lambda: text(_("Name"), required=True, most=2_000),
    "kind": lambda: choice(_("Kind"), KINDS, blank=False),
    "parent": _parent,
    "status": lambda: choice(_("Status"), STATUSES, blank=False),
    "description": lambda: _area(_("Description"), 4),
    "variantOptions": lambda: _area(_("Variant options"), 2, _("One a line, for example Size: L")),
    "tags": lambda: _area(_("Tags"), 2, _("One a line.")),
    "imageURLs": lambda: _area(_("Pictures"), 2, _("Their addresses, one a line.")),
    "prices": lambda: _area(_("Prices"), 2, _("One a line: 9.50 GBP, or Wholesale: 7.00 GBP")),
    "cost": lambda: _number(_("Cost")),
    "costCurrency": lambda: text(_("Currency of the cost"), most=3, attrs={"placeholder": "GBP"}),
    "taxable": lambda: choice(_("Taxable"), {"yes": _("Yes"), "no": _("No")}),
    "vendor": lambda: text(_("Vendor")),
    "partId": lambda: text(_("Part number")),
    "upc": lambda: text(_("Barcode"), help=_("UPC, EAN or GTIN.")),
    "countryOfOrigin": lambda: _country(_("Country of origin")),
    "harmonizedCode": lambda: text(_("Customs code"), help=_("Harmonized system (HS) code.")),
    "weight": lambda: _number(_("Weight")),
    "weightUnit": lambda: choice(_("Unit of weight"), {"kg": "kg", "g": "g", "lb": "lb", "oz": "oz"}),
    "length": lambda: _number(_("Length")),
    "width": lambda: _number(_("Width")),
    "height": lambda: _number(_("Height")),
    "dimensionsUnit": lambda: choice(_("Unit of length"), {"cm": "cm", "in": "in", "ft": "ft"}),
    "inventoryNotTracked": _not_tracked,
}
