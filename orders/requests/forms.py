"""What people fill in about shipping requests."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.forms import RestockForm
from portal.kit.text import storable


class CancelForm(RestockForm):
    """How a request is canceled."""

    skip_location = forms.BooleanField(
        label=_("Leave this location out when its items are routed again"), required=False
    )
    reason = forms.CharField(
        label=_("Why"), required=False, max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    back = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)

    def clean_reason(self) -> str:
        """Keep what the database can hold."""
        return storable(str(self.cleaned_data["reason"]))


class SentForm(forms.Form):
    """What the warehouse calls a request that a person has handed over."""

    reference = forms.CharField(
        label=_("Reference of the warehouse"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Its own number for it, for example WO-5123. Shipments that it reports are found by it."),
    )
    url = forms.URLField(label=_("Link to it there"), required=False, max_length=2000, assume_scheme="https")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_reference(self) -> str:
        """Keep what the database can hold."""
        return storable(str(self.cleaned_data["reference"]).strip())

    def sets(self) -> dict[str, Any]:
        """Return the columns that are set by it."""
        return {"ext_reference_id": self.cleaned_data["reference"], "ext_reference_url": self.cleaned_data["url"]}
