"""A warehouse reports what it was not asked for."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type

SHIPPED_OTHER_SKU = exception_type(
    "shipped_other_sku",
    label=_("Another SKU shipped"),
    category="fulfillment",
    cure=_(
        "These units are not counted. If the warehouse calls the product otherwise, give the product that name for "
        "this integration, then report the shipment by hand. If it sent the wrong product, correct the stock of the "
        "location, and have the right one shipped."
    ),
)
