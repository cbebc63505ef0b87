"""A number of units that a channel could not be told."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type

_GONE = """
NOT EXISTS (
    SELECT 1 FROM integrations_stocknumber n JOIN integrations_stockchannel c ON c.id = n.channel_id
    WHERE n.organization_id = x.organization_id AND c.id || ':' || n.sku_folded = x.cause_key AND c.active
      AND n.failures > 0)
"""
"""The channel has been told since, is not told of this SKU any more, or of nothing at all."""

STOCK_NOT_TOLD = exception_type(
    "stock_not_told",
    label=_("Stock not told to a channel"),
    category="inventory",
    cure=_(
        "Look at the product in the channel: it has to exist there under the SKU of its publication. "
        "The number is told again with the next change, and every night."
    ),
    gone=_GONE,
)
