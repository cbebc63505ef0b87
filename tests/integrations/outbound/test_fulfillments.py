"""From a parcel here to the tracking number in the store, and back as a change that is none."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db.models.functions import Now

from integrations import lifecycle
from integrations.connectors.ecwid import parcels
from integrations.connectors.ecwid.sandbox.server import Sandbox
from integrations.connectors.ecwid.telling import Telling
from integrations.models import FlowState, Integration, Written
from integrations.outbound.parcels import names_of, outgoing, shipped_of
from integrations.outbound.told import tellings
from integrations.sync import spans
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import Fulfillment, Location, Order, OrderException, ShippingRequest, ShippingRequestLine
from portal.audit.models import History
from portal.deliveries import send
from portal.deliveries.models import Delivery
from portal.events.dispatch import drain
from portal.events.models import Event
from portal.kit.json import Json
from tests.factories import make_location
from tests.integrations.conftest import TESTER, reread, run_flow
from tests.orders.fulfillments.parcels import make_fulfillment, parcel, report
from tests.orders.requests.making import request_for

pytestmark = pytest.mark.django_db


def ordered(sandbox: Sandbox, shop: Integration, **quantities: int) -> tuple[Json, Order]:
    """Return an order of the store as it is there and here."""
    placed = sandbox.place_order(dict(quantities) if quantities else {"TIN-ROUND-S": 2})
    assert run_flow(shop) is not None
    order = Order.across.get(ext_order_api_id=str(placed["internalId"]))
    order.status = "readyForFulfillment"
    order.save(update_fields=["status"])
    return placed, order


def ship(request: ShippingRequest, number: str = "P1", tracking: str = "1Z999", units: int = 2, **more: Any) -> None:
    told = {"trackingNumber": [tracking], "trackingUrl": [f"https://parcels.example/{tracking}"], **more}
    lines = [(request.content["lineItems"][0]["sku"], units)]
    report(request.order.source, parcel(request.ext_shipment_id, number, lines=lines, **told))


def tell() -> None:
    """Do what workers do: hand events over, then send what is due."""
    drain("telling")
    Delivery.across.filter(state="pending").update(next_at=Now())
    send.send_due()


def there(sandbox: Sandbox, placed: Json) -> tuple[str, str, str]:
    order = sandbox.store.orders.get(str(placed["internalId"]))
    assert order is not None
    return order["fulfillmentStatus"], order.get("trackingNumber", ""), order.get("trackingUrl", "")


def writes(sandbox: Sandbox) -> int:
    return sum(one["method"] == "PUT" for one in sandbox.ledger())


def sentence(one: Fulfillment) -> str:
    return tellings([one])[one.pk].sentence


def test_a_parcel_is_told_once_and_its_echo_is_no_change(sandbox: Sandbox, shop: Integration, place: Location) -> None:
    placed, order = ordered(sandbox, shop)
    request = request_for(order, place, 2, status=RequestStatus.SENT_TO_FULFILLMENT)
    ship(request)
    found = Fulfillment.across.get()
    drain("telling")
    assert sentence(found) == "Is being told to Tea shop"
    tell()
    assert there(sandbox, placed) == ("SHIPPED", "1Z999", "https://parcels.example/1Z999")
    assert sentence(found) == "Told to Tea shop"
    tell()
    assert (writes(sandbox), Delivery.across.get().state) == (1, "done")

    events = Event.across.filter(name="order.updated").count()
    outcome = run_flow(shop)
    assert outcome is not None
    assert (outcome.updated, outcome.unchanged) == (0, 1)
    assert Event.across.filter(name="order.updated").count() == events, "no rule hears of what we wrote ourselves"
    after = Order.across.get(pk=order.pk)
    assert (after.content["fulfillmentStatus"], after.source_doc["trackingNumber"]) == ("shipped", "1Z999")
    last = History.across.filter(entity_type="order", entity_id=order.pk).latest("id")
    assert last.actor_kind == "system"
    assert last.summary == "The channel shows what it was told: Fulfillment status in the channel."
    assert not Written.objects.exists()


def test_what_the_shop_changes_in_the_same_moment_comes_through(
    sandbox: Sandbox, shop: Integration, place: Location
) -> None:
    placed, order = ordered(sandbox, shop)
    ship(request_for(order, place, 2, status=RequestStatus.SENT_TO_FULFILLMENT))
    tell()
    sandbox.store.orders.update(str(placed["internalId"]), {"orderComments": "Ring twice"})
    outcome = run_flow(shop)
    assert outcome is not None
    assert outcome.updated == 1
    heard = Event.across.filter(name="order.updated", payload__cause="channel").latest("id")
    assert set(heard.payload["changes"]) - {"/extOrderUpdatedAt"} == {"/orderNote"}
    # What the shop sets afterwards is its own, even if it is a value that we have written before.
    for status, told in (("PROCESSING", "processing"), ("SHIPPED", "shipped")):
        sandbox.store.orders.update(str(placed["internalId"]), {"fulfillmentStatus": status})
        outcome = run_flow(shop)
        assert outcome is not None
        assert outcome.updated == 1
        assert Order.across.get(pk=order.pk).content["fulfillmentStatus"] == told


def test_a_part_is_in_progress_and_all_numbers_stand_there_in_the_end(
    sandbox: Sandbox, shop: Integration, place: Location
) -> None:
    placed, order = ordered(sandbox, shop)
    request = request_for(order, place, 2, status=RequestStatus.SENT_TO_FULFILLMENT)
    sandbox.store.orders.update(str(placed["internalId"]), {"trackingNumber": "BY-HAND-1"})
    ship(request, "P1", "T1", 1)
    tell()
    assert there(sandbox, placed)[:2] == ("PROCESSING", "BY-HAND-1, T1")
    ship(request, "P2", "T2", 1)
    tell()
    assert there(sandbox, placed) == ("SHIPPED", "BY-HAND-1, T1, T2", "https://parcels.example/T1")
    assert writes(sandbox) == 2


def test_two_parcels_at_once_are_told_in_one_write(sandbox: Sandbox, shop: Integration, place: Location) -> None:
    placed, order = ordered(sandbox, shop)
    request = request_for(order, place, 2, status=RequestStatus.SENT_TO_FULFILLMENT)
    sku = request.content["lineItems"][0]["sku"]
    report(
        order.source,
        parcel(request.ext_shipment_id, "P1", lines=[(sku, 1)], trackingNumber=["T1"]),
        parcel(request.ext_shipment_id, "P2", lines=[(sku, 1)], trackingNumber=["T2"]),
    )
    tell()
    assert (there(sandbox, placed)[:2], writes(sandbox)) == (("SHIPPED", "T1, T2"), 1)
    assert [(one["id"], one["trackingNumber"]) for one in sandbox.parcels()] == [(placed["id"], "T1, T2")]
    assert list(Delivery.across.values_list("state", flat=True)) == ["done", "done"]


def test_a_parcel_that_comes_during_the_call_is_told_before_it_ends(
    sandbox: Sandbox, shop: Integration, place: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed, order = ordered(sandbox, shop)
    request = request_for(order, place, 2, status=RequestStatus.SENT_TO_FULFILLMENT)
    ship(request, "P1", "T1", 1)
    drain("telling")
    original = Telling.put_parcel

    def and_another(self: Telling, parcel: Any) -> Json:
        answer = original(self, parcel)
        if Fulfillment.across.count() == 1:
            ship(request, "P2", "T2", 1)
        return answer

    monkeypatch.setattr(Telling, "put_parcel", and_another)
    send.send_due()
    assert (there(sandbox, placed)[:2], Delivery.across.get().state) == (("SHIPPED", "T1, T2"), "done")


def test_lines_are_those_of_the_order_and_bundles_count_when_they_are_whole(
    sandbox: Sandbox, shop: Integration, place: Location
) -> None:
    _, order = ordered(sandbox, shop)
    request = request_for(order, place, 2)
    (line,) = request.lines.all()
    key, sku = line.unique_id, order.content["lineItems"][0]["sku"]
    for position, (part, per) in enumerate((("CUP", 2), ("TEA", 1)), 1):
        ShippingRequestLine.across.create(
            organization=order.organization, request=request, position=position, unique_id=key, sku=part,
            sku_folded=part.lower(), name=part, quantity=2 * per, bundle_sku=sku, per_bundle=per,
        )  # fmt: skip
    line.delete()
    told = [[("CUP", 4, 2)], [("TEA", 1, 1)], [("TEA", 1, 1)]]
    for number, parts in enumerate(told):
        items = [{"uniqueId": key, "sku": s, "quantity": n, "bundleSku": sku, "perBundle": per} for s, n, per in parts]
        make_fulfillment(request, ext_fulfillment_id=f"P{number}", content={"lineItems": items})
    shipped = shipped_of([order.pk])[order.pk]
    names = names_of(shipped)
    lines = [outgoing(one, shipped, lambda values: None, names=names).lines for one in shipped]
    assert lines == [((key, sku, Decimal(units)),) for units in (0, 1, 1)]
    assert [len(outgoing(one, shipped, lambda values: None, names=names).later) for one in shipped] == [2, 1, 0]


def test_the_past_is_not_told(sandbox: Sandbox, integration: Integration) -> None:
    place = make_location(integration.source)
    _, before = ordered(sandbox, integration)
    lifecycle.save_flows(integration, {"fulfillments": "push"}, by=TESTER)
    _, within = ordered(sandbox, integration)
    lifecycle.save_flows(reread(integration), {"fulfillments": "disabled"}, by=TESTER)
    asked = request_for(within, place, 1, status=RequestStatus.SENT_TO_FULFILLMENT)
    report(within.source, parcel(asked.ext_shipment_id, "OFF", lines=[(asked.content["lineItems"][0]["sku"], 1)]))
    lifecycle.save_flows(reread(integration), {"fulfillments": "push"}, by=TESTER)
    for order, number in ((before, "OLD"), (within, "NEW")):
        asked = request_for(order, place, 1, status=RequestStatus.SENT_TO_FULFILLMENT)
        report(order.source, parcel(asked.ext_shipment_id, number, lines=[(asked.content["lineItems"][0]["sku"], 1)]))
    drain("telling")
    told = {one.ext_fulfillment_id: sentence(one) for one in Fulfillment.across.all()}
    assert Delivery.across.get().key == Fulfillment.across.get(ext_fulfillment_id="NEW").public_id
    assert told == {
        "OFF": "Not told to Tea shop: it was shipped while the flow “Fulfillments” was off",
        "OLD": "Not told to Tea shop: the order came in while the flow “Fulfillments” was off",
        "NEW": "Is being told to Tea shop",
    }


def test_an_order_that_is_gone_there_is_told_to_people(sandbox: Sandbox, shop: Integration, place: Location) -> None:
    placed, order = ordered(sandbox, shop)
    ship(request_for(order, place, 2, status=RequestStatus.SENT_TO_FULFILLMENT))
    sandbox.store.orders.delete(str(placed["internalId"]))
    tell()
    problem = OrderException.across.get(type="tracking_not_told")
    assert (problem.entity_id, problem.title) == (
        order.pk,
        f"Tea shop was not told what was shipped of order {order.ext_order_id}",
    )
    assert "is not in the store any more" in problem.message
    assert sentence(Fulfillment.across.get()).startswith("Not told to Tea shop: The record is not there")


def test_a_write_that_was_refused_is_not_waited_for(
    sandbox: Sandbox, shop: Integration, place: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, order = ordered(sandbox, shop)
    ship(request_for(order, place, 2, status=RequestStatus.SENT_TO_FULFILLMENT))
    monkeypatch.setitem(parcels._RANK, "SHIPED", 9)
    monkeypatch.setattr(parcels, "_SHIPPED", {"SHIPPING": "SHIPED"})
    tell()
    assert (Delivery.across.get().state, writes(sandbox)) == ("parked", 1)
    assert "expected one of" in OrderException.across.get(type="tracking_not_told").message
    assert not Written.objects.exists()


def test_what_may_have_arrived_is_looked_up_and_not_written_twice(
    sandbox: Sandbox, shop: Integration, place: Location
) -> None:
    placed, order = ordered(sandbox, shop)
    ship(request_for(order, place, 2, status=RequestStatus.SENT_TO_FULFILLMENT))
    tell()
    # The worker has died after the call.
    Delivery.across.update(state="running", uncertain=True, done_at=None, answer=None, lease_until=Now())
    send.send_due()
    assert (there(sandbox, placed)[0], Delivery.across.get().state, writes(sandbox)) == ("SHIPPED", "done", 1)


def test_a_shop_that_is_off_is_told_when_it_is_on_again(sandbox: Sandbox, shop: Integration, place: Location) -> None:
    placed, order = ordered(sandbox, shop)
    lifecycle.disable(shop, by=TESTER)
    ship(request_for(order, place, 2, status=RequestStatus.SENT_TO_FULFILLMENT))
    tell()
    assert (Delivery.across.get().state, there(sandbox, placed)[0]) == ("parked", "AWAITING_PROCESSING")
    assert sentence(Fulfillment.across.get()).startswith("Waits to be told to Tea shop")
    assert not OrderException.across.filter(type="tracking_not_told").exists()
    lifecycle.enable(reread(shop), by=TESTER)
    tell()
    assert there(sandbox, placed)[0] == "SHIPPED"


def test_spans_are_remembered(integration: Integration) -> None:
    for direction in ("push", "disabled", "push"):
        lifecycle.save_flows(reread(integration), {"fulfillments": direction}, by=TESTER)
    state = FlowState.objects.get(integration=integration, flow="fulfillments")
    (first, closed), (second, still) = state.cursor["on"]
    assert still is None
    assert first < closed < second
    moment = dt.datetime.fromisoformat(closed)
    assert [spans.was_on(state, moment - dt.timedelta(microseconds=n)) for n in (1, 0)] == [True, False]
