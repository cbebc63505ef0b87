"""An outside system, an ERP for example, does not take an order that was pushed to it."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type
from orders.exceptions.types.delivery_parked import RESEND, SENT_AFTER_ALL

ORDER_NOT_PUSHED = exception_type(
    "order_not_pushed",
    label=_("Order not pushed"),
    category="delivery",
    cure=_("Mend what the message names, then push the order again on its page, or press “Send again”."),
    gone=SENT_AFTER_ALL,
    retry=RESEND,
)
