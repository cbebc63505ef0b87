"""Something that should have left the house and did not, or nobody can say."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type

DELIVERY_PARKED = exception_type(
    "delivery_parked",
    label=_("Message not delivered"),
    category="delivery",
    cure=_("Look at the other side whether it has arrived, then have it sent again or dismiss this."),
)
