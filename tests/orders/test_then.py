"""An order as it was at any moment: every version as it stood when it was written."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.by_hand.edit import edit
from orders.by_hand.lines import LineWishes
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.exceptions.settle import settle
from orders.lifecycle import edits
from orders.lifecycle.order import OrderStatus
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import Order, OrderException, Source
from orders.requests.move import move
from orders.shown.then import document, then
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.kit import json
from portal.kit.clock import now
from tests.factories import make_location, make_order
from tests.orders.fulfillments.parcels import parcel, report
from tests.orders.requests.making import request_for, stock

pytestmark = pytest.mark.django_db
ANA = Actor("user", "7", "Ana Ruiz")
READY = OrderStatus.READY_FOR_FULFILLMENT
STEPS = ("review", "draft", "ready", "tags", "city", "line", "note", "comment")


def do(order: Order, step: str, number: int) -> None:
    if step in ("review", "draft", "ready"):
        if Order.across.get(pk=order.pk).status not in (edits.step_of(step, by=ANA).status,):
            edits.move(order.pk, step, by=ANA)
    elif step == "comment":
        edits.comment(order.pk, f"Comment {number}", by=ANA)
    elif step == "line":
        edit(order.pk, {}, LineWishes({"l1": {"quantity": str(number + 1)}}), by=ANA)
    else:
        path = {"tags": "tags", "city": "shippingAddress.city", "note": "giftNote"}[step]
        value = {"tags": [f"t{number}"], "city": f"City {number}"}.get(step, f"Note {number}" if number % 2 else None)
        edit(order.pk, {path: value}, by=ANA)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 9)), max_size=8))
def test_every_version_is_as_it_stood(source: Source, steps: list[tuple[str, int]]) -> None:
    order = make_order(source, Order.across.count() + 1)
    stood = {1: document(Order.across.get(pk=order.pk))}
    for step, number in steps:
        do(order, step, number)
        now = Order.across.get(pk=order.pk)
        stood[now.version] = document(now)
    now = Order.across.get(pk=order.pk)
    for version, told in stood.items():
        was = then(now, str(version))
        assert document(was.order) == told
        at = History.across.filter(entity_id=order.pk, entity_type="order", version=version).earliest("id").at
        assert then(now, at.isoformat()).version == version
    assert then(now, "1900-01-01").before


def test_it_is_read_as_a_page_and_as_json(as_owner: Client, as_stranger: Client, source: Source) -> None:
    order = make_order(source)
    edits.set_fields(order.pk, {"shippingAddress.city": "Lyon"}, by=ANA)
    edits.move(order.pk, "cancel", by=ANA)
    address = f"/orders/{order.public_id}"
    page = as_owner.get(address, {"at": "1"}).content.decode()
    assert "As it was from" in page
    assert page.count(">different now<") == 2  # its status, and where it goes
    assert "/do/" not in page
    told = json.loads(as_owner.get(f"{address}.json", {"at": "1"}).content)
    assert (told["status"], told["shippingAddress"]["city"]) == ("new", "Reno")
    assert json.loads(as_owner.get(f"{address}.json", {"at": "2"}).content)["shippingAddress"]["city"] == "Lyon"
    assert "?at=2" in as_owner.get(address).content.decode()
    for wrong in ("nonsense", "99999999999999999", "2026-13-01"):
        assert as_owner.get(address, {"at": wrong}).status_code == 404
    assert as_stranger.get(address, {"at": "1"}).status_code == 404


@pytest.mark.django_db(transaction=True)  # in one transaction all would have ended at one moment
def test_what_stood_around_it_is_shown_as_it_stood(as_owner: Client, source: Source) -> None:
    place = make_location(source, name="Reno")
    stock(place, "TEA-1", 9)
    order = make_order(source)
    moments = {"came": now()}
    edits.hold(order.pk, until=now() + dt.timedelta(hours=2), next_status=READY, reason="Wait", by=ANA)
    about: dict[str, Any] = {"entity_type": "order", "entity_id": order.pk}
    raise_exceptions([Problem("hold_stuck", source.organization_id, "1", "It hangs", "M", **about)])
    moments["held"] = now()
    settle(OrderException.across.get(), "resolved", by=ANA)
    edits.move(order.pk, "ready", by=ANA)
    asked = request_for(Order.across.get(pk=order.pk), place)
    moments["asked"] = now()
    move([asked.pk], RequestStatus.SENT_TO_FULFILLMENT, ANA, sets={"ext_reference_id": "WO-7"})
    report(source, parcel(lines=[("TEA-1", 1)]))
    moments["shipped"] = now()
    report(source, parcel(number="P2", lines=[("TEA-1", 1)]))
    found = {}
    for name, moment in moments.items():
        shown = as_owner.get(f"/orders/{order.public_id}", {"at": moment.isoformat()}).context["around"]
        cards = [(one.request.status, one.request.ext_reference_id, one.lines[0].shipped) for one in shown.requests]
        found[name] = (cards, len(shown.fulfillments), len(shown.holds), [one.title for one in shown.exceptions])
    assert found == {
        "came": ([], 0, 0, []),
        "held": ([], 0, 1, ["It hangs"]),
        "asked": ([("readyForFulfillment", "", 0)], 0, 0, []),
        "shipped": ([("partialFulfillment", "WO-7", 1)], 1, 0, []),
    }
    page = as_owner.get(f"/orders/{order.public_id}", {"at": moments["held"].isoformat()}).content.decode()
    assert "Released by hand" in page or "The order went on otherwise" in page
    assert "stand as they did at" in page
    last = Order.across.get(pk=order.pk).version
    assert len(as_owner.get(f"/orders/{order.public_id}", {"at": str(last)}).context["around"].fulfillments) == 2
