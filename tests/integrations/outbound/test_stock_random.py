"""Whatever is sold, shipped, counted and canceled: once nothing is left to do, the channel shows what is promised."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.capabilities import MovesStock, Shown, StockItem, TakesStock
from integrations.models import Integration, StockChannel
from integrations.outbound import marking, stock
from integrations.outbound.channels import compare
from orders.fulfillments.by_hand import Shipment, open_lines, report_by_hand
from orders.inventory.promise import promise
from orders.inventory.virtual import settle_virtual
from orders.lifecycle import edits
from orders.models import Location, Order, ShippingRequest, Source
from portal.events.dispatch import drain
from portal.tenancy.models import Organization
from tests.factories import ingest, make_location, make_record
from tests.integrations.conftest import TESTER
from tests.integrations.outbound.stock import make_due, publish
from tests.orders.inventory.stock import stock as put
from tests.orders.requests.making import request_for

pytestmark = pytest.mark.django_db
SKU = "TEA-1"
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@dataclass
class Shop:
    """A shop of our own making that lowers its number as it sells; each answer may be lost."""

    units: int = 7
    at: dt.datetime = START
    lost: list[bool] = field(default_factory=list)

    def account(self) -> Any:
        raise NotImplementedError

    def locations(self) -> Sequence[Any]:
        return ()

    def put_stock(self, item: StockItem) -> int | None:
        before, self.units = self.units, item.units
        self._answer()
        return before

    def stock_of(self, item: StockItem) -> int | None:
        return self.units

    def _answer(self) -> None:
        if self.lost and self.lost.pop():
            raise TimeoutError


class Lowering(Shop):
    """It takes changes."""

    def move_stock(self, item: StockItem, change: int) -> bool:
        self.units += change
        self._answer()
        return True

    def stocks_of(self, items: Sequence[StockItem]) -> Shown:
        return Shown(self.at, dict.fromkeys(items, self.units))


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["sell", "bring", "ship", "count", "cancel here", "cancel there", "tell", "compare", "lose"]),
        st.integers(1, 5),
    ),
    max_size=14,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, lowering=st.booleans())
def test_the_channel_shows_what_is_promised(
    organization: Organization, source: Source, steps: list[tuple[str, int]], *, lowering: bool
) -> None:
    with transaction.atomic():
        World(organization, source, Lowering() if lowering else Shop()).run(steps)
        transaction.set_rollback(True)


class World:
    """A shop, a warehouse, and what happens between the two."""

    def __init__(self, organization: Organization, source: Source, shop: Shop) -> None:
        self.shop, self.source, self.sold, self.waiting = shop, source, 0, []  # type: ignore[var-annotated]
        self.place: Location = make_location(source, "w1", "Warehouse")
        integration = Integration.across.create(
            organization=organization, source=source, connector="ecwid", name="Shop", connection="connected",
            flows={"inventory": "push", "orders": "disabled"},
        )  # fmt: skip
        publish(integration, SKU, "11")
        put(self.place, SKU, on_hand=20)
        self.channel = StockChannel.across.create(
            organization=organization, integration=integration, source=source, check_at=START + dt.timedelta(days=9999),
            moves=isinstance(shop, MovesStock),
        )  # fmt: skip
        assert isinstance(shop, TakesStock)
        marking.mark_all(self.channel, look=True)

    def run(self, steps: list[tuple[str, int]]) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(stock, "ask", lambda _integration, act, *, flow: act(self.shop))
            for what, units in steps:
                self.shop.at += dt.timedelta(minutes=1)
                self.step(what, units)
            self.bring()
            self.shop.lost.clear()
            self.drained()
            told = promise(SKU, self.source)
            assert self.shop.units == told, (steps, type(self.shop).__name__)

    def step(self, what: str, units: int) -> None:
        orders = Order.across.filter(source=self.source).order_by("pk")
        if what == "sell":
            self.sold += 1
            self.shop.units -= units
            self.waiting.append((self.sold, units, self.shop.at))
        elif what == "bring":
            self.bring()
        elif what == "ship" and (order := orders.filter(status="new").first()):
            self.ship(order)
        elif what == "count":
            put(self.place, SKU, on_hand=units * 3 - 7)
        elif what == "cancel here" and (order := orders.filter(status="new").last()):
            edits.move(order.pk, "cancel", by=TESTER)
        elif what == "cancel there" and (order := orders.filter(status="new").last()):
            self.shop.units += int(order.content["lineItems"][0]["quantity"])
            self.report(
                order.ext_order_api_id, order.content["lineItems"][0]["quantity"], order.placed_at, canceled=True
            )
        elif what == "tell":
            self.tell()
        elif what == "compare":
            compare(self.channel)
        elif what == "lose":
            self.shop.lost = [units > 2]

    def bring(self) -> None:
        """Pull the orders that the shop has taken."""
        for number, units, at in self.waiting:
            self.report(number, units, at)
        self.waiting.clear()

    def report(self, number: object, units: object, at: dt.datetime, **fields: object) -> None:
        lines = [{"uniqueId": "l1", "sku": SKU, "name": SKU, "quantity": units}]
        values: dict[str, Any] = {
            "extOrderApiId": str(number),
            "extOrderCreatedAt": at,
            "extOrderUpdatedAt": self.shop.at,
        }
        ingest(self.source, make_record(str(number), lineItems=lines, **(values | fields)))

    def ship(self, order: Order) -> None:
        edits.move(order.pk, "ready", by=TESTER)
        fresh = Order.across.get(pk=order.pk)
        request: ShippingRequest = request_for(fresh, self.place, int(fresh.content["lineItems"][0]["quantity"]))
        settle_virtual([order.pk], TESTER)
        units = {line.position: line.open for line in open_lines(request)}
        report_by_hand(request, Shipment(units, token=f"t{order.pk}"), by=TESTER)

    def tell(self) -> None:
        drain("inventory")
        drain("stock")
        make_due(channel=self.channel)
        stock.tell_due(seconds=2)

    def drained(self) -> None:
        for _ in range(12):
            self.tell()
            if not make_due(channel=self.channel):
                return
        raise AssertionError("It never ends.")
