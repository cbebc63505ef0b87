"""The settings of engines, as people fill them in."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class ExceptionsForm(forms.Form):
    """When the Exceptions Engine looks, and what it finds."""

    sweep_hours = forms.IntegerField(
        label=_("Look at everything again every so many hours"),
        min_value=1,
        max_value=24,
        help_text=_("Exceptions close within a minute when their cause is over; this pass finds what was missed."),
    )
    stuck_hours = forms.IntegerField(
        label=_("An order is stuck after so many hours"),
        min_value=0,
        max_value=8_760,
        help_text=_("Counted from when it became ready for fulfillment. 0: as your installation has it."),
    )

    def clean_stuck_hours(self) -> int:
        """Keep 0 for what the installation says."""
        hours = int(self.cleaned_data["stuck_hours"])
        return 0 if hours == settings.ORDER_STUCK_HOURS else hours


class RoutingForm(forms.Form):
    """When routing looks again."""

    retry_hours = forms.IntegerField(
        label=_("Try orders that could not be routed again every so many hours"),
        min_value=1,
        max_value=168,
        help_text=_("When stock arrives they are routed at once all the same."),
    )
    recheck_hours = forms.IntegerField(
        label=_("Look at orders that wait for stock every so many hours"),
        min_value=1,
        max_value=168,
        help_text=_("When their stock arrives they go on at once all the same."),
    )
