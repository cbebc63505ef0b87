"""Routing orders: requests, stock, runs, state and exceptions, in one transaction and only for what is open."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from orders.documents.order import plain_document
from orders.inventory.check import differing
from orders.inventory.virtual import settle_virtual
from orders.lifecycle import edits
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import InventoryLevel, Order, OrderException, RoutingRun, ShippingRequest, Source
from orders.requests.cancel import cancel
from orders.requests.move import move
from orders.routing.load import has_cards, load_stock, load_world
from orders.routing.retry import route_due
from orders.routing.run import RESTS, route
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.events.dispatch import drain
from portal.events.models import Handoff
from portal.kit.invariants import broken
from tests.factories import make_order, make_orders
from tests.orders.inventory.stock import figures, make_product, stock
from tests.orders.routing.running import card, lines, ready, run, warehouse

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")


def requests_of(order: Order) -> list[tuple[str, str, str, list[tuple[str, int]]]]:
    """Return number, location, status and lines of an order's requests."""
    return [
        (
            one.ext_shipment_id,
            one.location.name,
            one.status,
            [(line.sku, int(line.quantity)) for line in one.lines.order_by("position")],
        )
        for one in ShippingRequest.across.filter(order=order).order_by("ordinal")
    ]


def active() -> list[tuple[str, str]]:
    rows = OrderException.across.filter(state="active").order_by("type")
    return list(rows.values_list("type", "title"))


def test_an_order_becomes_a_request_with_its_stock_committed_and_says_why(source: Source) -> None:
    reno = warehouse(source)
    card(reno)
    stock(reno, on_hand=5)
    order = ready(source)
    drain("inventory")
    assert figures(None) == (0, 2)
    (result,) = run(order)
    assert (result.outcome, result.sentence) == ("routed", "Ships from Reno, by the card “All orders”.")
    assert requests_of(order) == [("#1001", "Reno", "readyForFulfillment", [("TEA-1", 2)])]
    assert figures(reno) == (5, 2)
    assert (order.status, order.routing_status, order.route_at) == ("readyForFulfillment", "ready", None)
    assert order.last_routed_at is not None
    told = RoutingRun.across.get()
    assert (told.order, told.trigger, told.outcome, told.actor_name) == (
        order, "auto", "routed", "Order Routing Engine",
    )  # fmt: skip
    assert told.trace["cards"][0]["places"][0]["outcome"] == "chosen"
    assert History.across.get(verb="settled").summary == "Shipping request #1001 for Reno: 2 units."
    assert figures(None) == (0, 0)
    assert broken() == []
    assert differing().differences == []


def test_a_second_run_makes_nothing_twice_and_routes_only_what_has_come_since(source: Source) -> None:
    reno = warehouse(source)
    card(reno)
    stock(reno, on_hand=9)
    order = ready(source)
    run(order)
    (again,) = run(order, trigger="retry")
    assert (again.outcome, len(requests_of(order)), figures(reno)) == ("nothing", 1, (9, 2))
    assert (order.routing_status, RoutingRun.across.count()) == ("ready", 1)
    cancel(ShippingRequest.across.get(), ANN)
    run(order)
    assert [one[0] for one in requests_of(order)] == ["#1001", "#1001.2"]
    assert figures(reno) == (9, 2)


def test_an_order_that_is_made_ready_again_is_what_its_warehouse_has(source: Source) -> None:
    """A person has looked at it after it was sent: it does not wait for anything to be sent."""
    card(warehouse(source), check_stock=False)
    order = ready(source)
    run(order)
    move([ShippingRequest.across.get().pk], RequestStatus.SENT_TO_FULFILLMENT, ANN)
    for key in ("review", "ready"):
        edits.move(order.pk, key, by=ANN)
    (result,) = run(order)
    assert (result.outcome, order.status, RoutingRun.across.count()) == ("nothing", "sentToFulfillment", 1)
    version = order.version
    run(order)
    assert order.version == version


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda source: make_order(source), "#1001 is “New”. Orders are routed once they are ready for fulfillment."),
        (lambda source: _deleted(source), "#1001 was deleted in its store: nothing of it is routed any more."),
    ],
)
def test_what_is_not_to_be_routed_is_left_with_a_word(source: Source, make: Any, why: str) -> None:
    card(warehouse(source))
    order = make(source)
    (result,) = run(order)
    assert (result.outcome, result.sentence) == (None, why)
    assert (RoutingRun.across.count(), order.last_routed_at) == (0, None)


def _deleted(source: Source) -> Order:
    order = ready(source)
    Order.across.filter(pk=order.pk).update(deleted_at=dt.datetime.now(dt.UTC))
    return order


def test_without_a_card_that_is_on_routing_rests(source: Source) -> None:
    reno = warehouse(source)
    made = card(reno)
    made.enabled = False
    made.save()
    order = ready(source)
    (result,) = run(order)
    assert (result.outcome, result.sentence) == (None, RESTS)
    assert (order.routing_status, active()) == ("pending", [])


def test_without_a_card_orders_that_name_their_location_are_routed(source: Source) -> None:
    reno = warehouse(source)
    store, kiosk = (warehouse(source, name, fulfillment_source=None) for name in ("Store", "Kiosk"))
    silent = ready(source, 1)
    assert not has_cards(source.organization_id)
    assert Handoff.across.filter(consumer="routing").count() == 1
    named, part, nobodys, more = (
        ready(source, 2, locationId=reno.public_id, respectLocationId=True),
        ready(source, 3, lineItems=[_line("l1", respectLocationId=True, locationId="reno"), _line("l2")]),
        ready(source, 4, locationId="store", respectLocationId=True),
        ready(source, 5, locationId=kiosk.public_id, respectLocationId=True),
    )
    drain("routing")
    asked = ShippingRequest.across.values_list("order_id", "location_id")
    assert list(asked) == [(named.pk, reno.pk)]
    assert dict(Order.across.values_list("pk", "routing_status")) == {
        silent.pk: "pending", named.pk: "ready", part.pk: "failed", nobodys.pk: "failed", more.pk: "failed",
    }  # fmt: skip
    told = dict(OrderException.across.filter(type="routing_failed").values_list("entity_id", "shared"))
    nobody = "No fulfillment channel owns the location that the order names"
    assert (set(told), told[nobodys.pk], told[more.pk]) == ({part.pk, nobodys.pk, more.pk}, nobody, nobody)
    assert "name their location" in OrderException.across.filter(entity_id=part.pk).get().cure
    Order.across.update(route_at=Now() - dt.timedelta(hours=1))
    Order.across.filter(pk=silent.pk).update(route_at=None)
    store.fulfillment_source = source
    store.save()
    assert (route_due(), route_due()) == (4, 0)  # the silent one comes with the first card
    assert Order.across.get(pk=nobodys.pk).routing_status == "ready"


def _line(unique_id: str, **fields: object) -> dict[str, object]:
    return {"uniqueId": unique_id, "sku": "TEA-1", "name": "Tea", "quantity": 1} | fields


def test_an_order_without_anything_to_ship_is_left_out(source: Source) -> None:
    card(warehouse(source))
    order = ready(source, lineItems=[{"uniqueId": "l1", "sku": "GIFT", "quantity": 1, "requiresShipping": False}])
    (result,) = run(order)
    assert (result.outcome, order.routing_status) == ("nothing", "excluded")
    assert RoutingRun.across.count() == 0
    route([order.pk], "manual", ANN)
    assert RoutingRun.across.get().sentence == "Nothing of this order is left to be shipped."


def test_a_failure_is_told_with_its_cure_and_closed_when_the_order_is_routed(source: Source) -> None:
    reno, leeds = warehouse(source), warehouse(source, "Leeds")
    card(reno, leeds)
    stock(reno, on_hand=1)
    order = ready(source)
    (result,) = run(order)
    assert result.outcome == "failed"
    assert active() == [("out_of_stock", "#1001: TEA-1 is out of stock at Reno and Leeds")]
    problem = OrderException.across.get()
    assert problem.cure.startswith("Receive TEA-1 at Reno and Leeds, or correct the stock there")
    assert "All orders: All its locations together have 1 of 2 units of TEA-1." in problem.message
    assert (order.routing_status, order.exceptions) == ("failed", ["out_of_stock"])
    assert order.route_at - order.last_routed_at == dt.timedelta(hours=3)  # type: ignore[operator]
    told = f"Could not be routed. {result.sentence}"
    assert History.across.filter(summary=told).count() == 1
    run(order, trigger="retry")
    assert (RoutingRun.across.count(), History.across.filter(summary=told).count()) == (1, 1)
    assert OrderException.across.get().times == 2
    stock(leeds, on_hand=2)
    run(order, trigger="stock")
    assert (order.routing_status, order.exceptions, active(), figures(leeds)) == ("ready", None, [], (2, 2))


@pytest.mark.parametrize(
    ("fields", "definition", "kind", "title"),
    [
        ({"lineItems": lines(TEA_1="1.5")}, {}, "invalid_quantity", "#1001: a line is not in whole units"),
        ({}, {"destinations": [{"regions": [{"countries": ["FR"]}]}]}, "routing_failed", "#1001 could not be routed"),
        ({}, {"filter": {"version": 99}}, "routing_failed", "#1001 could not be routed"),
    ],
)
def test_each_reason_has_its_own_exception(source: Source, fields: Any, definition: Any, kind: str, title: str) -> None:
    reno = warehouse(source)
    stock(reno, on_hand=9)
    for one in definition.get("destinations", ()):
        one["locations"] = [reno.public_id]
    card(reno, **definition)
    order = ready(source, **fields)
    (result,) = run(order)
    assert (result.outcome, active()) == ("failed", [(kind, title)])
    assert result.sentence in OrderException.across.get().message
    edits.move(order.pk, "review", by=ANN)
    from orders.exceptions.clear import close_gone

    close_gone()
    assert active() == []


def test_a_dismissed_failure_stays_dismissed_while_nothing_changes(source: Source) -> None:
    card(warehouse(source))
    order = ready(source)
    run(order)
    OrderException.across.update(state="dismissed")
    run(order, trigger="retry")
    assert active() == []


def test_orders_split_bundles_explode_and_names_travel(source: Source) -> None:
    reno, leeds = warehouse(source), warehouse(source, "Leeds")
    card(reno, leeds, allow_split=True)
    stock(reno, "TIN", on_hand=4)
    stock(leeds, "TEA-2", on_hand=1)
    make_product(reno, "SET", {"TIN": 2})
    order = ready(source, lineItems=lines(SET=2, TEA_2=1))
    run(order)
    assert requests_of(order) == [
        ("#1001", "Reno", "readyForFulfillment", [("TIN", 4)]),
        ("#1001.2", "Leeds", "readyForFulfillment", [("TEA-2", 1)]),
    ]
    names = [line["name"] for one in ShippingRequest.across.order_by("ordinal") for line in one.content["lineItems"]]
    assert names == ["TIN", "Name of TEA_2"]
    assert (figures(reno, "TIN"), figures(leeds, "TEA-2")) == ((4, 4), (1, 1))


def test_a_part_of_a_bundle_that_was_canceled_is_asked_for_again_and_no_more_than_that(source: Source) -> None:
    reno, leeds = warehouse(source), warehouse(source, "Leeds")
    card(reno, leeds, allow_split=True)
    stock(reno, "TIN", on_hand=4)
    stock(leeds, "LEAF", on_hand=9)
    make_product(reno, "SET", {"TIN": 2, "LEAF": 3})
    order = ready(source, lineItems=lines(SET=2))
    run(order)
    assert [one[3] for one in requests_of(order)] == [[("TIN", 4)], [("LEAF", 6)]]
    move([ShippingRequest.across.get(ordinal=1).pk], RequestStatus.SENT_TO_FULFILLMENT, ANN)
    cancel(ShippingRequest.across.get(ordinal=2), ANN)
    order.refresh_from_db()
    assert (order.routing_status, order.route_at is None) == ("pending", False)
    settle_virtual([order.pk], ANN)
    assert figures(None, "LEAF", "committed") == (6,)  # nobody may be promised them meanwhile
    assert [one.outcome for _ in range(2) for one in run(order)] == ["routed", "nothing"]
    again = ShippingRequest.across.get(ordinal=3)
    assert (again.location, again.content["lineItems"][0]) == (
        leeds,
        {"uniqueId": "l1", "sku": "LEAF", "name": "LEAF", "quantity": 6, "bundleSku": "SET", "perBundle": 3},
    )
    assert (figures(leeds, "LEAF"), order.routing_status) == ((9, 6), "ready")
    settle_virtual([order.pk], ANN)
    assert figures(None, "LEAF", "committed") == (0,)
    move([again.pk], RequestStatus.SENT_TO_FULFILLMENT, ANN)
    assert Order.across.get(pk=order.pk).status == "sentToFulfillment"
    assert broken() == []


@pytest.mark.parametrize(("send", "status"), [(False, "pendingInventory"), (True, "readyForFulfillment")])
def test_future_stock_is_committed_as_such(source: Source, send: bool, status: str) -> None:
    reno = warehouse(source)
    card(reno, send_future=send)
    stock(reno, on_hand=1, future=5)
    order = ready(source)
    run(order)
    assert requests_of(order)[0][2] == status
    assert figures(reno, "TEA-1", "committed", "committed_future") == (1, 1)
    assert order.routing_status == ("ready" if send else "pendingInventory")


def test_a_card_that_does_not_check_takes_stock_below_zero(source: Source) -> None:
    reno = warehouse(source)
    card(reno, check_stock=False)
    stock(reno, on_hand=1)
    run(ready(source))
    assert figures(reno, "TEA-1", "on_hand", "committed", "available") == (1, 2, -1)


def test_a_location_that_a_canceled_request_wants_passed_over_is(source: Source) -> None:
    reno, leeds = warehouse(source), warehouse(source, "Leeds")
    card(reno, leeds)
    stock(reno, on_hand=9)
    order = ready(source)
    run(order)
    cancel(ShippingRequest.across.get(), ANN, skip_location=True)
    assert [one.outcome for _ in range(2) for one in run(order)] == ["failed", "failed"]  # not back to Reno either
    stock(leeds, on_hand=9)
    run(order)
    cancel(ShippingRequest.across.latest("pk"), ANN, skip_location=True)
    run(order)
    assert [one[1] for one in requests_of(order)] == ["Reno", "Leeds", "Reno"]


def test_two_warehouses_that_refuse_do_not_send_an_order_to_and_fro(source: Source) -> None:
    places = warehouse(source), warehouse(source, "Leeds")
    card(*places)
    for place in places:
        stock(place, on_hand=9)
    order = ready(source)
    for _place in places:
        run(order)
        ShippingRequest.across.update(status="failed", skip_location=True)
    assert [one.outcome for one in run(order)] == ["failed"]


def test_a_line_that_comes_after_the_order_was_sent_is_routed_too(source: Source) -> None:
    reno = warehouse(source)
    card(reno)
    stock(reno, on_hand=9)
    order = ready(source)
    run(order)
    Order.across.filter(pk=order.pk).update(status="sentToFulfillment")
    ShippingRequest.across.update(status="sentToFulfillment")
    content = Order.across.get(pk=order.pk).content
    content["lineItems"].append({"uniqueId": "l2", "sku": "TEA-1", "quantity": 1})
    Order.across.filter(pk=order.pk).update(content=content)
    (result,) = run(order)
    assert (result.outcome, order.status) == ("routed", "readyForFulfillment")
    assert requests_of(order)[1][3] == [("TEA-1", 1)]


def test_what_one_order_of_a_batch_takes_is_gone_for_the_next(source: Source) -> None:
    reno = warehouse(source)
    card(reno)
    stock(reno, on_hand=5)
    orders = [ready(source, number) for number in (1, 2, 3)]
    assert [one.outcome for one in run(*orders)] == ["routed", "routed", "failed"]
    assert figures(reno) == (5, 4)


def test_stock_that_somebody_took_meanwhile_is_seen_under_the_lock(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    reno, leeds = warehouse(source), warehouse(source, "Leeds")
    card(reno, leeds)
    stock(reno, on_hand=2)
    stock(leeds, on_hand=2)
    order = ready(source)
    looks: list[int] = []

    def outdated(*args: Any) -> Any:
        """Answer what was there before somebody took it, as often as it is asked without locks."""
        looks.append(1)
        found = load_stock(*args)
        if len(looks) < 3:
            found["tea-1", reno.pk] = type(next(iter(found.values())))(2, 0)
        return found

    InventoryLevel.across.filter(location=reno).update(committed=1)
    monkeypatch.setattr("orders.routing.run.load_stock", outdated)
    run(order)
    assert (len(looks), requests_of(order)[0][1]) == (3, "Leeds")


def test_a_batch_costs_the_same_number_of_queries_whatever_its_size(source: Source) -> None:
    reno, leeds = warehouse(source), warehouse(source, "Leeds")
    card(reno)
    card(leeds)
    stock(reno, on_hand=1_000)
    asked = []
    for numbers in (range(1, 4), range(4, 24)):
        orders = make_orders(source, numbers)[-len(numbers) :]
        for one in orders:
            edits.move(one.pk, "ready", by=ANN)
        with CaptureQueriesContext(connection) as captured:
            route([one.pk for one in orders], "auto")
        asked.append(len(captured.captured_queries))
    assert asked[0] == asked[1], asked
    assert asked[0] < 60


def test_a_location_that_is_paused_while_it_is_being_chosen_is_left_out(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    reno, leeds = warehouse(source), warehouse(source, "Leeds")
    card(reno, leeds)
    stock(reno, on_hand=5)
    stock(leeds, on_hand=5)
    order = ready(source)

    def then_paused(*args: Any) -> Any:
        found = load_world(*args)
        type(reno).across.filter(pk=reno.pk).update(paused=True)
        return found

    monkeypatch.setattr("orders.routing.run.load_world", then_paused)
    run(order)
    assert [one[1] for one in requests_of(order)] == ["Leeds"]


def test_an_order_that_names_its_location_goes_there_whatever_the_cards_say(source: Source) -> None:
    reno, leeds = warehouse(source), warehouse(source, "Leeds")
    card(reno)
    stock(reno, on_hand=5)
    stock(leeds, on_hand=5)
    order = ready(source)
    edits.set_fields(order.pk, {"locationId": leeds.public_id, "respectLocationId": True}, by=ANN)
    run(order)
    assert [(one[1], one[3]) for one in requests_of(order)] == [("Leeds", [("TEA-1", 2)])]
    assert plain_document(Order.across.get())["routingStatus"] == "ready"
