"""Engines switched off pass an organization over; switched on again they miss nothing of what came meanwhile."""

import pytest
from django.test import Client

from automations import services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.models import Run
from automations.services import ensure_defaults
from orders.engines import setting
from orders.exceptions import settle
from orders.inventory.listen import catch_up
from orders.lifecycle import edits
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import EngineSetting, Hold, InventoryLevel, Order, OrderException, ShippingRequest, Source
from orders.requests.move import move
from orders.routing.retry import rerun, route_due
from orders.routing.run import OFF
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.events.dispatch import drain
from portal.events.models import Handoff
from portal.filters.codec import encode
from portal.filters.tree import Condition, Group
from portal.tenancy.models import Organization
from tests.factories import make_order
from tests.orders.inventory.stock import figures, stock
from tests.orders.requests.making import ready_order, request_for
from tests.orders.routing.running import card, ready, run, warehouse

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")


def switch(source: Source, engine: str, *, on: bool) -> None:
    assert setting.switch(source.organization, engine, on=on, by=ANN)
    assert not setting.switch(source.organization, engine, on=on, by=ANN)  # it is so already


def test_routing_rests_for_everybody_who_asks_and_then_routes_what_waits(source: Source) -> None:
    reno = warehouse(source)
    card(reno)
    failed = ready(source, 1)
    run(failed)
    assert OrderException.across.get(state="active").type == "out_of_stock"
    switch(source, setting.ROUTING, on=False)
    waiting = make_order(source, 2)
    edits.move(waiting.pk, "ready", by=ANN)
    stock(reno, on_hand=9)
    drain("routing")
    assert Handoff.across.filter(consumer="routing").count() == 0
    assert rerun(waiting.pk, ANN).sentence == OFF
    settle.retry(OrderException.across.get(state="active"), by=ANN)
    assert (route_due(), ShippingRequest.across.count()) == (0, 0)
    switch(source, setting.ROUTING, on=True)
    assert route_due() == 2
    assert ShippingRequest.across.count() == 2


def test_needs_of_stock_are_counted_anew_after_the_inventory_engine_was_off(source: Source) -> None:
    reno = warehouse(source)
    stock(reno, on_hand=9)
    before, canceled = make_order(source, 1), make_order(source, 2)
    drain("inventory")
    assert figures(None, "TEA-1", "committed") == (4,)
    switch(source, setting.INVENTORY, on=False)
    make_order(source, 3)
    edits.move(canceled.pk, "cancel", by=ANN)
    drain("inventory")
    assert (catch_up(), figures(None, "TEA-1", "committed")) == (0, (4,))
    switch(source, setting.INVENTORY, on=True)
    catch_up()
    assert figures(None, "TEA-1", "committed") == (4,)  # of the first and the third order
    edits.move(before.pk, "cancel", by=ANN)
    drain("inventory")
    assert InventoryLevel.across.get(location=None).committed == 2


def test_orders_that_came_while_automation_was_off_are_then_given_to_the_rules(source: Source) -> None:
    ensure_defaults(source.organization)
    waiting = make_order(source, 1)  # its event is on its way when the engine is switched off
    switch(source, setting.AUTOMATION, on=False)
    late = make_order(source, 2)
    decided = make_order(source, 3)
    edits.move(decided.pk, "review", by=ANN)
    drain("automations")
    assert (Hold.across.count(), Handoff.across.exists()) == (0, True)
    switch(source, setting.AUTOMATION, on=True)
    drain("automations")
    assert sorted(Hold.across.values_list("order_id", flat=True)) == [waiting.pk, late.pk]
    assert Handoff.across.count() == 0


def test_what_changed_while_automation_was_off_is_then_judged_once_by_what_it_was_before(source: Source) -> None:
    for trigger, path in (("UPDATED_ORDER", "giftNote"), ("UPDATED_SHIPMENT", "status")):
        spec = FilterSpec(tree=encode(Group("all", (Condition(path, "changed"),))))
        definition = Definition(
            name=trigger, filter=spec, actions=(ActionSpec(key="add_note", settings={"text": "Seen"}),)
        )
        services.set_enabled(services.create_rule(source.organization, trigger, definition, by=ANN), True, by=ANN)
    reno = warehouse(source)
    stock(reno, on_hand=9)
    judged, under_way, missed = (ready_order(source, number) for number in (1, 2, 3))
    asked = request_for(missed, reno)
    drain("automations")

    def note(order: Order, text: str) -> None:
        edits.set_fields(order.pk, {"giftNote": text}, by=ANN)

    def seen() -> list[tuple[str, int]]:
        return sorted(Run.across.values_list("entity_type", "entity_id"))

    note(judged, "before")
    drain("automations")
    note(under_way, "its event is on its way when the engine is switched off")
    switch(source, setting.AUTOMATION, on=False)
    drain("automations")
    note(missed, "one")
    edits.set_fields(missed.pk, {"tags": ["late"]}, by=ANN)
    move([asked.pk], RequestStatus.SENT_TO_FULFILLMENT, ANN)
    assert seen() == [("order", judged.pk)]
    every = [("order", one.pk) for one in (judged, under_way, missed)] + [("shippingRequest", asked.pk)]
    for _again in range(2):
        switch(source, setting.AUTOMATION, on=True)
        drain("automations")
        assert (seen(), Handoff.across.filter(consumer="automations").count()) == (every, 0)
        switch(source, setting.AUTOMATION, on=False)


def test_a_person_switches_an_engine_off_reads_first_what_stops_and_takes_it_back(
    as_owner: Client, as_colleague: Client, organization: Organization
) -> None:
    listed = as_owner.get("/integrations/").content.decode()
    for name in ("Exceptions Engine", "Inventory Engine", "Order Routing Engine", "Automation Engine"):
        assert f"Switch off {name}?" in listed
    assert "Orders stay Ready for fulfillment, nothing is routed" in listed
    assert "you can sell more than you have" in as_owner.get("/engines/inventory").content.decode()
    assert as_colleague.post("/engines/routing/toggle", {"on": "no"}).status_code == 403
    assert as_owner.post("/engines/nonesuch/toggle").status_code == 404
    done = as_owner.post("/engines/routing/toggle", {"on": "no"}, headers={"HX-Request": "true"})
    assert "/engines/routing/toggle" in done["HX-Trigger"]
    assert not setting.is_on(organization.pk, setting.ROUTING)
    assert "Nothing is routed. Orders stay Ready for fulfillment." in as_owner.get("/integrations/").content.decode()
    as_owner.post("/engines/routing/toggle")
    assert setting.is_on(organization.pk, setting.ROUTING)
    verbs = History.across.filter(entity_type="engine").order_by("id").values_list("verb", "actor_name")
    assert list(verbs) == [("switched_off", "Olive Owner"), ("switched_on", "Olive Owner")]


def test_settings_are_kept_and_nobody_saves_over_a_colleague(as_owner: Client, organization: Organization) -> None:
    page = "/engines/routing"
    told = {"retry_hours": "6", "recheck_hours": "2", "version": "0"}
    assert as_owner.post(page, told).status_code == 302
    assert setting.settings_of(organization.pk, setting.ROUTING) == {"retry_hours": 6, "recheck_hours": 2}
    assert as_owner.post(page, told | {"retry_hours": "9"}).status_code == 409
    assert as_owner.post(page, told | {"retry_hours": "0", "version": "2"}).status_code == 422
    assert as_owner.post("/engines/inventory", {"version": "0"}).status_code == 404
    assert EngineSetting.across.get().settings == {"retry_hours": 6, "recheck_hours": 2}
    organization.__dict__.pop("_engines", None)
    assert "6" in as_owner.get(page).content.decode()
