"""The rules that seed 002 shows and behaviour.md 4.13 lists, on orders of two stores."""

import datetime as dt
from typing import Any

import pytest

from automations import services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.models import Run
from orders.lifecycle.holds import release_due
from orders.models import Hold, Order, Source
from portal.audit.actor import Actor
from portal.events.dispatch import drain
from portal.kit.clock import database_now
from tests.factories import make_order

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")
Condition = dict[str, Any]


def condition(field: str, operator: str, value: Any) -> Condition:
    return {"field": field, "operator": operator, "value": value}


def rule(
    source: Source, name: str, key: str, *conditions: Condition, everywhere: bool = False, **settings: Any
) -> None:
    """Add a rule for one source (or all) with one action, above the default rule, and switch it on."""
    tree = {"version": 1, "root": {"match": "all", "items": list(conditions)}}
    definition = Definition(
        name=name,
        sources=() if everywhere else (source.public_id,),
        filter=FilterSpec(tree=tree),
        actions=(ActionSpec(key=key, settings=settings),),
    )
    services.set_enabled(services.create_rule(source.organization, "NEW_ORDER", definition, by=ANN), True, by=ANN)


@pytest.fixture
def marketplace(source: Source) -> Source:
    services.ensure_defaults(source.organization)
    return Source.across.create(organization=source.organization, name="Marketplace", connector="import")


def came_in(source: Source, number: int, **fields: Any) -> Order:
    order = make_order(source, number, **fields)
    drain("automations")
    order.refresh_from_db()
    return order


def ran(order: Order) -> str:
    return Run.across.get(entity_id=order.pk).rule_name


def test_orders_of_a_storefront_with_the_tag_test_or_example_are_canceled(source: Source, marketplace: Source) -> None:
    rule(source, "No tests", "cancel", condition("tags", "contains_any", ["test", "example"]))
    tagged, other = came_in(source, 1, tags=["Example"]), came_in(source, 2, tags=["vip"])
    elsewhere = came_in(marketplace, 3, tags=["test"])
    assert [one.status for one in (tagged, other, elsewhere)] == ["canceled", "onHold", "onHold"]
    assert [ran(one) for one in (tagged, other)] == ["No tests", "Default rule"]


def test_all_orders_of_a_storefront_wait_30_minutes_from_when_they_were_ingested(
    source: Source, marketplace: Source
) -> None:
    rule(source, "Storefront", "hold", minutes=30, anchor="createdAt", next_status="readyForFulfillment")
    order, elsewhere = came_in(source, 1), came_in(marketplace, 2)
    hold = Hold.across.get(order=order)
    assert abs(hold.due_at - order.created_at - dt.timedelta(minutes=30)) < dt.timedelta(milliseconds=1)
    assert (ran(order), ran(elsewhere)) == ("Storefront", "Default rule")
    Hold.across.filter(order=order).update(due_at=database_now())
    release_due()
    order.refresh_from_db()
    assert order.status == "readyForFulfillment"


def test_all_orders_of_a_marketplace_wait_60_minutes_from_when_they_were_placed(marketplace: Source) -> None:
    rule(marketplace, "Marketplace", "hold", minutes=60, anchor="extOrderCreatedAt")
    placed = database_now().replace(microsecond=0) - dt.timedelta(minutes=45)
    order = came_in(marketplace, 1, extOrderCreatedAt=placed)
    assert Hold.across.get(order=order).due_at == placed + dt.timedelta(minutes=60)
    assert ran(order) == "Marketplace"


def test_an_order_above_ten_thousand_is_held_for_review(source: Source, marketplace: Source) -> None:
    over = condition("totalPrice", "gt", 10_000)
    rule(source, "Dear", "hold", over, everywhere=True, minutes=0, next_status="reviewRequired")
    dear, exact = came_in(source, 1, totalPrice="10000.01"), came_in(marketplace, 2, totalPrice="10000.00")
    release_due()
    dear.refresh_from_db()
    assert (dear.status, ran(dear)) == ("reviewRequired", "Dear")
    assert (exact.status, ran(exact)) == ("onHold", "Default rule")


def test_orders_with_any_tag_of_a_list_wait_60_minutes_and_are_ready_then(source: Source, marketplace: Source) -> None:
    listed = condition("tags", "contains_any", ["gift", "engraving", "personal note"])
    rule(source, "By hand", "hold", listed, everywhere=True, minutes=60)
    orders = [came_in(source, 1, tags=["GIFT"]), came_in(marketplace, 2, tags=["x", "Personal Note"])]
    for order in orders:
        hold = Hold.across.get(order=order)
        assert abs(hold.due_at - order.created_at - dt.timedelta(minutes=60)) < dt.timedelta(milliseconds=1)
        assert (hold.next_status, ran(order)) == ("readyForFulfillment", "By hand")
    assert ran(came_in(source, 3, tags=["gifts"])) == "Default rule"
