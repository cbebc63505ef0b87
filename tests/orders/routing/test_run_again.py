"""When orders are routed by themselves: on events, when stock arrives, at their time; and when they are stuck."""

import datetime as dt

import pytest
from django.db.models import F
from django.db.models.functions import Now

from orders.exceptions import settle
from orders.exceptions.clear import close_gone
from orders.lifecycle import edits
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import InventoryLevel, Order, OrderException, RoutingRun, ShippingRequest, Source
from orders.requests.cancel import cancel
from orders.requests.move import move
from orders.routing.retry import BELL, ring_for_due, route_due
from orders.routing.run import route
from orders.routing.stuck import tell_stuck
from portal.audit.actor import Actor
from portal.events.dispatch import drain
from portal.events.models import Handoff
from portal.kit.jobs import bells, watchers
from tests.factories import make_order
from tests.orders.inventory.stock import figures, make_product, stock
from tests.orders.routing.running import card, lines, ready, run, warehouse

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")
HOUR = dt.timedelta(hours=1)


def let_pass(order: Order, hours: int) -> None:
    """Make it so many hours later for an order."""
    Order.across.filter(pk=order.pk).update(
        route_at=F("route_at") - hours * HOUR, last_routed_at=F("last_routed_at") - hours * HOUR,
        updated_at=F("updated_at") - hours * HOUR,
    )  # fmt: skip


def state(order: Order) -> tuple[str, int]:
    order.refresh_from_db()
    return order.routing_status, ShippingRequest.across.filter(order=order).count()


def test_an_order_that_has_become_ready_is_routed(source: Source) -> None:
    reno = warehouse(source)
    card(reno)
    stock(reno, on_hand=9)
    order = make_order(source)
    drain("routing")
    assert state(order) == ("pending", 0)
    edits.move(order.pk, "ready", by=ANN)
    drain("routing")
    assert state(order) == ("ready", 1)
    assert Handoff.across.filter(consumer="routing").count() == 0


def test_what_a_warehouse_has_is_routed_again_only_where_it_is_canceled(source: Source) -> None:
    reno = warehouse(source)
    card(reno)
    stock(reno, on_hand=9)
    order = ready(source)
    drain("routing")
    move([ShippingRequest.across.get().pk], RequestStatus.SENT_TO_FULFILLMENT, by=ANN)
    order.refresh_from_db()
    assert order.status == "sentToFulfillment"
    assert Handoff.across.filter(consumer="routing").count() == 0
    cancel(ShippingRequest.across.get(), ANN)
    drain("routing")
    bells.get(BELL)()
    assert (state(order), RoutingRun.across.filter(order=order).count()) == (("ready", 2), 2)


def test_an_organization_without_cards_pays_nothing(source: Source) -> None:
    ready(source)
    assert Handoff.across.filter(consumer="routing").count() == 0
    assert route_due() == 0


def test_an_order_is_tried_again_when_it_has_changed(source: Source) -> None:
    reno = warehouse(source)
    made = card(reno, destinations=[{"regions": [{"countries": ["FR"]}], "locations": [reno.public_id]}])
    stock(reno, on_hand=9)
    order = ready(source)
    drain("routing")
    assert state(order) == ("failed", 0)
    edits.set_fields(order.pk, {"shippingAddress.country": "FR"}, by=ANN)
    drain("routing")
    assert (state(order), made.enabled) == (("ready", 1), True)


@pytest.mark.parametrize("kind", ["plain", "bundle"])
def test_stock_that_arrives_wakes_the_orders_that_need_it_and_no_others(source: Source, kind: str) -> None:
    reno = warehouse(source)
    card(reno)
    stock(reno, "OTHER", on_hand=1)
    if kind == "bundle":
        make_product(reno, "TEA-1", {"TIN": 1})
    wanted, other = ready(source), ready(source, 1002, lineItems=lines(RICE=1))
    drain("routing")
    assert (state(wanted), state(other)) == (("failed", 0), ("failed", 0))
    stock(reno, "TIN" if kind == "bundle" else "TEA-1", on_hand=2)
    drain("routing")
    other.refresh_from_db()
    assert other.route_at is not None
    assert other.last_routed_at is not None
    assert other.route_at > other.last_routed_at
    assert route_due() == 1
    assert (state(wanted), state(other)) == (("ready", 1), ("failed", 0))
    assert RoutingRun.across.filter(order=wanted).latest("id").trigger == "stock"


def test_what_routing_itself_takes_wakes_nobody(source: Source) -> None:
    reno = warehouse(source)
    card(reno)
    stock(reno, on_hand=3)
    first, second = ready(source), ready(source, 1002)
    drain("routing")
    assert (state(first), state(second)) == (("ready", 1), ("failed", 0))
    drain("routing")
    assert route_due() == 0


def test_a_failed_order_is_tried_again_after_three_hours(source: Source) -> None:
    reno = warehouse(source)
    card(reno)
    order = ready(source)
    run(order)
    stock(reno, on_hand=2)
    Handoff.across.all().delete()
    let_pass(order, 2)
    assert route_due() == 0
    let_pass(order, 1)
    assert route_due() == 1
    assert state(order) == ("ready", 1)
    assert RoutingRun.across.latest("id").trigger == "retry"


def test_a_request_that_waits_for_stock_is_looked_at_every_hour_and_when_stock_arrives(source: Source) -> None:
    reno = warehouse(source)
    card(reno)
    stock(reno, on_hand=0, future=5)
    by_time, by_stock = ready(source), ready(source, 1002)
    run(by_time, by_stock)
    assert state(by_time) == ("pendingInventory", 1)
    let_pass(by_time, 1)
    assert route_due() == 1
    assert state(by_time) == ("pendingInventory", 1)
    stock(reno, on_hand=2, future=-2)
    assert figures(reno, "TEA-1", "committed", "committed_future") == (0, 4)
    let_pass(by_time, 1)
    assert route_due() == 1
    assert state(by_time) == ("ready", 1)
    assert figures(reno, "TEA-1", "committed", "committed_future") == (2, 2)
    Handoff.across.all().delete()
    stock(reno, on_hand=2)
    drain("routing")
    assert route_due() == 1
    by_stock.refresh_from_db()
    assert by_stock.routing_status == "ready"
    assert set(ShippingRequest.across.values_list("status", flat=True)) == {"readyForFulfillment"}
    assert figures(reno, "TEA-1", "committed", "committed_future") == (4, 0)


def test_orders_that_nobody_was_told_of_are_found(source: Source) -> None:
    order = ready(source)
    reno = warehouse(source)
    card(reno, check_stock=False)
    assert route_due() == 0
    let_pass(order, 1)
    assert route_due() == 1
    assert state(order) == ("ready", 1)


def test_one_order_that_cannot_be_routed_stops_no_other(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    card(warehouse(source), check_stock=False)
    good, bad = ready(source), ready(source, 1002)
    Order.across.update(route_at=Now())

    def breaking(ids: list[int], *args: object) -> object:
        if bad.pk in ids:
            raise ValueError("broken")
        return route(ids, *args)  # type: ignore[arg-type]

    monkeypatch.setattr("orders.routing.retry.route", breaking)
    assert route_due() == 1
    assert (state(good), state(bad)) == (("ready", 1), ("failed", 0))
    assert OrderException.across.get(type="routing_failed").message == "ValueError: broken"
    assert route_due() == 0


def test_an_order_that_went_on_otherwise_is_forgotten(source: Source) -> None:
    card(warehouse(source))
    order = ready(source)
    run(order)
    edits.move(order.pk, "review", by=ANN)
    let_pass(order, 3)
    assert route_due() == 0
    order.refresh_from_db()
    assert order.route_at is None


def test_the_watch_rings_for_what_is_due(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr("orders.routing.retry.ring", rung.append)
    card(warehouse(source))
    order = ready(source)
    ring_for_due()
    assert rung == []
    Order.across.filter(pk=order.pk).update(route_at=Now())
    ring_for_due()
    assert rung == ["orders to be routed again"]
    assert (watchers.get("orders to be routed again").every, "orders to be routed again" in bells) == (30, True)
    assert watchers.get("orders that are stuck").job is tell_stuck


def test_an_order_that_is_ready_for_a_day_is_told_once(source: Source) -> None:
    order = ready(source)
    _age(order, 25)
    assert tell_stuck() == 0
    made = card(warehouse(source))
    assert (tell_stuck(), tell_stuck()) == (1, 0)
    problem = OrderException.across.get(type="order_stuck")
    assert problem.title == "#1001 has been ready for more than 24 hours"
    close_gone()
    assert OrderException.across.filter(state="active").count() == 1
    edits.move(order.pk, "review", by=ANN)
    close_gone()
    assert OrderException.across.filter(state="active").count() == 0
    edits.move(order.pk, "ready", by=ANN)
    assert (tell_stuck(), made.enabled) == (0, True)


def _age(order: Order, hours: int) -> None:
    """Have an order come, and come to be ready, so long ago; history cannot be altered, so the trigger is put off."""
    from django.db import connection

    Order.across.filter(pk=order.pk).update(created_at=Now() - hours * HOUR)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE portal_history SET at = at - make_interval(hours => %s)", [hours])
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_stock_without_a_location_wakes_nobody(source: Source) -> None:
    from orders.routing.consumer import wake

    reno = warehouse(source)
    card(reno)
    stock(reno, "OTHER", on_hand=1)
    ready(source)
    drain("inventory")
    level = InventoryLevel.across.get(location=None)
    assert wake(source.organization_id, {level.pk}) == 0


def test_trying_an_exception_again_routes_its_order_and_tells_anew_where_that_fails(source: Source) -> None:
    reno = warehouse(source)
    card(reno)
    order = ready(source)
    run(order)
    for active, there in ((1, 0), (0, 2)):
        settle.retry(OrderException.across.get(type="out_of_stock", state="active"), by=ANN)
        stock(reno, on_hand=there)
        assert route_due() == 1
        assert OrderException.across.filter(type="out_of_stock", state="active").count() == active
    assert state(order) == ("ready", 1)
