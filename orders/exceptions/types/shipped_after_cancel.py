"""A warehouse has shipped what was canceled here."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type

SHIPPED_AFTER_CANCEL = exception_type(
    "shipped_after_cancel",
    label=_("Shipped although canceled"),
    category="fulfillment",
    cure=_(
        "The parcel is on its way. Stop it at the carrier, or let the customer keep it or send it back. If its units "
        "were asked for elsewhere meanwhile, cancel that shipping request before it goes out too."
    ),
)
