"""A product of an integration that does not fit."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type
from orders.exceptions.source_gone import NAMED, SOURCE_GONE

_GONE = f"""
{SOURCE_GONE} OR EXISTS (
    SELECT 1 FROM orders_publication u JOIN orders_product p ON p.id = u.product_id
    WHERE x.entity_type = 'source' AND u.source_id = x.entity_id AND p.created_at > x.last_seen_at
      AND {NAMED} IN (u.ext_product_api_id, u.ext_product_id))
"""  # noqa: S608 - constants
"""Its integration is gone, or the product has come since by a record that fits."""

PRODUCT_UNREADABLE = exception_type(
    "product_unreadable",
    label=_("Product could not be read"),
    category="ingestion",
    cure=_("Correct the product where it comes from; the next change of it is taken in by itself."),
    gone=_GONE,
)
