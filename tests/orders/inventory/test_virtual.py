"""What orders need before they are routed is committed without a location, and taken back."""

from collections.abc import Iterable

import pytest
from django.db.models import F

from orders.fulfillments.by_hand import mark_unfulfilled
from orders.inventory import listen
from orders.inventory.known import Passed, passed_by
from orders.inventory.virtual import settle_virtual
from orders.lifecycle import edits
from orders.lifecycle.holds import release_all_due
from orders.lifecycle.order import OrderStatus
from orders.lifecycle.shipping_request import RequestStatus as S
from orders.models import InventoryLevel, Location, Order, ShippingRequest, Source, VirtualCommit, VirtualStart
from orders.requests.cancel import cancel
from orders.requests.move import move
from portal.audit.actor import Actor
from portal.events.dispatch import drain
from portal.events.models import Event, Handoff
from portal.kit.clock import now
from portal.kit.invariants import broken
from portal.kit.jobs import bells, watchers
from tests.factories import ingest, make_order, make_orders, make_record
from tests.orders.fulfillments.parcels import parcel, report
from tests.orders.inventory.stock import BY, figures, happened, make_product, make_request, stock
from tests.orders.requests.making import ready_order, request_for
from tests.orders.routing.running import lines

pytestmark = pytest.mark.django_db
BROKEN_NEED = "inventory.virtual_is_needed"


def needed(sku: str = "TEA-1") -> int:
    level = InventoryLevel.across.filter(location=None, sku_folded=sku.lower()).first()
    return level.committed if level else 0


def test_an_order_takes_what_it_needs_and_gives_it_back(source: Source, warehouse: Location) -> None:
    stock(warehouse, on_hand=10)
    order = make_order(source)
    bells.get("events:inventory")()
    assert (needed(), figures(warehouse)) == (2, (10, 0))
    settle_virtual([order.pk], BY)
    assert happened(None) == [("virtualCommit", {"committed": 2})]
    Order.across.update(status="canceled")
    settle_virtual([order.pk], BY)
    assert happened(None)[1:] == [("virtualRelease", {"committed": -2})]
    assert (needed(), VirtualCommit.across.count()) == (0, 0)
    assert not {"inventory.virtual_is_needed", "inventory.levels_are_sums"} & {one.invariant.key for one in broken()}


def test_a_changed_order_needs_what_it_says_now(source: Source, warehouse: Location) -> None:
    stock(warehouse, on_hand=10)
    make_order(source)
    lines = [
        {"uniqueId": "l1", "sku": "TEA-1", "quantity": 1},
        {"uniqueId": "l2", "sku": "tea-2", "quantity": "1.5"},
        {"uniqueId": "l3", "sku": "CARD", "quantity": 1, "requiresShipping": False},
    ]
    ingest(source, make_record(lineItems=lines))
    drain("inventory")
    assert (needed(), needed("TEA-2"), needed("CARD")) == (1, 2, 0)


@pytest.mark.parametrize("status", ["draft", "canceled", "archived", "fulfilled"])
def test_an_order_that_is_not_to_be_shipped_needs_nothing(source: Source, warehouse: Location, status: str) -> None:
    stock(warehouse, on_hand=10)
    order = make_order(source)
    Order.across.update(status=status)
    settle_virtual([order.pk], BY)
    assert needed() == 0


def test_what_requests_are_asked_for_is_needed_no_longer_until_they_are_canceled(
    source: Source, warehouse: Location
) -> None:
    stock(warehouse, on_hand=10)
    order = make_order(source)
    settle_virtual([order.pk], BY)
    request = make_request(order, warehouse, {"TEA-1": 1})
    settle_virtual([order.pk], BY)
    assert needed() == 1
    request.status = "canceled"
    request.save()
    settle_virtual([order.pk], BY)
    assert needed() == 2


@pytest.mark.parametrize(
    ("acts", "told", "left"),
    [
        (["sent"], set(), 0),
        (["sent", "shipped"], set(), 0),
        (["shipped"], set(), 0),
        (["rejected"], {"shippingRequest"}, 2),
        (["sent", "failed"], {"shippingRequest", "order"}, 2),
        (["failed", "sent"], {"shippingRequest"}, 0),
        (["canceled"], {"shippingRequest"}, 2),
        (["sent", "canceled", "shipped"], {"shippingRequest"}, 0),
        (["shipped", "unfulfilled"], {"order"}, 2),
    ],
)
def test_on_its_way_an_order_is_counted_only_where_that_may_open_something(
    source: Source, warehouse: Location, acts: list[str], told: set[str], left: int
) -> None:
    stock(warehouse, on_hand=10)
    request = request_for(ready_order(source), warehouse)
    settle_virtual([request.order_id], BY)  # as whoever makes a request does
    for act in acts:
        drain("inventory")
        on_its_way(request, act)
    told_of = set(Handoff.across.filter(consumer="inventory").values_list("entity_type", flat=True))
    drain("inventory")
    assert (needed(), told_of) == (left, told)
    assert settle_virtual([request.order_id], BY)
    assert needed() == left
    assert not {one.invariant.key for one in broken()}


def on_its_way(request: ShippingRequest, act: str) -> None:
    """Have something happen to a request, as its warehouse or a person brings it about."""
    if act in ("shipped", "rejected"):
        report(request.order.source, parcel(request.ext_shipment_id, act, fulfillmentType=act))
    elif act == "canceled":
        cancel(request, BY)
    elif act == "unfulfilled":
        mark_unfulfilled(request.order_id, by=BY)
    else:
        move([request.pk], {"sent": S.SENT_TO_FULFILLMENT, "failed": S.FAILED}[act], BY)


def test_a_bundle_needs_its_components_and_what_is_not_counted_nothing(source: Source, warehouse: Location) -> None:
    stock(warehouse, on_hand=10)
    make_product(warehouse, "TEA-1", {"CUP": 3, "BOX": 1})
    make_product(warehouse, "BOX", not_tracked=True)
    settle_virtual([make_order(source).pk], BY)
    assert (needed("CUP"), needed("BOX"), needed("TEA-1")) == (6, 0, 0)


def test_without_any_stock_nobody_counts(source: Source) -> None:
    order = make_order(source)
    assert not Handoff.across.filter(consumer="inventory").exists()
    settle_virtual([order.pk], BY)
    assert not InventoryLevel.across.exists()


def test_an_organization_that_begins_to_keep_stock_counts_its_open_orders(source: Source, warehouse: Location) -> None:
    make_orders(source, range(1, 4))
    stock(warehouse, on_hand=10)
    assert VirtualStart.objects.count() == 1
    watchers.get("virtual commits left behind").job()
    bells.get("virtual commits")()
    assert (needed(), VirtualStart.objects.count()) == (6, 0)
    stock(warehouse, "TEA-2", on_hand=1)
    assert not VirtualStart.objects.exists()


def test_an_order_that_changed_without_a_word_is_found(source: Source, warehouse: Location) -> None:
    stock(warehouse, on_hand=10)
    settle_virtual([make_order(source).pk], BY)
    VirtualStart.objects.all().delete()
    assert listen.catch_up() == 0
    Order.across.update(status="canceled", version=F("version") + 1)
    assert (listen.catch_up(), needed()) == (1, 0)


def test_what_was_looked_at_stands_once_for_an_order_whichever_skus_it_needs(
    source: Source, warehouse: Location
) -> None:
    stock(warehouse, on_hand=10)
    order = make_order(source, lineItems=lines(TEA_1=1, POT_2=1, TIN_3=1))
    settle_virtual([order.pk], BY)
    VirtualStart.objects.all().delete()
    assert looked_at() == {"pot-2": order.version, "tea-1": None, "tin-3": None}
    Order.across.update(content=order.content | {"lineItems": lines(TIN_3=1)}, version=F("version") + 1)
    assert listen.catch_up() == 1
    assert looked_at() == {"tin-3": order.version + 1}
    assert listen.catch_up() == 0
    Order.across.update(version=F("version") + 1)
    assert (listen.catch_up(), looked_at()) == (1, {"tin-3": order.version + 2})


def looked_at() -> dict[str, int | None]:
    return dict(VirtualCommit.across.values_list("sku_folded", "order_version"))


def step(before: int, after: int, status: tuple[str, str] = ("new", "onHold"), *changes: str) -> Event:
    payload = {"from": before, "status": list(status), "changes": ["/status", "/holdUntil", *changes]}
    return Event(name="order.updated", entity_id=7, entity_version=after, payload=payload)


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ([step(1, 2), step(2, 4, ("onHold", "readyForFulfillment"))], (1, 4)),
        ([step(1, 2), step(3, 4)], (3, 4)),
        ([step(1, 2, ("draft", "new"))], None),
        ([step(1, 2, ("onHold", "canceled"))], None),
        ([step(1, 2, ("new", "onHold"), "/lineItems/l1/quantity")], None),
        ([Event(name="order.updated", entity_id=7, entity_version=2, payload={"from": 1})], None),
        ([Event(name="order.created", entity_id=7, entity_version=1, payload={"status": "new"})], None),
    ],
)
def test_only_moves_among_what_needs_stock_are_passed(events: list[Event], found: tuple[int, int] | None) -> None:
    assert passed_by(events) == ({7: Passed(*found)} if found else {})


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> list[set[int]]:
    """Which orders were counted in full, call by call."""
    calls: list[set[int]] = []

    def noted(order_ids: Iterable[int], by: Actor) -> dict[int, int]:
        calls.append(set(order_ids))
        return settle_virtual(calls[-1], by)

    monkeypatch.setattr("orders.inventory.known.settle_virtual", noted)
    return calls


def test_what_one_consumer_has_looked_at_the_other_does_not(
    source: Source, warehouse: Location, settled: list[set[int]]
) -> None:
    stock(warehouse, on_hand=10)
    order = make_order(source)
    VirtualStart.objects.all().delete()
    settle_virtual([order.pk], BY)
    drain("inventory")
    assert (settled, needed(), Handoff.across.count()) == ([], 2, 0)


def test_a_hold_and_its_end_change_nothing_that_is_needed(
    source: Source, warehouse: Location, settled: list[set[int]]
) -> None:
    stock(warehouse, on_hand=10)
    order = make_order(source)
    VirtualStart.objects.all().delete()
    drain("inventory")
    edits.hold(order.pk, until=now(), next_status=OrderStatus.READY_FOR_FULFILLMENT, reason="Look", by=BY)
    drain("inventory")
    assert release_all_due() == 1
    edits.move(order.pk, "review", by=BY)
    drain("inventory")
    order.refresh_from_db()
    assert settled == [{order.pk}]
    assert looked_at() == {"tea-1": order.version}
    edits.move(order.pk, "cancel", by=BY)
    drain("inventory")
    assert (settled[1:], needed(), looked_at()) == ([{order.pk}], 0, {})


def test_a_change_between_two_moves_is_not_passed_over(
    source: Source, warehouse: Location, settled: list[set[int]]
) -> None:
    stock(warehouse, on_hand=10)
    order = make_order(source)
    VirtualStart.objects.all().delete()
    drain("inventory")
    Order.across.update(version=F("version") + 1)  # by a rule: nobody is told
    edits.move(order.pk, "ready", by=BY)
    drain("inventory")
    assert settled == [{order.pk}, {order.pk}]
    order.refresh_from_db()
    assert looked_at() == {"tea-1": order.version}


def test_what_cannot_be_counted_is_told(source: Source, warehouse: Location) -> None:
    from orders.models import OrderException

    order = make_order(source)
    listen.parked(Event.across.filter(entity_id=order.pk).first(), "No.")  # type: ignore[arg-type]
    assert OrderException.across.get().entity_id == order.pk


def test_what_is_committed_without_an_order_that_needs_it_is_found(source: Source, warehouse: Location) -> None:
    stock(warehouse, on_hand=10)
    settle_virtual([make_order(source).pk], BY)
    VirtualCommit.across.update(quantity=1)
    found = {one.invariant.key: one.by for one in broken()}
    assert found == {BROKEN_NEED: ["TEA-1: 2 instead of 1"]}
