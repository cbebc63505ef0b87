"""Any reports in any order: no line is fulfilled beyond what was asked, and a naive model agrees on the status."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.lifecycle.shipping_request import RequestStatus
from orders.models import Location, Order, ShippingRequestLine, Source
from orders.requests.create import Part, PartLine
from portal.kit.invariants import broken
from tests.factories import make_location
from tests.orders.fulfillments.parcels import parcel, report
from tests.orders.requests.making import ready_order, requests_for, stock

pytestmark = pytest.mark.django_db
S = RequestStatus
ASKED = {"A": 3, "B": 1}
SPLIT = ({"A": 2, "B": 1}, {"A": 1})
REPORT = st.tuples(
    st.integers(0, 1),
    st.integers(1, 4),
    st.sampled_from(["shipped", "shipped", "shipped", "rejected"]),
    st.lists(st.tuples(st.sampled_from(["A", "B", "a", "C"]), st.integers(1, 3)), max_size=3),
)


class Model:
    """What should be: two requests, each a mapping of SKU to what is open, shipped and rejected."""

    def __init__(self) -> None:
        self.open = [dict(part) for part in SPLIT]
        self.shipped = [dict.fromkeys(part, 0) for part in SPLIT]
        self.told: set[int] = set()

    def hear(self, which: int, number: int, kind: str, lines: list[tuple[str, int]]) -> None:
        if number in self.told:
            return
        self.told.add(number)
        mine = self.open[which]
        for sku, units in lines or list(mine.items()):
            taken = min(units, mine.get(sku.upper(), 0))
            if taken:
                mine[sku.upper()] -= taken
                self.shipped[which][sku.upper()] += taken if kind == "shipped" else 0

    @property
    def status(self) -> str:
        sums = {sku: sum(part.get(sku, 0) for part in self.shipped) for sku in ASKED}
        if sums == ASKED:
            return "fulfilled"
        if any(sums.values()):
            return "partialFulfillment"
        expected = {
            sku: sum(part.get(sku, 0) for part in self.open) + sums[sku] for sku in ASKED
        }  # fmt: skip
        return "readyForFulfillment" if expected != ASKED else "sentToFulfillment"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reports=st.lists(REPORT, min_size=1, max_size=6))
def test_reports_in_any_order(source: Source, reports: list[Any]) -> None:
    with transaction.atomic():
        _play(source, reports)
        transaction.set_rollback(True)


def _play(source: Source, reports: list[Any]) -> None:
    location: Location = make_location(source, name="North")
    for sku in ASKED:
        stock(location, sku, 5)
    lines = [{"uniqueId": sku, "sku": sku, "quantity": units} for sku, units in ASKED.items()]
    order = ready_order(source, lineItems=lines)
    parts = [Part(location, [PartLine(sku, sku, "", units) for sku, units in part.items()]) for part in SPLIT]
    made = requests_for(order, parts)
    _send(made)
    model = Model()
    for which, number, kind, told in reports:
        report(source, parcel(made[which].ext_shipment_id, f"P{number}", fulfillmentType=kind, lines=told))
        model.hear(which, number, kind, told)
        shipped = {
            (line.request_id, line.sku): int(line.fulfilled) for line in ShippingRequestLine.across.order_by("pk")
        }
        assert shipped == {
            (made[at].pk, sku): units for at, part in enumerate(model.shipped) for sku, units in part.items()
        }
        assert Order.across.values_list("status", flat=True).get(pk=order.pk) == model.status
    assert broken() == []


def _send(made: list[Any]) -> None:
    from orders.requests.move import move
    from tests.orders.requests.making import ROUTING

    move([one.pk for one in made], S.SENT_TO_FULFILLMENT, ROUTING)
