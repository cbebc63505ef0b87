"""Pulling what lies in a warehouse."""

from collections.abc import Callable

from integrations.capabilities import CountsStock, Reports
from integrations.manifest import Client
from integrations.models import FlowState, Integration
from integrations.sync.flows import Unable, pulls
from integrations.sync.outcome import Outcome
from integrations.sync.reports import cursor_of, forgive, walk
from orders.inventory.take import take_levels
from portal.audit.actor import Actor


def pull(state: FlowState, client: Client, hold_on: Callable[[], bool]) -> Outcome:
    """Take in the stock that is reported. Raises OutsideFailed, Stopped."""
    if not isinstance(client, CountsStock):
        raise Unable(client, "CountsStock")
    integration = state.integration
    return walk(state, client.levels(cursor_of(state)), hold_on, lambda page, by: take_page(integration, page, by))


def take_page(integration: Integration, page: Reports, by: Actor) -> Outcome:
    """Write a page of stock; call it in the transaction that saves the cursor."""
    taken = take_levels(integration.source, page.levels, by=by)
    forgive(integration, [one.sku for one in page.levels], by)
    unchanged = taken.unchanged + taken.stale + taken.repeated + taken.locked
    return Outcome(1, 0, taken.changed, unchanged, 0, taken.refused + len(page.refused))


pulls.register("inventory", pull)
