"""An order as it was at any moment: every version as it stood when it was written."""

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.by_hand.edit import edit
from orders.by_hand.lines import LineWishes
from orders.lifecycle import edits
from orders.models import Order, Source
from orders.shown.then import document, then
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.kit import json
from tests.factories import make_order

pytestmark = pytest.mark.django_db
ANA = Actor("user", "7", "Ana Ruiz")
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
