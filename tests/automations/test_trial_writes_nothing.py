"""A test of a rule writes nothing and sends nothing, whatever the rule: the whole database stays as it was."""

from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from automations import services
from automations.definition import ActionSpec, Definition
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.lifecycle import edits
from orders.models import OrderException, Source
from portal.audit.actor import Actor
from portal.deliveries.models import Delivery
from portal.kit import json
from tests.factories import make_order

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")
CODE = 'console.log("looked"); return {{ tags: ["from code"], orderNote: "{text}" }};'
TEXTS = some.text(some.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)

ORDER_ACTIONS: list[dict[str, Any]] = [
    {"key": "hold", "minutes": "30", "anchor": "createdAt", "next_status": "reviewRequired"},
    {"key": "add_note", "text": "Look at {{ extOrderId }}"},
    {"key": "update_property", "update.path": "tags", "update.operation": "ADD_ARRAY_ITEMS", "update.value": "tried"},
    {"key": "update_by_code", "code": CODE.format(text="tried")},
    {"key": "update_by_code", "code": 'throw new Error("no");'},
    {"key": "notify_email", "recipients": "a@example.com", "subject": "{{ extOrderId }}", "body": "Hello"},
    {"key": "call_webhook", "url": "https://example.com/hook", "body": ""},
    {"key": "cancel_lines", "skus": "TEA-*", "mode": "cancel", "nothing_left": "review", "match": "any"},
    {"key": "send_for_fulfillment"},
    {"key": "review_required"},
    {"key": "cancel"},
    {"key": "archive"},
    {"key": "draft"},
    {"key": "conditional_hold", "condition.kind": "simple", "condition.f.match": "all"},
]
EXCEPTION_ACTIONS: list[dict[str, Any]] = [
    {"key": "set_exception_status", "status": "resolved", "note": "tried"},
    {"key": "add_note", "text": "{{ title }}"},
    {"key": "notify_email", "recipients": "a@example.com", "subject": "{{ title }}", "body": "Hello"},
    {"key": "call_webhook", "url": "https://example.com/hook", "body": ""},
]
CASES = [
    ("NEW_ORDER", ORDER_ACTIONS),
    ("UPDATED_ORDER", ORDER_ACTIONS),
    ("EXCEPTION_MODIFIED", EXCEPTION_ACTIONS),
    ("EXCEPTION_SCHEDULED", EXCEPTION_ACTIONS),
]


def everything() -> dict[str, Any]:
    """Return a fingerprint of every table and the place of every sequence: a write that was undone moves one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        tables = [row[0] for row in cursor.fetchall()]
        assert "portal_delivery" in tables
        assert len(tables) > 30
        rows = " UNION ALL ".join(
            f"SELECT '{table}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM \"{table}\" t"
            for table in sorted(tables)
        )
        cursor.execute(rows)
        found: dict[str, Any] = dict(cursor.fetchall())
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema()")
        return found | dict(cursor.fetchall())


@pytest.fixture
def records(source: Source) -> dict[str, str]:
    """One order that has changed since it came in, and one exception about it, with rules that would act."""
    order = make_order(source)
    edits.move(order.pk, "draft", by=ANN)
    problem = Problem(
        "rule_failed", source.organization_id, "key", "A rule failed", "It threw.",
        entity_type="order", entity_id=order.pk, entity_label=order.ext_order_id,
    )  # fmt: skip
    raise_exceptions([problem])
    services.create_rule(
        source.organization, "NEW_ORDER", Definition(name="Cancel", actions=(ActionSpec(key="cancel"),)), by=ANN
    )
    return {"order": order.public_id, "exception": OrderException.across.get().public_id}


def form_of(rows: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
    made = {"name": "Tried", "kind": "simple", "f.match": "all"} | fields
    for index, row in enumerate(rows):
        made |= {f"a.{index}.{name}": value for name, value in row.items()}
    return made


@given(data=some.data())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_tried_the_whole_database_stays_as_it_was(
    as_owner: Client, records: dict[str, str], data: some.DataObject
) -> None:
    trigger, actions = data.draw(some.sampled_from(CASES))
    entity = "order" if actions is ORDER_ACTIONS else "exception"
    rows = data.draw(some.lists(some.sampled_from(actions), max_size=4))
    fields: dict[str, Any] = {"record": records[entity], "what": data.draw(some.sampled_from(["filter", "rule"]))}
    if data.draw(some.booleans()):
        fields |= {"kind": "code", "code": data.draw(some.sampled_from(["return true;", "return 1;", "throw 1"]))}
    if data.draw(some.booleans()):
        edited = {"status": "new", "state": "active", "category": "system", "tags": [data.draw(TEXTS)]}
        fields |= {
            "on": "json",
            "json": json.dumps_text(edited),
            "json_of": data.draw(some.sampled_from(["", records[entity]])),
        }
        fields |= {"before": data.draw(some.sampled_from(["", "{}", '{"status": "draft"}', "nonsense"]))}
    before = everything()
    answer = as_owner.post(reverse("automations:test", args=[trigger]), form_of(rows, **fields))
    assert answer.status_code == 200
    assert everything() == before
    assert (Delivery.across.count(), mail.outbox) == (0, [])


@pytest.mark.parametrize(("trigger", "actions"), CASES)
def test_each_action_is_tried_by_itself_and_writes_nothing(
    as_owner: Client, records: dict[str, str], trigger: str, actions: list[dict[str, Any]]
) -> None:
    record = records["order" if actions is ORDER_ACTIONS else "exception"]
    before = everything()
    for row in actions:
        answer = as_owner.post(reverse("automations:test", args=[trigger]), form_of([row], record=record, what="rule"))
        page = answer.content.decode()
        assert "The filter matches" in page or "The code failed" in page, row
    assert everything() == before


def test_the_fingerprint_sees_a_write(source: Source) -> None:
    before = everything()
    make_order(source)
    changed = {name for name, value in everything().items() if before[name] != value}
    assert {"orders_order", "orders_order_id_seq"} <= changed


def test_loading_the_json_of_a_record_writes_nothing(as_owner: Client, records: dict[str, str]) -> None:
    before = everything()
    page = as_owner.post(reverse("automations:record", args=["UPDATED_ORDER"]), {"record": records["order"]})
    assert "&quot;extOrderId&quot;: &quot;#1001&quot;" in page.content.decode()
    assert everything() == before
