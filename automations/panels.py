"""What other pages show of runs: the order's and the exception's."""

from typing import Any

from automations.lists import runs
from automations.shown import around
from orders.models import Order, OrderException
from portal.tenancy.models import Organization

MOST = 20


def runs_of(order: Order) -> dict[str, Any]:
    """Return the runs on an order, the newest first; nothing where no rule has matched."""
    return _of_record(order.organization, "order", order.pk, order.public_id)


def runs_of_exception(exception: OrderException) -> dict[str, Any]:
    """Return the runs that raised an exception, and those of rules that dealt with it; nothing without any."""
    found = around.of_record(exception.organization, "exception", exception.pk, MOST)
    found += around.of_problem(exception, MOST)
    if not found:
        return {}
    return {"runs": sorted(found, key=lambda run: -run.pk)[:MOST], "all_url": ""}


def _of_record(organization: Organization, kind: str, pk: int, public_id: str) -> dict[str, Any]:
    found = around.of_record(organization, kind, pk, MOST)
    if not found:
        return {}
    return {"runs": found, "all_url": runs.address(entityId=public_id) if len(found) == MOST else ""}
