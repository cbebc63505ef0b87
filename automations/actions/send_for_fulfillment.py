"""Send for fulfillment: see `automations.engine.moves` (behaviour.md 4.5)."""

from automations.engine.moves import move_action
from orders.lifecycle.order import OrderStatus
from portal.filters.mark import gettext_noop as _

ACTION = move_action(
    "send_for_fulfillment",
    _("Send for fulfillment"),
    status=OrderStatus.READY_FOR_FULFILLMENT,
    verb="sent on",
    words=_("send for fulfillment"),
    terminal=False,
    reversible=False,
    help=_("The order is ready at once; open holds end."),
)
