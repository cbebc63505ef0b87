"""Trying a rule on JSON, on what a record was before, and on the filter alone: what the pane says."""

import html
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.lifecycle import edits
from orders.models import OrderException, Source
from portal.audit.actor import Actor
from portal.kit import json
from tests.factories import make_order

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")
BIG = {"f.0.field": "totalPrice", "f.0.operator": "gt", "f.0.value": "100"}
PASTED = json.dumps_text({"status": "new", "totalPrice": 250, "tags": []})


def tried(client: Client, trigger: str = "NEW_ORDER", **fields: Any) -> str:
    form = {"kind": "simple", "f.match": "all", "a.0.key": "cancel", "what": "rule", **fields}
    answer = client.post(reverse("automations:test", args=[trigger]), form)
    assert answer.status_code == 200
    return " ".join(html.unescape(answer.content.decode()).split())


def loaded(client: Client, trigger: str, **fields: str) -> str:
    answer = client.post(reverse("automations:record", args=[trigger]), fields)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_pasted_json_is_judged_as_it_stands(as_owner: Client, source: Source) -> None:
    page = tried(as_owner, on="json", json=PASTED, **BIG)
    assert "The filter matches" in page
    assert "the pasted JSON" in page
    assert "250" in page
    assert "Canceled" in page
    assert "Refused" not in page
    assert "The filter does not match" in tried(as_owner, on="json", json=PASTED.replace("250", "90"), **BIG)


def test_a_loaded_record_can_be_edited_before_the_test(as_owner: Client, source: Source) -> None:
    order = make_order(source)
    part = loaded(as_owner, "NEW_ORDER", record=order.public_id)
    assert f'name="json_of" value="{order.public_id}"' in part
    text = part.partition('name="json"')[2].partition(">")[2].partition("</textarea>")[0]
    assert json.loads(text)["extOrderId"] == "#1001"
    fields = {"on": "json", "json_of": order.public_id, **BIG}
    assert "The filter does not match" in tried(as_owner, json=text, **fields)
    page = tried(as_owner, json=text.replace("48.20", "148.20"), **fields)
    assert "The filter matches" in page
    assert "#1001 · its JSON" in page


def test_json_counts_only_where_it_is_chosen(as_owner: Client, source: Source) -> None:
    order = make_order(source)
    assert "48.20" in tried(as_owner, on="record", record=order.public_id, json=PASTED, **BIG)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "The JSON cannot be read:"),
        ("[1]", "The JSON must be one object, as “View JSON” shows it."),
        ('{"totalPrice": 5}', "The JSON needs “status”, as “View JSON” shows it."),
        ('{"status": "new", "extra": "' + "x" * 1_000_001 + '"}', "The JSON has more than 1000000 characters."),
    ],
)
def test_json_that_cannot_be_judged_says_why(as_owner: Client, source: Source, text: str, words: str) -> None:
    assert words in tried(as_owner, on="json", json=text, **BIG)


@pytest.mark.parametrize(
    "document",
    [
        {"status": "new"},
        {"status": "nonsense", "createdAt": 5, "lineItems": "many"},
        {"status": "new", "lineItems": [None, 1, {}], "tags": {"a": 1}, "totalPrice": "much"},
        {"status": "new", "customFields": [{}], "shippingAddress": 7, "holdUntil": "soon"},
    ],
)
@pytest.mark.parametrize("key", ["hold", "cancel_lines", "update_property", "cancel", "notify_email"])
def test_json_of_any_shape_gets_an_answer(as_owner: Client, source: Source, document: Any, key: str) -> None:
    actions = {
        "a.0.key": key, "a.0.update.path": "tags", "a.0.update.operation": "ADD_ARRAY_ITEMS", "a.0.update.value": "x",
        "a.0.skus": "TEA-*", "a.0.recipients": "a@example.com", "a.0.subject": "Hi", "a.0.body": "{{ totalPrice }}",
    }  # fmt: skip
    page = tried(as_owner, on="json", json=json.dumps_text(document), **actions)
    assert any(words in page for words in ("The filter matches", "The JSON lacks “", "The JSON does not have the form"))


def test_what_pasted_json_lacks_is_named(as_owner: Client, source: Source) -> None:
    page = tried(as_owner, on="json", json='{"status": "new"}', **{"a.0.key": "hold", "a.0.minutes": "5"})
    assert "The JSON lacks “createdAt”, which every order has." in page


def test_a_change_is_tried_with_what_the_record_was_before(as_owner: Client, source: Source) -> None:
    order = make_order(source)
    edits.move(order.pk, "draft", by=ANN)
    changed = {"f.0.field": "status", "f.0.operator": "changed_to", "f.0.value": "draft"}
    assert "The filter matches" in tried(as_owner, "UPDATED_ORDER", record=order.public_id, what="filter", **changed)
    part = loaded(as_owner, "UPDATED_ORDER", record=order.public_id)
    assert 'name="before"' in part
    now = part.partition('name="json"')[2].partition(">")[2].partition("</textarea>")[0]
    fields = {"on": "json", "json_of": order.public_id, "json": now, "what": "filter", **changed}
    assert "The filter matches" in tried(as_owner, "UPDATED_ORDER", before='{"status": "new"}', **fields)
    assert "The filter does not match" in tried(as_owner, "UPDATED_ORDER", before='{"status": "draft"}', **fields)
    assert "cannot be read" in tried(as_owner, "UPDATED_ORDER", before="{", **fields)


def test_the_filter_is_tried_alone_while_the_actions_are_not_complete(as_owner: Client, source: Source) -> None:
    order = make_order(source)
    fields = {"record": order.public_id, "a.0.key": "hold", "a.0.minutes": "soon"}
    alone = tried(as_owner, **{**fields, "what": "filter"})
    assert "The filter matches" in alone
    assert "What would change" not in alone
    assert "The rule cannot be tried yet: Give a whole number, such as 10." in tried(as_owner, **fields)


def test_an_exception_is_found_by_its_id_and_by_its_order(as_owner: Client, source: Source) -> None:
    order = make_order(source)
    problem = Problem(
        "rule_failed", source.organization_id, "key", "A rule failed", "It threw.",
        entity_type="order", entity_id=order.pk, entity_label=order.ext_order_id,
    )  # fmt: skip
    raise_exceptions([problem])
    one = OrderException.across.get()
    for wanted in (one.public_id, "#1001"):
        page = tried(as_owner, "EXCEPTION_MODIFIED", record_id=wanted, **{"a.0.key": "set_exception_status"})
        assert "The filter matches" in page
        assert "A rule failed" in page
    one.refresh_from_db()
    assert one.state == "active"


def test_what_would_be_sent_is_told_and_not_sent(as_owner: Client, source: Source) -> None:
    order = make_order(source)
    page = tried(
        as_owner, record=order.public_id,
        **{"a.0.key": "notify_email", "a.0.recipients": "a@example.com", "a.0.subject": "Order {{ extOrderId }}",
           "a.0.body": "Total {{ totalPrice }}"},
    )  # fmt: skip
    assert "What would be sent" in page
    assert "Order #1001" in page
    assert "Total 48.20 USD" in page
    assert "Nothing was changed, nothing was sent." in page


def test_code_of_an_action_shows_its_changes_console_and_time(as_owner: Client, source: Source) -> None:
    order = make_order(source)
    code = 'console.log("total", entity.totalPrice); return { tags: ["seen"] };'
    page = tried(as_owner, record=order.public_id, **{"a.0.key": "update_by_code", "a.0.code": code})
    assert "total 48.2" in page
    assert "µs" in page
    assert "seen" in page
    page = tried(as_owner, record=order.public_id, **{"a.0.key": "update_by_code", "a.0.code": "return 1;\nthrow 2;"})
    assert "The filter matches" in page or "failed" in page


def test_a_stranger_tries_nothing_of_ours(as_stranger: Client, stranger: object, source: Source) -> None:
    order = make_order(source)
    for fields in ({"record": order.public_id}, {"on": "json", "json": PASTED, "json_of": order.public_id}):
        page = tried(as_stranger, **fields)
        assert f"There is no order “{order.public_id}” here." in page
    assert "There is no order" in loaded(as_stranger, "NEW_ORDER", record=order.public_id)
