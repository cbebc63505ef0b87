"""Cancel order: see `automations.engine.moves` (behaviour.md 4.5)."""

from automations.engine.moves import move_action
from orders.lifecycle.order import OrderStatus
from portal.filters.mark import gettext_noop as _

ACTION = move_action(
    "cancel",
    _("Cancel order"),
    status=OrderStatus.CANCELED,
    verb="canceled",
    words=_("cancel"),
    terminal=True,
    reversible=False,
    help=_("The order stops here; its channel is not told."),
)
