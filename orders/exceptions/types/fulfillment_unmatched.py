"""A warehouse reports a parcel of a shipping request that is not known here."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import Retry, at, exception_type

FULFILLMENT_UNMATCHED = exception_type(
    "fulfillment_unmatched",
    label=_("Parcel of an unknown shipping request"),
    category="fulfillment",
    cure=_(
        "Look for the order by what the warehouse says below. When its shipping request has the reference of the "
        "warehouse, press “Try again”; else report the shipment by hand on the order's page, and mark this as resolved."
    ),
    retry=Retry(
        _("Take again"),
        at("orders.fulfillments.retake.retake"),
        _("Each report is looked at again; it is taken where its shipping request is known by now."),
    ),
    share=("title",),
)
