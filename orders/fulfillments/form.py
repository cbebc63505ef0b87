"""The form by which people report what was shipped."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import RegexValidator, URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.documents.dispositions import plain
from orders.fulfillments.by_hand import OpenLine, Shipment
from portal.kit.ids import new_public_id


class ReportForm(forms.Form):
    """How many units of which lines of a request are in the parcel, and how to follow it."""

    tracking_number = forms.CharField(label=gettext_lazy("Tracking number"), max_length=300, required=False)
    carrier = forms.CharField(label=gettext_lazy("Carrier"), max_length=300, required=False)
    tracking_url = forms.URLField(
        label=gettext_lazy("Tracking link"),
        max_length=2000,
        required=False,
        assume_scheme="https",
        widget=forms.TextInput(attrs={"inputmode": "url"}),  # not the browser's check: people leave “https://” out
        validators=[URLValidator(schemes=["http", "https"])],
        help_text=gettext_lazy("The carrier's page of this parcel"),
    )
    token = forms.CharField(widget=forms.HiddenInput, max_length=16, validators=[RegexValidator(r"\A[0-9a-f]{16}\Z")])

    def __init__(self, lines: Sequence[OpenLine], data: Any = None) -> None:
        super().__init__(data, initial={"token": new_public_id()})
        self.lines = lines
        for line in lines:
            self.fields[_key(line)] = _units(line)
        self.order_fields([_key(line) for line in lines])

    @property
    def units(self) -> list[Any]:
        """The bound fields of the lines."""
        return [self[_key(line)] for line in self.lines]

    def clean(self) -> dict[str, Any]:
        """Refuse an empty parcel."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(cleaned.get(_key(line)) for line in self.lines):
            raise forms.ValidationError(_("Say how many units of at least one line were shipped."))
        return cleaned

    def shipment(self) -> Shipment:
        """Return what was filled in."""
        told = self.cleaned_data
        return Shipment(
            units={line.position: Decimal(told[_key(line)]) for line in self.lines if told.get(_key(line))},
            token=told["token"],
            tracking_number=told["tracking_number"],
            tracking_url=told["tracking_url"],
            carrier=told["carrier"],
        )


def _key(line: OpenLine) -> str:
    return f"units_{line.position}"


def _units(line: OpenLine) -> forms.DecimalField:
    what = line.sku if not line.name or line.name == line.sku else f"{line.name} ({line.sku})"
    field = forms.DecimalField(
        label=what or line.unique_id,
        min_value=0,
        max_value=line.open,
        decimal_places=6,
        required=False,
        initial=plain(line.open),
        help_text=_("%(open)s still to be shipped") % {"open": plain(line.open)},
    )
    field.widget.attrs.update({"step": "any", "inputmode": "decimal"})
    return field
