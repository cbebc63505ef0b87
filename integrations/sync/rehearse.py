"""What a pull would bring, without writing anything."""

import datetime as dt
import time
from dataclasses import replace

from integrations.capabilities import SellsOrders
from integrations.kit import paging
from integrations.kit.windows import Cursor, read_cursor
from integrations.models import FlowState
from integrations.registry import connectors
from integrations.sync.orders import start_of
from integrations.sync.outcome import Outcome
from integrations.sync.pull import sieve_of
from orders.models import Order


def orders(state: FlowState, client: SellsOrders, *, since: dt.datetime | None = None) -> Outcome:
    """Read the window that the next pull would read and count what is in it. Raises OutsideFailed."""
    integration = state.integration
    cursor = _cursor(state, since)
    _mark, clock = client.gate()
    sieve = sieve_of(integration, connectors.get(integration.connector))
    outcome = Outcome()
    for window in paging.slices(client.orders, cursor.window(int(clock.timestamp() if clock else time.time()))):
        for page in paging.walk(client.orders, client.order_name, window):
            sifted = sieve.sift(page, cursor, {})
            ids = [record.ext_order_api_id for record in sifted.records]
            here = Order.across.filter(source_id=integration.source_id, ext_order_api_id__in=ids).count()
            outcome = replace(
                outcome,
                pages=outcome.pages + 1,
                created=outcome.created + len(ids) - here,
                unchanged=outcome.unchanged + here,
                refused=outcome.refused + len(sifted.refused),
                left_out=outcome.left_out + sifted.left_out,
            )
    return outcome


def _cursor(state: FlowState, since: dt.datetime | None) -> Cursor:
    if since is not None:
        return Cursor(start=int(since.timestamp()))
    return read_cursor(state.cursor, start=start_of(state.integration))
