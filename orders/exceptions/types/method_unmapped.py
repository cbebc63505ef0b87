"""A shipping request whose method its warehouse does not know."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type
from orders.exceptions.source_gone import SOURCE_GONE

_GONE = f"""
{SOURCE_GONE} OR EXISTS (
    SELECT 1 FROM orders_methodmapping m
    JOIN orders_ordermethod a ON a.id = m.order_method_id JOIN orders_shippingmethod t ON t.id = m.method_id
    WHERE m.source_id = x.entity_id AND a.organization_id = x.organization_id AND t.active
      AND a.key = split_part(x.cause_key, ':', 3))
OR NOT EXISTS (
    SELECT 1 FROM orders_shippingrequest r
    WHERE r.fulfillment_source_id = x.entity_id AND r.status = 'readyForFulfillment' AND r.deleted_at IS NULL)
"""  # noqa: S608 - constants
"""It is mapped by now, or no shipping request waits for that warehouse any more."""

METHOD_UNMAPPED = exception_type(
    "method_unmapped",
    label=_("Shipping method not mapped"),
    category="sent_order",
    cure=_("Open Routing, Shipping methods and choose what the warehouse is told; its requests go out by themselves."),
    gone=_GONE,
)
