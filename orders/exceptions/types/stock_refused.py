"""Stock that a system reports of a location whose stock is not its to report."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type
from orders.exceptions.source_gone import NAMED, SOURCE_GONE

_GONE = f"""
{SOURCE_GONE} OR EXISTS (
    SELECT 1 FROM orders_externallocation e JOIN orders_location w ON w.id = e.location_id
    WHERE x.entity_type = 'source' AND e.source_id = x.entity_id AND left(e.ext_location_id, 283) = {NAMED}
      AND w.active AND w.deleted_at IS NULL
      AND coalesce(w.fulfillment_source_id, x.entity_id) = x.entity_id
      AND coalesce(w.inventory_source_id, x.entity_id) = x.entity_id)
"""  # noqa: S608 - constants
"""Its integration is gone, or a report of this location would be taken now (`orders.inventory.take`)."""

STOCK_REFUSED = exception_type(
    "stock_refused",
    label=_("Stock report refused"),
    category="inventory",
    cure=_("Open the location and say which system reports its stock; the next report is taken by itself."),
    gone=_GONE,
)
