"""An order shows the types of its active exceptions, whoever raises and settles them."""

import pytest
from django.test import Client
from django.urls import reverse

from orders.documents.order import plain_document
from orders.exceptions.raise_ import Problem, close, raise_exceptions
from orders.models import Order, OrderException, Source
from portal.audit.actor import Actor
from tests.factories import make_order
from tests.waiting import behind

ANN = Actor("user", "1", "Ann")


def problem(order: Order, type: str, key: str = "k", entity: str = "order") -> Problem:
    cause = f"{key}:{order.pk}"
    return Problem(type, order.organization_id, cause, "Wrong", "Because", entity_type=entity, entity_id=order.pk)


def shown(order: Order) -> list[str] | None:
    return Order.across.values_list("exceptions", flat=True).get(pk=order.pk)


@pytest.mark.django_db
def test_it_follows_raising_settling_and_deleting(source: Source) -> None:
    order, other = make_order(source, 1), make_order(source, 2)
    assert shown(order) is None
    raise_exceptions([problem(order, "rule_failed"), problem(order, "rule_failed", "b"), problem(order, "hold_stuck")])
    assert shown(order) == ["hold_stuck", "rule_failed"]
    assert plain_document(Order.across.get(pk=order.pk))["exceptions"] == ["hold_stuck", "rule_failed"]
    raise_exceptions([problem(order, "rule_failed")])
    assert OrderException.across.filter(times=2).count() == 1
    close(order.organization_id, "hold_stuck", by=ANN)
    assert shown(order) == ["rule_failed"]
    close(order.organization_id, "rule_failed", cause_key=f"k:{order.pk}", by=ANN, state="dismissed")
    assert shown(order) == ["rule_failed"]
    OrderException.across.filter(state="active").delete()
    assert (shown(order), shown(other)) == (None, None)


@pytest.mark.django_db
def test_exceptions_of_other_things_leave_orders_alone(source: Source) -> None:
    order = make_order(source)
    raise_exceptions([problem(order, "rule_paused", entity="rule")])
    assert shown(order) is None


@pytest.mark.django_db(transaction=True)
def test_two_who_raise_at_once_both_stand_there(source: Source) -> None:
    order = make_order(source)
    behind(
        lambda: raise_exceptions([problem(order, "rule_failed")]),
        lambda: raise_exceptions([problem(order, "hold_stuck")]),
    )
    assert shown(order) == ["hold_stuck", "rule_failed"]


@pytest.mark.django_db
def test_the_list_offers_the_types_by_name_and_finds_their_orders(source: Source, as_owner: Client) -> None:
    order, other = make_order(source, 1), make_order(source, 2)
    raise_exceptions([problem(order, "rule_failed")])
    address = reverse("orders:list")
    page = as_owner.get(address, {"f": "exceptions~contains_any~rule_failed"}).content.decode()
    assert order.public_id in page
    assert other.public_id not in page
    assert "Any exception is Rule failed" in page
    without = as_owner.get(address, {"f": "exceptions~is_empty"}).content.decode()
    assert order.public_id not in without
    assert other.public_id in without
