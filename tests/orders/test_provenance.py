"""Who set this? Read from the history, for every field, in one query; and what the popover on the page says."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.lifecycle import edits
from orders.lifecycle.changes import OrderChange, Step
from orders.lifecycle.write import commit
from orders.locks import lock
from orders.models import Order, Source
from portal.audit.actor import Actor
from portal.audit.provenance import Origin, narrowed, provenance
from portal.entities import patch
from tests.factories import ingest, make_order, make_record

pytestmark = pytest.mark.django_db
ANA = Actor("user", "7", "Ana Ruiz")
RULE = Actor.rule("aaaabbbbccccdddd", "Gift orders", 3)


def rule_sets(order: Order, run_id: int | None = None, **members: Any) -> None:
    orders = lock([order.pk])
    content = patch.diff(orders[order.pk].content, orders[order.pk].content | members)
    commit([OrderChange(order.pk, [Step(RULE, "changed", "Changed.", content=content, run_id=run_id)])], orders)


def told(order: Order, *paths: str) -> list[Origin]:
    return provenance(order.organization, "order", order.pk, *paths)


def who(order: Order, *paths: str) -> list[tuple[str, str]]:
    return [(one.actor_kind, one.actor_name) for one in told(order, *paths)]


def test_a_field_that_nobody_has_changed_says_its_channel_and_when(source: Source) -> None:
    order = make_order(source)
    (origin,) = told(order, "/totalPrice")
    assert (origin.actor_kind, origin.actor_name, origin.begins, origin.changes) == (
        "integration", "Tea shop", True, [],
    )  # fmt: skip


def test_every_change_of_a_field_is_told_newest_first_with_what_it_was(source: Source) -> None:
    order = make_order(source)
    rule_sets(order, tags=["vip", "gift"], run_id=77)
    edits.set_fields(order.pk, {"tags": ["mine"], "giftNote": "Hello"}, by=ANA)
    edits.comment(order.pk, "tags are fine", by=ANA)
    assert who(order, "/tags") == [("user", "Ana Ruiz"), ("rule", "Gift orders"), ("integration", "Tea shop")]
    by_ana, by_rule, began = told(order, "/tags")
    assert by_ana.changes == [{"op": "replace", "path": "/tags", "value": ["mine"], "old": ["vip", "gift"]}]
    assert (by_rule.run_id, by_rule.actor_id, by_rule.version) == (77, "aaaabbbbccccdddd:3", 2)
    assert began.begins
    assert who(order, "/giftNote") == [("user", "Ana Ruiz"), ("integration", "Tea shop")]


def test_a_part_of_an_address_is_told_apart_from_the_whole(source: Source) -> None:
    order = make_order(source)
    edits.set_fields(order.pk, {"shippingAddress.city": "Lyon"}, by=ANA)
    rule_sets(order, billingAddress={"city": "Paris", "country": "FR"})
    assert who(order, "/shippingAddress/city")[0] == ("user", "Ana Ruiz")
    assert who(order, "/shippingAddress/country") == [("integration", "Tea shop")]
    assert who(order, "/shippingAddress")[0] == ("user", "Ana Ruiz")
    (city, _began) = told(order, "/billingAddress/city")
    assert city.changes == [{"op": "add", "path": "/billingAddress/city", "value": "Paris"}]
    assert who(order, "/billingAddress/phone") == [("integration", "Tea shop")]


def test_names_that_begin_alike_are_told_apart(source: Source) -> None:
    order = make_order(source)
    rule_sets(order, disposition=["canceled"])
    assert who(order, "/dispositions") == [("integration", "Tea shop")]
    assert who(order, "/disposition")[0] == ("rule", "Gift orders")


def test_a_custom_field_is_told_by_its_name(source: Source) -> None:
    order = make_order(source, customFields=[{"name": "Shop", "value": "1"}])
    edits.set_fields(order.pk, {'customFields["Gift/wrap"]': "red"}, by=ANA)
    edits.set_fields(order.pk, {'customFields["Gift/wrap"]': "blue"}, by=ANA)
    first, second, _began = told(order, "/customFields/gift~1wrap")
    assert first.changes == [{"op": "replace", "path": "/customFields/gift~1wrap", "value": "blue", "old": "red"}]
    assert second.changes == [{"op": "add", "path": "/customFields/gift~1wrap", "value": "red"}]
    assert who(order, "/customFields/shop") == [("integration", "Tea shop")]


def test_a_line_is_told_by_its_id_with_what_was_taken_out_of_it(source: Source) -> None:
    lines = [{"uniqueId": "l1", "sku": "TEA-1", "quantity": 2}, {"uniqueId": "l2", "sku": "CUP", "quantity": 1}]
    order = make_order(source, lineItems=lines)
    more = [lines[0] | {"quantity": 3}, lines[1]]
    ingest(source, make_record(1001, lineItems=more, extOrderUpdatedAt=dt.datetime(2026, 1, 6, tzinfo=dt.UTC)))
    rule_sets(order, dispositions=[{"uniqueId": "l1", "values": [{"type": "canceled", "quantity": 3}]}])
    assert who(order, "/lineItems/l1", "/dispositions/l1") == [
        ("rule", "Gift orders"), ("integration", "Tea shop"), ("integration", "Tea shop"),
    ]  # fmt: skip
    changed = told(order, "/lineItems/l1", "/dispositions/l1")[1]
    assert changed.changes == [{"op": "replace", "path": "/lineItems/l1/quantity", "value": 3, "old": 2}]
    assert who(order, "/lineItems/l2", "/dispositions/l2") == [("integration", "Tea shop")]


def test_the_status_is_told_from_its_beginning(source: Source) -> None:
    order = make_order(source)
    edits.move(order.pk, "archive", by=ANA)
    moved, began = told(order, "/status")
    assert moved.changes == [{"op": "replace", "path": "/status", "value": "archived", "old": "new"}]
    assert (began.begins, began.changes) == (True, [{"op": "add", "path": "/status", "value": "new"}])


def test_odd_names_are_only_names(source: Source) -> None:
    order = make_order(source)
    for path in ('/tags" || true', "/$exact", "/' ; drop", "/tags%s", "/%"):
        assert who(order, path) == [("integration", "Tea shop")]


def test_it_costs_one_query_however_long_the_history_is(source: Source) -> None:
    order = make_order(source)
    for number in range(20):
        rule_sets(order, giftNote=str(number))
    assert order.organization is not None
    with CaptureQueriesContext(connection) as asked:
        assert len(told(order, "/giftNote")) == 21
    assert len(asked) == 1


def test_another_organization_is_told_nothing(source: Source, stranger: Any) -> None:
    order = make_order(source)
    assert provenance(stranger.organization, "order", order.pk, "/tags") == []


def test_what_did_not_change_of_a_field_is_no_change_of_it() -> None:
    change = {"op": "replace", "path": "/customFields", "value": [{"name": "A", "value": "1"}, 3], "old": [
        {"name": "A", "value": "1"}]}  # fmt: skip
    assert narrowed([change], "/customFields/a") == []
    assert narrowed([change], "/customFields/b") == []
