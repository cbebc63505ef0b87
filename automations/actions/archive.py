"""Archive order: see `automations.engine.moves` (behaviour.md 4.5)."""

from automations.engine.moves import move_action
from orders.lifecycle.order import OrderStatus
from portal.filters.mark import gettext_noop as _

ACTION = move_action(
    "archive",
    _("Archive order"),
    status=OrderStatus.ARCHIVED,
    verb="archived",
    words=_("archive"),
    terminal=True,
    reversible=True,
    help=_("Like cancel, and hidden from the usual lists."),
)
