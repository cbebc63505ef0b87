"""What was canceled here is not canceled at its warehouse."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import Retry, at, exception_type

_GONE = """
NOT EXISTS (
    SELECT 1 FROM orders_shippingrequest r
    WHERE r.organization_id = x.organization_id AND r.public_id = x.cause_key AND r.deleted_at IS NULL
      AND r.status IN ('canceled', 'canceledRestock') AND r.cancellation IN ('refused', 'notTold'))
"""
"""The warehouse has canceled it after all, is asked again, or has shipped it, which is told then."""

CANCEL_REFUSED = exception_type(
    "cancel_refused",
    label=_("Warehouse did not cancel"),
    category="sent_order",
    cure=_(
        "It will be shipped. Stop it at the warehouse by phone, or let it go: its parcel is counted here when it is "
        "reported. Have its items been routed again meanwhile, cancel that other request, or they are shipped twice."
    ),
    gone=_GONE,
    retry=Retry(
        _("Ask warehouse again"),
        at("orders.requests.retry.ask_again"),
        at("orders.requests.retry.foresee_asking"),
        _("The warehouse is asked once more to cancel it."),
        fits=at("orders.requests.retry.can_ask_again"),
    ),
)
