"""A report of a warehouse that cannot be read."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type

REPORT_REFUSED = exception_type(
    "report_refused",
    label=_("Report could not be read"),
    category="fulfillment",
    cure=_(
        "Look at the report below. A shipment can be reported by hand on the page of its shipping request; when the "
        "warehouse has corrected the report, it is taken in by itself."
    ),
)
