"""What the page of an order says of a conditional hold, and what people can do to it."""

import datetime as dt

import pytest
from django.test import Client

from automations import services
from automations.definition import ActionSpec, Definition
from automations.models import Rule
from orders.lifecycle import edits
from orders.lifecycle.order import OrderStatus
from orders.models import Hold, Order, Source
from portal.audit.actor import Actor
from portal.kit.clock import now
from tests.automations.waiting import ANN, PAID, code, definition, edit, held, let_time_pass, simple, wait_for
from tests.factories import make_order

pytestmark = pytest.mark.django_db


def page(client: Client, order: Order) -> str:
    response = client.get(f"/orders/{order.public_id}")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_card_says_what_ends_the_hold_in_the_words_of_the_current_rule(source: Source, as_owner: Client) -> None:
    rule = wait_for(source, PAID)
    order = held(source)
    text = page(as_owner, order)
    for told in ("Until any tag is “paid”", "When met", "Looked at", "At the latest", "If not met", "Release now"):
        assert told in text
    assert f"/automations/rules/{rule.public_id}/" in text
    assert "Waits until its condition is met. If that does not happen, it is released" in text
    edit(rule, definition(simple("tags", "contains_any", ["cleared"])))
    assert "Until any tag is “cleared”" in page(as_owner, order)


def test_a_store_in_the_condition_is_called_by_its_name(source: Source, as_owner: Client) -> None:
    wait_for(source, simple("integration", "not_equals", source.public_id))
    assert "Until source is not Tea shop" in page(as_owner, held(source))


def test_code_is_told_as_code(source: Source, as_owner: Client) -> None:
    wait_for(source, code("return false"))
    assert "Until the code of the rule says so" in page(as_owner, held(source))


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("deleted", "The rule is deleted: nothing looks at it any more."),
        ("off", "The rule is switched off: it is looked at again when the rule is switched on."),
        ("without", "The rule has no conditional hold any more: nothing looks at it."),
    ],
)
def test_an_order_that_nobody_looks_at_says_why(source: Source, as_owner: Client, how: str, says: str) -> None:
    rule = wait_for(source, PAID)
    order = held(source)
    rule = Rule.across.get(pk=rule.pk)
    if how == "deleted":
        services.delete_rule(rule, by=ANN)
    elif how == "off":
        services.set_enabled(rule, False, by=ANN)
    else:
        edit(rule, Definition(name="Cancels", actions=(ActionSpec(key="cancel"),)))
    text = page(as_owner, order)
    assert says in text
    assert "Looked at" not in text
    assert "At the latest" in text


def test_a_new_look_is_seen_on_a_page_that_is_open(source: Source, as_owner: Client) -> None:
    wait_for(source, PAID)
    order = held(source)
    text = page(as_owner, order)
    state = text.split('name="state" value="')[1].split('"')[0]
    address = f"/orders/{order.public_id}?state={state}"
    assert as_owner.get(address, headers={"HX-Request": "true"}).status_code == 204
    let_time_pass()
    assert as_owner.get(address, headers={"HX-Request": "true"}).status_code == 200


def two_holds(source: Source) -> Order:
    wait_for(source, PAID)
    order = held(source)
    until = now() + dt.timedelta(days=30)
    edits.hold(order.pk, until=until, next_status=OrderStatus.READY_FOR_FULFILLMENT, reason="Call", by=Actor.system())
    return order


def release_address(order: Order, kind: str) -> str:
    return f"/orders/{order.public_id}/holds/{Hold.across.get(order=order, kind=kind).public_id}/release"


def test_one_of_two_holds_is_released_alone(source: Source, as_owner: Client) -> None:
    order = two_holds(source)
    assert "Release this hold" in page(as_owner, order)
    assert as_owner.post(release_address(order, "conditional")).status_code == 302
    order.refresh_from_db()
    assert (order.status, Hold.across.filter(ended_at=None).count()) == ("onHold", 1)
    assert Hold.across.get(kind="conditional").outcome == "released"
    assert as_owner.post(release_address(order, "timed")).status_code == 302
    order.refresh_from_db()
    assert order.status == "reviewRequired"
    assert as_owner.post(release_address(order, "timed")).status_code == 409


def test_a_hold_that_has_ended_meanwhile_is_told(source: Source, as_owner: Client) -> None:
    order = two_holds(source)
    Hold.across.filter(kind="conditional").update(ended_at=now(), outcome="released")
    response = as_owner.post(release_address(order, "conditional"))
    assert response.status_code == 409
    assert "This hold has ended meanwhile; other holds keep the order." in response.content.decode()


def test_who_may_only_look_or_is_a_stranger_releases_nothing(
    source: Source, as_colleague: Client, as_stranger: Client
) -> None:
    order = two_holds(source)
    assert "Release this hold" not in page(as_colleague, order)
    assert as_colleague.post(release_address(order, "timed")).status_code == 403
    assert as_stranger.post(release_address(order, "timed")).status_code == 404
    assert Hold.across.filter(ended_at=None).count() == 2


def test_a_hold_of_another_order_is_not_found(source: Source, as_owner: Client) -> None:
    order = two_holds(source)
    other = make_order(source, 1002)
    hold = Hold.across.get(order=order, kind="timed").public_id
    assert as_owner.post(f"/orders/{other.public_id}/holds/{hold}/release").status_code == 404
    assert Hold.across.filter(ended_at=None).count() == 2
