"""Review required: see `automations.engine.moves` (behaviour.md 3.2)."""

from automations.engine.moves import move_action
from orders.lifecycle.order import OrderStatus
from portal.filters.mark import gettext_noop as _

ACTION = move_action(
    "review_required",
    _("Mark for review"),
    status=OrderStatus.REVIEW_REQUIRED,
    verb="marked for review",
    words=_("mark for review"),
    terminal=False,
    reversible=True,
    help=_("A person must look at the order and mark it ready; its holds end."),
)
