"""A worker that dies while it routes has routed nothing, and the next one routes everything once."""

import pytest

from orders.inventory.check import differing
from orders.models import LedgerEntry, RoutingRun, ShippingRequest, Source
from portal.audit.models import History
from portal.events.dispatch import LEASE, drain
from portal.events.models import Handoff
from portal.kit.clock import now
from tests.crash.dying import die
from tests.orders.inventory.stock import figures, stock
from tests.orders.routing.running import card, ready, warehouse


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", ["routing.stock_committed", "routing.before_commit"])
def test_a_worker_that_dies_between_stock_and_the_end_leaves_nothing_half(source: Source, point: str) -> None:
    reno = warehouse(source)
    card(reno)
    stock(reno, on_hand=9)
    for number in (1, 2, 3):
        ready(source, number)
    before = History.across.count(), LedgerEntry.across.count()
    die(point, lambda: drain("routing"))
    assert (ShippingRequest.across.count(), RoutingRun.across.count(), figures(reno)) == (0, 0, (9, 0))
    assert (History.across.count(), LedgerEntry.across.count()) == before
    Handoff.across.filter(state="running").update(lease_until=now() - LEASE)
    drain("routing")
    assert (ShippingRequest.across.count(), RoutingRun.across.count(), figures(reno)) == (3, 3, (9, 6))
    assert differing().differences == []
