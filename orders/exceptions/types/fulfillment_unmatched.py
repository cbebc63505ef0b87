"""A warehouse reports a parcel of a shipping request that is not known here."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import Retry, at, exception_type

_GONE = """
x.entity_type = 'source' AND EXISTS (
    SELECT 1 FROM orders_fulfillment f
    WHERE f.organization_id = x.organization_id AND f.source_id = x.entity_id
      AND f.ext_fulfillment_id = substr(x.cause_key, strpos(x.cause_key, ':') + 1))
"""
"""The parcel is known by now."""

FULFILLMENT_UNMATCHED = exception_type(
    "fulfillment_unmatched",
    label=_("Parcel of an unknown shipping request"),
    category="fulfillment",
    cure=_(
        "Look for the order by what the warehouse says below. When its shipping request has the reference of the "
        "warehouse, press “Take again”; else report the shipment by hand on the order's page, and mark this as "
        "resolved."
    ),
    retry=Retry(
        _("Take again"),
        at("orders.fulfillments.retake.retake"),
        at("orders.fulfillments.retake.foresee"),
        _("Each report is looked at again; it is taken where its shipping request is known by now."),
        at_once=True,
    ),
    gone=_GONE,
    share=("title",),
)
