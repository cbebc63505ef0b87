"""A product that a channel did not accept."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type
from orders.exceptions.types.delivery_parked import RESEND, SENT_AFTER_ALL

PRODUCT_REFUSED = exception_type(
    "product_refused",
    label=_("Product refused by a channel"),
    category="delivery",
    cure=_("Correct what the channel names in the product; it is sent again as soon as it is saved."),
    gone=SENT_AFTER_ALL,
    retry=replace(RESEND, fits=lambda one: one.cause_key.startswith("product:")),
)
