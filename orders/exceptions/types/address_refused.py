"""A warehouse does not take an address."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type
from orders.exceptions.types.request_refused import GONE, SEND_AGAIN

ADDRESS_REFUSED = exception_type(
    "address_refused",
    label=_("Warehouse refused the address"),
    category="invalid_address",
    cure=_(
        "Correct the shipping address of the order and cancel the request: its items are routed again, with the new "
        "address. Is the address right, ask the warehouse to let it pass, then send the request again."
    ),
    gone=GONE,
    retry=SEND_AGAIN,
)
