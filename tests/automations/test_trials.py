"""What a test takes an order for, and what it says of it."""

import dataclasses

import pytest
from django.test import Client
from django.urls import reverse

from automations.engine.actions import Context, Refusal, actions
from automations.engine.plan import Write
from orders.lifecycle import edits
from orders.models import Order, Source
from portal.audit.actor import Actor
from tests.factories import make_order

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")
SIMPLE = {"kind": "simple", "f.match": "all", "a.0.key": "cancel", "name": "All", "record": "1001"}


def _try(client: Client, form: dict[str, str]) -> str:
    answer = client.post(reverse("automations:test", args=["NEW_ORDER"]), form)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(("fields", "word"), [({"draft": True}, "Draft"), ({"canceled": True}, "Canceled")])
def test_an_order_that_did_not_come_in_as_new_is_tried_as_if_it_had(
    as_owner: Client, source: Source, fields: dict[str, bool], word: str
) -> None:
    order = make_order(source, **fields)
    page = _try(as_owner, SIMPLE)
    assert "The filter matches" in page
    assert f"It came in as “{word}”; rules look at it only while it is new. It is tried as if it were." in page
    order.refresh_from_db()
    assert order.status == word.lower()


def test_an_order_that_came_in_as_new_is_tried_as_it_was(as_owner: Client, source: Source) -> None:
    order = make_order(source)
    edits.move(order.pk, "draft", by=ANN)
    page = _try(as_owner, SIMPLE)
    assert "The filter matches" in page
    assert "It came in as" not in page


def test_an_action_that_is_refused_is_not_called_a_failure_of_code(
    as_owner: Client, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(settings: object, context: Context) -> list[Write]:
        raise Refusal("The warehouse has it already.")

    entry = dataclasses.replace(actions.get("cancel"), plan=refuse)
    monkeypatch.setitem(actions._entries, "cancel", entry)
    make_order(source)
    page = _try(as_owner, SIMPLE)
    assert "The code failed" not in page
    assert "The filter matches, but an action is refused" in page
    assert "The warehouse has it already." in page
    assert "What would change" in page


def test_code_that_throws_is_called_so(as_owner: Client, source: Source) -> None:
    make_order(source)
    page = _try(as_owner, SIMPLE | {"kind": "code", "code": 'throw new Error("no such field")'})
    assert "The code failed" in page
    assert "no such field" in page
    assert Order.across.get().status == "new"
