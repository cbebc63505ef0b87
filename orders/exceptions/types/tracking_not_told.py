"""A channel could not be told that something was shipped, so its customer waits for a tracking number."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type
from orders.exceptions.types.delivery_parked import RESEND, SENT_AFTER_ALL

TRACKING_NOT_TOLD = exception_type(
    "tracking_not_told",
    label=_("Tracking not told"),
    category="fulfillment",
    cure=_(
        "Mend what the message names, then press “Send again”. Or write the tracking number into the order in the "
        "store by hand and dismiss this."
    ),
    gone=SENT_AFTER_ALL,
    retry=RESEND,
)
