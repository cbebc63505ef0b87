"""A shipping request whose method its warehouse does not know."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type

METHOD_UNMAPPED = exception_type(
    "method_unmapped",
    label=_("Shipping method not mapped"),
    category="sent_order",
    cure=_("Open Routing, Shipping methods and choose what the warehouse is told; its requests go out by themselves."),
)
