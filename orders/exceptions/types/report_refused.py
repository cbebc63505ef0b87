"""A report of a warehouse that cannot be read."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type
from orders.exceptions.source_gone import NAMED, SOURCE_GONE

_GONE = f"""
{SOURCE_GONE} OR EXISTS (
    SELECT 1 FROM orders_fulfillment f
    WHERE x.entity_type = 'source' AND f.organization_id = x.organization_id AND f.source_id = x.entity_id
      AND f.ext_fulfillment_id = {NAMED} AND f.created_at > x.last_seen_at)
"""  # noqa: S608 - constants
"""Its integration is gone, or the parcel that it told of has been taken in since."""

REPORT_REFUSED = exception_type(
    "report_refused",
    label=_("Report could not be read"),
    category="fulfillment",
    cure=_(
        "Look at the report below. A shipment can be reported by hand on the page of its shipping request; when the "
        "warehouse has corrected the report, it is taken in by itself."
    ),
    gone=_GONE,
)
