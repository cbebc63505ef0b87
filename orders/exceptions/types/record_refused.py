"""A channel's record that does not fit."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type
from orders.exceptions.source_gone import NAMED, SOURCE_GONE

_GONE = f"""
{SOURCE_GONE} OR EXISTS (
    SELECT 1 FROM orders_order o
    WHERE x.entity_type = 'source' AND o.source_id = x.entity_id AND o.ext_order_api_id = {NAMED}
      AND o.created_at > x.last_seen_at)
"""  # noqa: S608 - constants
"""Its integration is gone, or the order has come since by a record that fits."""

RECORD_REFUSED = exception_type(
    "record_refused",
    label=_("Order could not be read"),
    category="ingestion",
    cure=_("Correct the order in the store; the next change of it is taken in by itself."),
    gone=_GONE,
)
