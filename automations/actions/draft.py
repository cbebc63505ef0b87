"""Set order to draft: see `automations.engine.moves` (behaviour.md 4.5)."""

from automations.engine.moves import move_action
from orders.lifecycle.order import OrderStatus
from portal.filters.mark import gettext_noop as _

ACTION = move_action(
    "draft",
    _("Set order to draft"),
    status=OrderStatus.DRAFT,
    verb="set to draft",
    words=_("set to draft"),
    terminal=True,
    reversible=True,
    help=_("The order waits until a person takes it up."),
)
