"""Add note: the text with its fields, in the activity of the order; and the move to review."""

import datetime as dt
from typing import Any

import pytest

from automations import services
from automations.definition import ActionSpec, Definition
from automations.engine.actions import Context, Refusal, actions
from automations.engine.plan import Move, Remark
from automations.engine.triggers import triggers
from automations.models import Run
from automations.validation import faults
from orders.documents.catalogue import ORDER
from orders.lifecycle.order import OrderStatus
from orders.models import Order, Source
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.events.dispatch import drain
from portal.kit.json import Json
from tests.factories import make_order

ACTION = actions.get("add_note")
ANN = Actor("user", "1", "Ann")
DOCUMENT: Json = {"status": "new", "extOrderId": "#7", "customer": {"firstName": "Ana"}, "tags": ["a", "b"]}
CONTEXT = Context(DOCUMENT, dt.datetime(2026, 1, 5, tzinfo=dt.UTC), False, "Notes", catalogue=ORDER)


def planned(text: str, context: Context = CONTEXT) -> list[Any]:
    return list(ACTION.plan(ACTION.settings(text=text), context))


def wrong(text: str) -> list[tuple[str, str]]:
    definition = Definition(name="R", actions=(ActionSpec(key="add_note", settings={"text": text}),))
    return [(one.place, one.message) for one in faults(definition, triggers.get("NEW_ORDER"))]


def test_fields_in_the_text_are_filled_in() -> None:
    assert planned("{{ extOrderId }} of {{customer.firstName}}: {{ tags }} by {{ rule.name }}") == [
        Remark("#7 of Ana: a, b by Notes")
    ]
    assert planned("{{ giftNote }}") == []


def test_a_note_that_grows_too_long_is_refused() -> None:
    long = Context(DOCUMENT | {"giftNote": "x" * 4_000}, CONTEXT.now, False, "Notes", catalogue=ORDER)
    with pytest.raises(Refusal, match="With its fields filled in the note has 8,001 characters; 5,000 are the most"):
        planned("{{ giftNote }} {{ giftNote }}", long)


def test_a_rule_is_not_saved_with_a_text_that_cannot_be_filled() -> None:
    assert wrong(" ") == [("actions.0.text", "Write what is to be noted.")]
    ((place, message),) = wrong("{{ tagz }}")
    assert (place, message.startswith("There is no field “tagz”.")) == ("actions.0.text", True)
    assert wrong("{{ run.id }}") == [
        ("actions.0.text", "A note cannot name its own run; the activity links to it already. Remove run.id.")
    ]
    assert wrong("Hello {{ extOrderId }}") == []


def test_it_says_what_it_does() -> None:
    assert ACTION.words(ACTION.settings(text="Paid\nby invoice")) == "note “Paid by invoice”"


def test_marking_for_review_is_a_move() -> None:
    review = actions.get("review_required")
    assert list(review.plan(review.settings(), CONTEXT)) == [
        Move(OrderStatus.REVIEW_REQUIRED, "marked for review", "Rule “Notes”: now “Review required”.")
    ]


@pytest.mark.django_db
def test_the_note_stands_in_the_activity_and_the_order_stays_as_it_is(source: Source) -> None:
    specs = (
        ActionSpec(key="add_note", settings={"text": "Total {{ totalPrice }}"}),
        ActionSpec(key="review_required"),
    )
    made = services.create_rule(source.organization, "NEW_ORDER", Definition(name="Notes", actions=specs), by=ANN)
    services.set_enabled(made, True, by=ANN)
    order = make_order(source)
    before = order.content
    drain("automations")
    told = Order.across.get(pk=order.pk)
    assert (told.content, told.status) == (before, "reviewRequired")
    row = History.across.get(entity_id=order.pk, verb="noted")
    assert (row.summary, row.actor_name, row.changes) == ("Total 48.20 USD", "Notes", [])
    assert Run.across.get().trace["actions"][0]["notes"] == ["Total 48.20 USD"]
