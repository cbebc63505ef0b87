"""Routing takes from a location what the virtual record held: channels hear of it only where that changes anything."""

import pytest

from integrations import lifecycle
from integrations.models import Integration
from integrations.outbound import channels
from orders.inventory.promise import promise
from orders.inventory.virtual import settle_virtual
from orders.models import Location, Order
from portal.events.models import Event, Handoff
from tests.integrations.conftest import TESTER
from tests.integrations.outbound.stock import publish
from tests.orders.inventory.stock import stock
from tests.orders.routing.running import card, ready, run, warehouse

pytestmark = pytest.mark.django_db
SKU = "TEA-1"


@pytest.fixture
def shop(integration: Integration) -> Integration:
    """A shop that is told its stock."""
    made = lifecycle.save_flows(integration, {"inventory": "push"}, by=TESTER)
    publish(made, SKU, "1")
    channels.begin(made)
    return made


@pytest.fixture
def reno(shop: Integration) -> Location:
    made = warehouse(shop.source)
    stock(made, SKU, on_hand=10)
    card(made)
    return made


def order_of(shop: Integration) -> Order:
    return ready(shop.source, lineItems=[{"uniqueId": "l1", "sku": SKU, "name": "Tea", "quantity": 2}])


def told_of(routed: Order) -> list[list[str]]:
    """Route an order; return the SKUs of changed levels that are handed over to who tells channels, by event."""
    before = Event.across.order_by("-pk").values_list("pk", flat=True).first() or 0
    run(routed)
    assert routed.routing_status == "ready", "It was routed."
    handed = Handoff.across.filter(consumer="stock", event__name="inventory.changed", event_id__gt=before)
    return [one.event.payload["promised"] for one in handed.select_related("event")]


def test_what_an_order_needed_and_now_has_changes_no_promise(shop: Integration, reno: Location) -> None:
    order = order_of(shop)
    settle_virtual([order.pk], TESTER)
    promised = promise(SKU, shop.source)
    assert promised == 8
    assert told_of(order) == []
    assert promise(SKU, shop.source) == promised
    changed = Event.across.filter(name="inventory.changed").order_by("-pk")[:2]
    assert [one.payload["events"] for one in changed] == [["virtualRelease"], ["ship"]], "Others hear of it."


def test_what_nobody_had_counted_is_told(shop: Integration, reno: Location) -> None:
    assert told_of(order_of(shop)) == [[SKU]]


def test_what_a_channel_does_not_count_there_is_told(shop: Integration, reno: Location) -> None:
    reno.excluded_for.add(shop.source)
    order = order_of(shop)
    settle_virtual([order.pk], TESTER)
    assert told_of(order) == [[SKU]]


def test_an_error_tells_nothing(shop: Integration, reno: Location, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError

    order = order_of(shop)
    settle_virtual([order.pk], TESTER)
    count = Event.across.filter(name="inventory.changed").count()
    with monkeypatch.context() as patch:
        patch.setattr("orders.routing.write.tell", fail)
        with pytest.raises(RuntimeError):
            run(order)
    assert Event.across.filter(name="inventory.changed").count() == count
    stock(reno, SKU, on_hand=11)
    assert Event.across.filter(name="inventory.changed").count() == count + 1, "Who comes next tells at once."
