"""A product of an integration that does not fit."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type

PRODUCT_UNREADABLE = exception_type(
    "product_unreadable",
    label=_("Product could not be read"),
    category="ingestion",
    cure=_("Correct the product where it comes from; the next change of it is taken in by itself."),
)
