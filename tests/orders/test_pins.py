"""What was set here stays until it is given back: against the channel, and what a person has set against rules too."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.documents.values import NotWritable
from orders.ingest.take import take_deleted
from orders.lifecycle import edits, pins
from orders.lifecycle.changes import OrderChange, Step
from orders.lifecycle.edits import ChangedMeanwhile, NotPinned
from orders.lifecycle.write import MoveRefused, commit
from orders.locks import lock
from orders.models import Order, OrderLine, Source
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.entities import patch
from portal.events.models import Event
from tests.factories import CHANNEL, ingest, make_order, make_record

pytestmark = pytest.mark.django_db
ANA = Actor("user", "7", "Ana Ruiz")
RULE = Actor.rule("aaaabbbbccccdddd", "Gift orders", 3)
LATER = dt.datetime(2026, 1, 6, tzinfo=dt.UTC)
BY_ANA = {"kind": "user", "id": "7", "name": "Ana Ruiz"}
BY_RULE = {"kind": "rule", "id": "aaaabbbbccccdddd:3", "name": "Gift orders"}


def rule_sets(order: Order, **members: Any) -> Order:
    """Have a rule write members of the content; None takes one away."""
    orders = lock([order.pk])
    before = orders[order.pk].content
    after = {key: value for key, value in (before | members).items() if value is not None}
    step = Step(RULE, "changed", "Changed.", content=patch.diff(before, after))
    commit([OrderChange(order.pk, [step], cause="rule")], orders)
    return fresh(order)


def fresh(order: Order) -> Order:
    return Order.across.get(pk=order.pk)


def report(source: Source, **fields: Any) -> Order:
    ingest(source, make_record(1001, extOrderUpdatedAt=fields.pop("at", LATER), **fields))
    return Order.across.get(source=source, ext_order_api_id="1001")


def test_what_a_person_sets_is_written_with_version_history_and_event(source: Source) -> None:
    order = make_order(source)
    wanted = {"tags": ["vip", "fragile"], "shippingAddress.city": "Lyon", "giftNote": "Hello"}
    edits.set_fields(order.pk, wanted, by=ANA, version=1)
    told = fresh(order)
    assert (told.content["tags"], told.content["shippingAddress"]["city"]) == (["vip", "fragile"], "Lyon")
    assert (told.version, told.tags_folded) == (2, ["vip", "fragile"])
    assert told.kept == {"/giftNote": BY_ANA, "/shippingAddress/city": BY_ANA, "/tags": BY_ANA}
    row = History.across.filter(entity_id=order.pk).latest("id")
    assert (row.verb, row.summary) == ("edited", "Changed by hand: Tags, Shipping city, Gift note.")
    assert row.changes == [
        {"op": "add", "path": "/giftNote", "value": "Hello"},
        {"op": "replace", "path": "/shippingAddress/city", "value": "Lyon", "old": "Reno"},
        {"op": "replace", "path": "/tags", "value": ["vip", "fragile"], "old": ["vip"]},
    ]
    event = Event.across.latest("id")
    assert (event.name, event.payload["cause"]) == ("order.updated", "person")


def test_the_second_of_two_people_is_told(source: Source) -> None:
    order = make_order(source)
    edits.set_fields(order.pk, {"giftNote": "Hello"}, by=ANA, version=1)
    with pytest.raises(ChangedMeanwhile, match="#1001 was changed by somebody else while you looked at it"):
        edits.set_fields(order.pk, {"giftNote": "Goodbye"}, by=ANA, version=1)
    assert fresh(order).content["giftNote"] == "Hello"


def test_a_person_is_told_every_fault_and_nothing_is_written(source: Source) -> None:
    order = make_order(source)
    with pytest.raises(NotWritable) as told:
        edits.set_fields(
            order.pk, {"giftNote": "x" * 10_001, "status": "archived", "totalPrice": 1, "orderNote": "fits"}, by=ANA
        )
    assert [fault.path for fault in told.value.faults] == ["giftNote", "status", "totalPrice"]
    assert (fresh(order).version, fresh(order).kept) == (1, {})


def test_setting_what_is_there_already_is_no_change(source: Source) -> None:
    order = make_order(source)
    edits.set_fields(order.pk, {"tags": ["vip"]}, by=ANA, version=1)
    assert (fresh(order).version, fresh(order).kept) == (1, {})


def test_an_order_that_its_store_has_deleted_is_not_edited(source: Source) -> None:
    order = make_order(source)
    take_deleted(source, ["1001"], by=CHANNEL)
    with pytest.raises(MoveRefused, match="#1001 was deleted in its store"):
        edits.set_fields(order.pk, {"giftNote": "Hello"}, by=ANA)


def test_the_channel_leaves_what_was_set_here_and_changes_the_rest(source: Source) -> None:
    order = make_order(source)
    edits.set_fields(order.pk, {"shippingAddress.city": "Lyon"}, by=ANA)
    rule_sets(fresh(order), shippingCarrier="DHL")
    told = report(source, shippingAddress={"city": "Paris", "country": "FR"}, shippingCarrier="UPS", tags=["new"])
    assert told.content["shippingAddress"]["city"] == "Lyon"
    assert told.content["shippingAddress"]["country"] == "FR"
    assert (told.content["shippingCarrier"], told.content["tags"]) == ("DHL", ["new"])
    assert told.kept == {"/shippingAddress/city": BY_ANA, "/shippingCarrier": BY_RULE}


def test_a_field_that_a_person_has_emptied_stays_empty(source: Source) -> None:
    order = make_order(source, giftNote="From the store")
    edits.set_fields(order.pk, {"giftNote": None}, by=ANA)
    assert "giftNote" not in report(source, giftNote="From the store, changed").content


def test_an_address_that_was_typed_here_is_pinned_field_by_field(source: Source) -> None:
    order = make_order(source, billingAddress=None)
    edits.set_fields(order.pk, {"billingAddress.city": "Lyon", "billingAddress.country": "FR"}, by=ANA)
    assert fresh(order).kept == {"/billingAddress/city": BY_ANA, "/billingAddress/country": BY_ANA}
    told = report(source, billingAddress={"city": "Paris", "company": "Tins"})
    assert told.content["billingAddress"] == {"city": "Lyon", "country": "FR", "company": "Tins"}


def test_what_a_rule_resets_comes_back_with_the_next_report_even_if_that_says_nothing_new(source: Source) -> None:
    order = make_order(source, giftNote="From the store")
    rule_sets(order, giftNote="From the rule")
    told = report(source, giftNote="From the store", at=None)
    assert told.content["giftNote"] == "From the rule"
    told = rule_sets(fresh(order), giftNote=None)
    assert ("giftNote" in told.content, told.kept) == (False, {})
    told = report(source, giftNote="From the store", at=None)
    assert told.content["giftNote"] == "From the store"
    version = told.version
    assert report(source, giftNote="From the store", at=None).version == version


def test_a_reset_of_an_address_gives_all_of_it_back(source: Source) -> None:
    order = make_order(source)
    told = rule_sets(order, shippingAddress={"city": "Lyon", "country": "FR"})
    assert set(told.kept) == {"/shippingAddress/city", "/shippingAddress/country"}
    assert rule_sets(told, shippingAddress=None).kept == {}
    assert report(source).content["shippingAddress"]["city"] == "Reno"


def test_a_pinned_field_is_given_back_and_keeps_its_value_until_the_next_report(source: Source) -> None:
    order = make_order(source)
    edits.set_fields(order.pk, {"tags": ["mine"], "giftNote": "Hello"}, by=ANA)
    edits.unpin(order.pk, "/tags", by=ANA)
    told = fresh(order)
    assert (told.content["tags"], told.kept) == (["mine"], {"/giftNote": BY_ANA})
    row = History.across.filter(entity_id=order.pk).latest("id")
    assert (row.verb, row.summary) == ("gave back", "Gave “Tags” back to rules and the channel.")
    assert report(source, at=None).content["tags"] == ["vip"]
    with pytest.raises(NotPinned, match="given back already"):
        edits.unpin(order.pk, "/tags", by=ANA)


def test_giving_an_address_back_gives_back_what_is_inside_it(source: Source) -> None:
    order = make_order(source)
    edits.set_fields(order.pk, {"shippingAddress.city": "Lyon", "shippingAddress.company": "Tins"}, by=ANA)
    edits.unpin(order.pk, "/shippingAddress", by=ANA)
    assert fresh(order).kept == {}


def test_custom_fields_are_pinned_each_by_its_name(source: Source) -> None:
    gift = [{"name": "Gift", "value": "no"}, {"name": "Shop", "value": "1"}]
    order = make_order(source, customFields=gift)
    edits.set_fields(order.pk, {'customFields["gift"]': "yes", 'customFields["Wrap/it"]': "red"}, by=ANA)
    assert set(fresh(order).kept) == {"/customFields/gift", "/customFields/wrap~1it"}
    told = report(source, customFields=[{"name": "Gift", "value": "maybe"}, {"name": "Shop", "value": "2"}])
    assert told.content["customFields"] == [
        {"name": "Gift", "value": "yes"}, {"name": "Shop", "value": "2"}, {"name": "Wrap/it", "value": "red"}
    ]  # fmt: skip
    edits.unpin(order.pk, "/customFields/gift", by=ANA)
    told = report(source, customFields=[{"name": "Gift", "value": "maybe"}, {"name": "Shop", "value": "2"}])
    assert told.content["customFields"][0] == {"name": "Gift", "value": "maybe"}
    assert set(told.kept) == {"/customFields/wrap~1it"}


def test_a_rule_that_takes_a_custom_field_away_gives_only_that_one_back(source: Source) -> None:
    order = make_order(source, customFields=[{"name": "Gift", "value": "no"}])
    both = [{"name": "Gift", "value": "yes"}, {"name": "Wrap", "value": "red"}]
    assert set(rule_sets(order, customFields=both).kept) == {"/customFields/gift", "/customFields/wrap"}
    told = rule_sets(order, customFields=both[1:])
    assert (set(told.kept), told.fingerprint) == ({"/customFields/wrap"}, "")
    again = report(source, customFields=[{"name": "Gift", "value": "no"}], at=None)
    assert again.content["customFields"] == [{"name": "Wrap", "value": "red"}, {"name": "Gift", "value": "no"}]


def test_lines_that_were_taken_out_here_stay_out_whatever_the_channel_reports(source: Source) -> None:
    order = make_order(source)
    out = [{"uniqueId": "l1", "values": [{"type": "canceled", "quantity": 2}]}]
    rule_sets(order, dispositions=out, disposition=["canceled"])
    told = report(source, tags=["new"])
    assert (told.content["dispositions"], told.content["disposition"], told.content["tags"]) == (
        out, ["canceled"], ["new"],
    )  # fmt: skip
    assert pins.reported([{"op": "remove", "path": "/dispositions", "old": out}], {}) == []


def test_people_pin_against_rules_and_rules_do_not(source: Source) -> None:
    order = make_order(source)
    edits.set_fields(order.pk, {"giftNote": "Hello"}, by=ANA)
    told = rule_sets(fresh(order), shippingCarrier="DHL")
    assert pins.pinned_by_people(told.kept) == {"/giftNote": "Ana Ruiz"}


def test_a_rule_leaves_of_the_custom_fields_only_those_that_are_pinned() -> None:
    old = [{"name": "Gift", "value": "yes"}, {"name": "Wrap", "value": "red"}]
    new = [{"name": "Wrap", "value": "blue"}, {"name": "Shop", "value": "1"}]
    pinned = {"/customFields/gift": "Ana Ruiz", "/tags": "Bo Berg"}
    change = {"op": "replace", "path": "/customFields", "value": new, "old": old}
    made, left = pins.left_alone([change], pinned)
    assert left == [("/customFields/gift", "Ana Ruiz")]
    assert [one["value"] for one in made] == [
        [{"name": "Gift", "value": "yes"}, {"name": "Wrap", "value": "blue"}, {"name": "Shop", "value": "1"}]
    ]
    only_others = change | {"value": [old[0], *new]}
    assert pins.left_alone([only_others], pinned) == ([only_others], [])
    gone = {"op": "remove", "path": "/customFields", "old": old}
    made, left = pins.left_alone([gone], pinned)
    assert (made[0]["value"], left) == ([old[0]], [("/customFields/gift", "Ana Ruiz")])
    tags = {"op": "replace", "path": "/tags", "value": [], "old": ["a"]}
    assert pins.left_alone([tags], pinned) == ([], [("/tags", "Bo Berg")])


def test_many_documents_are_written_in_one_statement(source: Source) -> None:
    orders = lock([make_order(source, number).pk for number in (1, 2, 3)])
    tagged = {1: [], 2: ["a", "Ä"], 3: None}
    changes = []
    for number, order in zip(tagged, orders.values(), strict=True):
        after = {key: value for key, value in (order.content | {"tags": tagged[number]}).items() if value is not None}
        step = Step(RULE, "changed", "Changed.", content=patch.diff(order.content, after))
        changes.append(OrderChange(order.pk, [step], cause="rule"))
    with CaptureQueriesContext(connection) as asked:
        commit(changes, orders)
    asked_for = [str(one["sql"]) for one in asked.captured_queries]
    assert len([sql for sql in asked_for if 'UPDATE "orders_order"' in sql]) == 1
    told = list(Order.across.order_by("pk"))
    assert [one.tags_folded for one in told] == [[], ["a", "a"], None]
    assert [one.content.get("tags") for one in told] == [[], ["a", "Ä"], None]
    assert {(str(one.total), one.currency, one.country_folded, one.line_count) for one in told} == {
        ("48.200000", "USD", "us", 1)
    }
    assert OrderLine.across.count() == 3
