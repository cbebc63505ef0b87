"""A product that a channel did not accept."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type

PRODUCT_REFUSED = exception_type(
    "product_refused",
    label=_("Product refused by a channel"),
    category="delivery",
    cure=_("Correct what the channel names in the product; it is sent again as soon as it is saved."),
)
