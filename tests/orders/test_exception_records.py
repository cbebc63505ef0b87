"""Exceptions as records: versions, history, events, what filters can ask, and their page."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.documents.exception import catalogue, document
from orders.exceptions import settle
from orders.exceptions.clear import close_gone
from orders.exceptions.raise_ import Problem, close, raise_exceptions
from orders.lists.exceptions import exception_list
from orders.models import Order, OrderException, Source
from portal.audit.actor import Actor
from portal.audit.at import as_of
from portal.audit.models import History
from portal.events.models import Event
from portal.filters.evaluate import compile_tree
from portal.filters.to_sql import to_q
from portal.filters.tree import Condition, Duration, Group
from portal.kit.clock import now
from portal.tenancy.models import Organization
from tests.factories import make_order

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")


def problem(source: Source, key: str = "k", **values: Any) -> Problem:
    told: dict[str, Any] = {"type": "rule_failed", "title": "It failed", "message": "Line 3"}
    return Problem(organization_id=source.organization_id, cause_key=key, **(told | values))


def told() -> list[tuple[str, int, str]]:
    rows = History.across.filter(entity_type="exception").order_by("id")
    return list(rows.values_list("verb", "version", "actor_name"))


def events() -> list[tuple[int, str, int]]:
    rows = Event.across.filter(name="exception.modified").order_by("id")
    return [(row.entity_version, row.payload["cause"], row.payload["from"]) for row in rows]


def test_raising_is_told_in_history_and_by_an_event(source: Source) -> None:
    raise_exceptions([problem(source)])
    assert told() == [("raised", 1, "Switchyard")]
    assert events() == [(1, "raised", 0)]


def test_an_exception_about_an_exception_has_a_history_and_no_event(source: Source) -> None:
    raise_exceptions([problem(source, entity_type="exception")])
    raise_exceptions([problem(source, entity_type="exception")])
    assert [verb for verb, *_ in told()] == ["raised", "seen again"]
    assert events() == []


def test_of_many_repeats_few_are_told(source: Source) -> None:
    for _ in range(40):
        raise_exceptions([problem(source)])
    one = OrderException.across.get()
    assert (one.times, one.version) == (40, 6)
    assert told() == [("raised", 1, "Switchyard")] + [("seen again", n, "Switchyard") for n in range(2, 7)]
    assert [row.summary for row in History.across.filter(verb="seen again").order_by("id")] == [
        f"Seen again, {times} times by now." for times in (2, 4, 8, 16, 32)
    ]
    assert events() == [(1, "raised", 0)] + [(n, "again", n - 1) for n in range(2, 7)]


def test_a_repeat_after_an_hour_of_silence_is_told(source: Source) -> None:
    for _ in range(4):
        raise_exceptions([problem(source)])
    OrderException.across.update(last_seen_at=now() - dt.timedelta(minutes=61))
    raise_exceptions([problem(source)])
    assert (OrderException.across.get().times, told()[-1]) == (5, ("seen again", 4, "Switchyard"))


def test_a_repeat_with_another_title_is_told_with_what_changed(source: Source) -> None:
    for _ in range(4):
        raise_exceptions([problem(source)])
    raise_exceptions([problem(source, title="It fails differently")])
    changes = {one["path"]: one for one in History.across.latest("id").changes}
    assert changes["/title"] == {
        "op": "replace", "path": "/title", "value": "It fails differently", "old": "It failed",
    }  # fmt: skip
    assert changes["/times"]["value"] == 5
    assert "/message" not in changes


def test_the_same_problem_twice_in_one_call_counts_twice(source: Source) -> None:
    raise_exceptions([problem(source, raw=b"1"), problem(source, message="Line 4"), problem(source, "other")])
    one = OrderException.across.get(cause_key="k")
    assert (one.times, one.message, bytes(one.raw or b"")) == (2, "Line 4", b"1")
    assert [verb for verb, *_ in told()] == ["raised", "raised"]


def test_raising_many_costs_as_many_statements_as_raising_one(source: Source) -> None:
    def cost(count: int, first: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            raise_exceptions([problem(source, f"{first}-{n}") for n in range(count)])
        return len(captured)

    assert cost(1, 0) == cost(300, 1)


def test_an_exception_of_an_order_knows_its_store_and_the_orders_id(source: Source) -> None:
    order = make_order(source)
    raise_exceptions([problem(source, entity_type="order", entity_id=order.pk, entity_label="#1001")])
    document_ = document(OrderException.across.get())
    assert document_["integration"] == source.public_id
    assert document_["entity"] == {"type": "order", "id": order.public_id, "number": "#1001"}
    assert document_["orgKey"] == source.organization.public_id


def test_an_exception_of_a_store_knows_it(source: Source) -> None:
    raise_exceptions([problem(source, entity_type="source", entity_id=source.pk, entity_label="Tea shop")])
    one = OrderException.across.get()
    assert (one.source_id, one.entity_public_id) == (source.pk, source.public_id)


@pytest.mark.parametrize("state", ["resolved", "dismissed"])
def test_a_person_closes_it_once(source: Source, state: str) -> None:
    raise_exceptions([problem(source)])
    one = OrderException.across.get()
    settle.settle(one, state, by=ANN)
    assert told()[-1] == (state, 2, "Ann")
    assert events()[-1] == (2, "person", 1)
    with pytest.raises(settle.SettledAlready):
        settle.settle(one, "resolved", by=ANN)
    assert len(told()) == 2


def test_a_note_changes_nothing_but_the_activity(source: Source) -> None:
    raise_exceptions([problem(source)])
    one = OrderException.across.get()
    settle.note(one, "The store was told", by=ANN)
    assert told()[-1] == ("noted", 1, "Ann")
    assert len(events()) == 1


def test_what_closes_by_itself_is_told(source: Source) -> None:
    order = make_order(source)
    raise_exceptions([problem(source, type="hold_stuck", entity_type="order", entity_id=order.pk)])
    assert close_gone() == 1
    assert told()[-1] == ("resolved", 2, "Switchyard")
    assert events()[-1] == (2, "system", 1)


def test_several_causes_are_closed_by_one_call(source: Source) -> None:
    raise_exceptions([problem(source, key) for key in "abc"])
    assert close(source.organization_id, "rule_failed", cause_key=["a", "c"], by=ANN) == 2
    assert list(OrderException.across.filter(state="active").values_list("cause_key", flat=True)) == ["b"]
    assert [row.summary for row in History.across.filter(verb="resolved")] == ["Closed: its cause is over."] * 2


def test_the_exception_as_it_was_is_found_from_its_history(source: Source) -> None:
    raise_exceptions([problem(source)])
    before = document(OrderException.across.get())
    settle.settle(OrderException.across.get(), "dismissed", by=ANN)
    one = OrderException.across.get()
    then = as_of("exception", {one.pk: 1}, {one.pk: (one.version, document(one))})[one.pk]
    assert then | {"updatedAt": ""} == before | {"updatedAt": ""}


@pytest.mark.parametrize(
    ("field", "operator", "value", "finds"),
    [
        ("state", "is_one_of", ("active",), True),
        ("type", "is_one_of", ("hold_stuck",), False),
        ("category", "is_one_of", ("automation",), True),
        ("title", "contains", "FAILED", True),
        ("message", "contains", "line 4", False),
        ("cure", "is_empty", None, False),
        ("times", "gte", 2, True),
        ("createdAt", "in_last", Duration(1, "days"), True),
        ("closedAt", "is_empty", None, True),
        ("closedBy", "is_empty", None, True),
        ("entity.type", "is_one_of", ("order",), True),
        ("entity.number", "equals", "#1001", True),
        ("entity.id", "is_empty", None, False),
        ("integration", "is_empty", None, False),
    ],
)
def test_a_filter_says_the_same_in_python_and_in_sql(
    source: Source, field: str, operator: str, value: Any, finds: bool
) -> None:
    order = make_order(source)
    concerning: dict[str, Any] = {"entity_type": "order", "entity_id": order.pk, "entity_label": "#1001"}
    raise_exceptions([problem(source, **concerning), problem(source, **concerning)])
    tree = Group("all", (Condition(field, operator, value),))
    one = OrderException.across.select_related("source", "organization").get()
    assert compile_tree(tree, catalogue())(document(one), now()) is finds
    assert OrderException.across.filter(to_q(tree, exception_list().target, now())).exists() is finds


def test_who_has_closed_it_is_found_by_the_list(source: Source) -> None:
    raise_exceptions([problem(source)])
    settle.settle(OrderException.across.get(), "resolved", by=ANN)
    tree = Group("all", (Condition("closedBy", "equals", "ANN"),))
    assert OrderException.across.filter(to_q(tree, exception_list().target, now())).exists()


def test_the_page_shows_what_happened_and_where_it_belongs(as_owner: Client, source: Source) -> None:
    order: Order = make_order(source)
    raise_exceptions([problem(source, entity_type="order", entity_id=order.pk, entity_label="#1001")])
    one = OrderException.across.get()
    page = as_owner.get(f"/exceptions/{one.public_id}").content.decode()
    for words in ("Raised: It failed", "Rules", "Tea shop", f"/orders/{order.public_id}", "Activity", "View JSON"):
        assert words in page
    answer = as_owner.get(f"/exceptions/{one.public_id}.json")
    assert answer["Content-Type"] == "application/json"
    assert answer.json()["exceptionId"] == one.public_id


def test_a_person_writes_a_note(as_owner: Client, as_colleague: Client, as_stranger: Client, source: Source) -> None:
    raise_exceptions([problem(source)])
    url = f"/exceptions/{OrderException.across.get().public_id}/note"
    assert as_colleague.post(url, {"text": "x"}).status_code == 403
    assert as_stranger.post(url, {"text": "x"}).status_code == 404
    assert as_owner.post(url, {"text": " "}).status_code == 422
    assert as_owner.post(url, {"text": "Called <b>them</b>"}).status_code == 302
    assert "Called &lt;b&gt;them&lt;/b&gt;" in as_owner.get(url.removesuffix("/note")).content.decode()
    assert told()[-1] == ("noted", 1, "Olive Owner")


def test_a_stranger_gets_no_document(as_stranger: Client, source: Source) -> None:
    raise_exceptions([problem(source)])
    assert as_stranger.get(f"/exceptions/{OrderException.across.get().public_id}.json").status_code == 404


def test_the_same_cause_elsewhere_is_another_exception(organization: Organization, source: Source) -> None:
    other = Organization.objects.create(name="Elsewhere Inc")
    raise_exceptions([problem(source), Problem("rule_failed", other.pk, "k", "t", "m")])
    assert OrderException.across.count() == 2
