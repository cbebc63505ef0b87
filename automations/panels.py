"""What the order page shows of rules."""

from typing import Any

from automations.models import Run
from orders.models import Order


def runs_of(order: Order) -> dict[str, Any]:
    """Return the runs on an order, the newest first; nothing where no rule has matched."""
    rows = Run.across.filter(organization_id=order.organization_id, entity_type="order", entity_id=order.pk)
    runs = list(rows.defer("trace").order_by("-id")[:20])
    return {"runs": runs} if runs else {}
