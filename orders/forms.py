"""What people fill in about orders."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.lifecycle.order import CAREFUL_FIRST, OrderStatus

MINUTE, HOUR, DAY = 60, 3600, 86_400
LONGEST = 365 * DAY
UNITS = ((str(MINUTE), _("minutes")), (str(HOUR), _("hours")), (str(DAY), _("days")))


class HoldForm(forms.Form):
    """How long an order shall wait, why, and what it becomes then."""

    amount = forms.IntegerField(label=_("Hold for"), min_value=1, max_value=10_000, initial=60)
    unit = forms.ChoiceField(label=_("Unit"), choices=UNITS, initial=str(MINUTE))
    next_status = forms.ChoiceField(
        label=_("Then it becomes"),
        choices=[(status.value, status.label) for status in CAREFUL_FIRST],
        initial=OrderStatus.READY_FOR_FULFILLMENT.value,
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Stands on the order for everybody, for example: the customer changes the address."),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a hold of more than a year."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "amount" in cleaned and "unit" in cleaned and self.seconds > LONGEST:
            self.add_error("amount", _("A hold lasts a year at most."))
        return cleaned

    @property
    def seconds(self) -> int:
        """How long the hold lasts."""
        return int(self.cleaned_data["amount"]) * int(self.cleaned_data["unit"])

    def until(self, now: dt.datetime) -> dt.datetime:
        """Return when the hold ends."""
        return now + dt.timedelta(seconds=self.seconds)


class RestockForm(forms.Form):
    """What becomes of the units that shipping requests have reserved; ticked beforehand as most people want it."""

    restock = forms.BooleanField(
        label=_("Restock items"),
        required=False,
        initial=True,
        help_text=_("The units are available again. Without the tick they count as gone: they leave the shelf."),
    )


class CommentForm(forms.Form):
    """A word to colleagues."""

    text = forms.CharField(
        label=_("Comment"),
        max_length=5_000,
        widget=forms.Textarea(
            attrs={
                "rows": 2,
                "class": "form-control",
                "placeholder": _("Tell your colleagues something about this order"),
            }
        ),
    )

    def clean_text(self) -> str:
        """Refuse what the database cannot hold."""
        return str(self.cleaned_data["text"]).replace("\x00", "")
