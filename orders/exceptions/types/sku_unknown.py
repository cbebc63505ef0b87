"""A warehouse does not know a SKU."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type
from orders.exceptions.types.request_refused import GONE, SEND_AGAIN

SKU_UNKNOWN = exception_type(
    "sku_unknown",
    label=_("Warehouse does not know a SKU"),
    category="sent_order",
    cure=_(
        "Create the product at the warehouse, or write on the product's page what the warehouse calls it. Then send "
        "the request again."
    ),
    gone=GONE,
    retry=SEND_AGAIN,
)
