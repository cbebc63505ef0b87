"""The rules that the demo and new users begin with: they can be taken in, and do what they say."""

from typing import Any

import pytest

from automations import services
from automations.exchange.imports import import_rules, preview
from automations.management.commands import demo
from automations.models import Rule, Run
from orders.ingest.take import take
from orders.lifecycle import edits
from orders.models import Hold, Order, Source
from portal.audit.actor import Actor
from portal.events.dispatch import drain
from tests.factories import CHANNEL, make_order, make_record

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")


@pytest.fixture
def switched_on(source: Source) -> Source:
    """A store whose organization has all examples, switched on."""
    services.ensure_defaults(source.organization)
    import_rules(source.organization, demo.EXAMPLES.read_bytes(), by=ANN, may_code=True)
    for rule in Rule.across.filter(is_default=False):
        services.set_enabled(rule, True, by=ANN)
    return source


def came_in(source: Source, **fields: Any) -> tuple[Order, str]:
    order = make_order(source, **fields)
    drain("automations")
    order.refresh_from_db()
    return order, Run.across.filter(entity_id=order.pk).latest("pk").rule_name


def test_the_examples_are_new_rules_without_a_fault(source: Source) -> None:
    seen = preview(source.organization, demo.EXAMPLES.read_bytes(), may_code=True)
    assert (seen.problem, [entry.troubles for entry in seen.entries if entry.outcome != "new"]) == (None, [])
    assert len(seen.entries) == 7


def test_the_demo_has_them_switched_off() -> None:
    organization = demo.make()
    rows = Rule.objects.within(organization).filter(is_default=False)
    running = rows.filter(enabled=True).values_list("name", flat=True)
    assert (rows.count(), list(running)) == (8, [demo.GOES_AT_ONCE.name])


def test_a_test_order_is_canceled(switched_on: Source) -> None:
    order, rule = came_in(switched_on, tags=["test"])
    assert (order.status, rule) == ("canceled", "Test orders never ship")


def test_a_dear_order_gets_a_tag_and_waits_for_a_person(switched_on: Source) -> None:
    order, rule = came_in(switched_on, totalPrice="500.01")
    assert (order.status, order.content["tags"], rule) == (
        "reviewRequired",
        ["vip", "checked by hand"],
        "Dear orders are looked at",
    )


def test_an_order_to_be_engraved_waits_for_its_text(switched_on: Source) -> None:
    line = {"uniqueId": "l1", "sku": "TIN-9", "name": "Engraved tin", "quantity": 1, "itemPrice": "20.00"}
    order, rule = came_in(switched_on, lineItems=[line])
    assert (order.status, Hold.across.get(order=order).kind, rule) == (
        "onHold",
        "conditional",
        "Engraving waits for the text",
    )


def test_many_pieces_go_by_pallet_and_wait_like_all_others(switched_on: Source) -> None:
    line = {"uniqueId": "l1", "sku": "TIN-9", "name": "Tin", "quantity": 41, "itemPrice": "2.00"}
    order, rule = came_in(switched_on, lineItems=[line])
    assert (order.content["shippingClass"], order.content["tags"]) == ("Pallet", ["vip", "pallet"])
    assert (order.status, rule) == ("onHold", "Office hours only")


def test_an_address_that_changes_on_hold_is_looked_at(switched_on: Source) -> None:
    order, _ = came_in(switched_on)
    address = {"firstName": "Ana", "lastName": "Ruiz", "address1": "2 Elm Street", "city": "Reno", "country": "US"}
    take(switched_on, [make_record(shippingAddress=address)], by=CHANNEL)
    drain("automations")
    order.refresh_from_db()
    assert order.status == "reviewRequired"
    edits.move(order.pk, "ready", by=ANN)
    drain("automations")
    assert list(Run.across.filter(trigger="UPDATED_ORDER").values_list("rule_name", flat=True)) == [
        "A new address is looked at"
    ]
