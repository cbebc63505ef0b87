"""What is written by those who took an engine for off, and end after it has caught up, is looked at as well."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections, transaction

from automations import services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.models import Run
from automations.services import ensure_defaults
from orders.engines import setting
from orders.inventory.listen import catch_up
from orders.lifecycle import edits
from orders.models import EngineSetting, Hold, ShippingRequest, Source, VirtualCommit
from orders.routing.retry import route_due
from portal.audit.actor import Actor
from portal.events import dispatch
from portal.filters.codec import encode
from portal.filters.tree import Condition, Group
from portal.kit.jobs import watchers
from tests.crash.workers import until
from tests.factories import make_order
from tests.orders.inventory.stock import stock
from tests.orders.routing.running import card, ready, run, warehouse

pytestmark = pytest.mark.django_db(transaction=True)
ANN = Actor("user", "1", "Ann")


def meanwhile(write: Callable[[], object], begin: Callable[[], object]) -> None:
    """Write in a transaction that ends only after something else has begun, and looked around."""

    def beginning() -> None:
        for _ in range(3):  # others write and end meanwhile, as they always do: their numbers are higher
            with connections["default"].cursor() as cursor:
                cursor.execute("SELECT pg_current_xact_id()")
        begin()
        setting.look_again()  # while the other still writes: nothing to see, nothing to be forgotten
        setting.look_again()
        connections.close_all()

    dispatch._yes.clear()
    other = threading.Thread(target=beginning)
    with transaction.atomic():
        write()
        other.start()
        other.join(timeout=30)

    def all_gone() -> bool:
        setting.look_again()
        return not EngineSetting.across.exclude(elders=None).exists()

    until(all_gone, what="The end of those before", seconds=60)  # tests beside this one write on the same server
    assert watchers.get("engines that are on again").every == 3


def test_the_first_stock_counts_what_an_order_needs_that_was_just_being_taken_in(source: Source) -> None:
    reno = warehouse(source)
    meanwhile(lambda: make_order(source), lambda: (stock(reno, on_hand=9), catch_up()))
    dispatch.drain("inventory")
    catch_up()
    assert VirtualCommit.across.get().quantity == 2


def test_inventory_that_comes_on_counts_an_order_that_was_just_being_taken_in(source: Source) -> None:
    stock(warehouse(source), on_hand=9)
    catch_up()
    setting.switch(source.organization, setting.INVENTORY, on=False, by=ANN)
    meanwhile(lambda: make_order(source), lambda: (_on(source, setting.INVENTORY), catch_up()))
    dispatch.drain("inventory")
    catch_up()
    assert VirtualCommit.across.get().quantity == 2


def test_routing_that_comes_on_hears_of_stock_that_was_just_being_booked(source: Source) -> None:
    reno = warehouse(source)
    card(reno)
    run(ready(source))
    dispatch.drain("routing")
    setting.switch(source.organization, setting.ROUTING, on=False, by=ANN)
    meanwhile(lambda: stock(reno, on_hand=9), lambda: (_on(source, setting.ROUTING), route_due()))
    dispatch.drain("routing")
    route_due()
    assert ShippingRequest.across.count() == 1


def test_rules_that_come_on_hear_of_what_was_just_being_written(source: Source) -> None:
    spec = FilterSpec(tree=encode(Group("all", (Condition("giftNote", "changed"),))))
    noting = (ActionSpec(key="add_note", settings={"text": "Seen"}),)
    rule = services.create_rule(
        source.organization, "UPDATED_ORDER", Definition(name="Gifts", filter=spec, actions=noting), by=ANN
    )
    services.set_enabled(rule, True, by=ANN)
    ensure_defaults(source.organization)
    early, late = make_order(source, 1), make_order(source, 2)
    dispatch.drain("automations")
    setting.switch(source.organization, setting.AUTOMATION, on=False, by=ANN)
    dispatch._yes.clear()
    edits.set_fields(early.pk, {"giftNote": "while it is off"}, by=ANN)

    def write() -> None:
        make_order(source, 3)
        edits.set_fields(late.pk, {"giftNote": "while it comes on"}, by=ANN)

    meanwhile(write, lambda: (_on(source, setting.AUTOMATION), dispatch.drain("automations")))
    dispatch.drain("automations")
    runs = Run.across.filter(rule=rule).values_list("entity_id", flat=True)
    assert (sorted(runs), Hold.across.count()) == ([early.pk, late.pk], 3)


def _on(source: Source, engine: str) -> bool:
    organization = type(source.organization).objects.get(pk=source.organization_id)
    return setting.switch(organization, engine, on=True, by=ANN)
