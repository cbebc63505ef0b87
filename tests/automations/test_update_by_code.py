"""Update order by code: what is merged, what is refused by name, and that nothing is half done."""

import datetime as dt
from typing import Any

import pytest

from automations import services
from automations.definition import ActionSpec, Definition
from automations.engine.actions import Context, Refusal, actions
from automations.engine.triggers import triggers
from automations.models import Run
from automations.validation import faults
from orders.documents.catalogue import ORDER
from orders.models import Order, OrderException, Source
from portal.audit.actor import Actor
from portal.events.dispatch import drain
from portal.kit.json import Json
from tests.factories import make_order

ACTION = actions.get("update_by_code")
ANN = Actor("user", "1", "Ann")
DOCUMENT: Json = {"status": "new", "tags": ["vip"], "customer": {}, "shippingAddress": {"city": "Reno"}}


def planned(answer: Any) -> list[Any]:
    now = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
    return list(
        ACTION.plan(ACTION.settings(), Context(DOCUMENT, now, False, "By code", catalogue=ORDER, answer=answer))
    )


def switched_on(source: Source, code: str) -> None:
    spec = ActionSpec(key="update_by_code", settings={"code": code})
    made = services.create_rule(source.organization, "NEW_ORDER", Definition(name="By code", actions=(spec,)), by=ANN)
    services.set_enabled(made, True, by=ANN)


def test_what_code_returns_becomes_changes_and_a_move() -> None:
    fields, move = planned({"shippingAddress": {"company": "Tins"}, "tags": [], "status": "reviewRequired"})
    assert [one["path"] for one in fields.changes] == ["/shippingAddress/company", "/tags"]
    assert fields.summary == "Rule “By code” changed the order by its code."
    assert move.status == "reviewRequired"
    assert planned({}) == []


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"orderId": "x"}, "Order ID (orderId) cannot be changed by rules; Switchyard keeps it."),
        ({"tags": "gift"}, "Tags must be a list of texts, not “gift”."),
        ({"constructor": {"prototype": 1}}, "“constructor” is not a field of an order."),
        ({"tags": ["t"] * 10_000}, "Tags can have 250 entries at most; this would make 10,000."),
        ({"giftNote": 1, "orderNote": 2}, "Gift note must be text, not 1. Order note must be text, not 2."),
        (None, 'The code must return an object of changes, such as { tags: ["vip"] }.'),
    ],
)
def test_what_cannot_be_written_is_refused_by_name(answer: Any, message: str) -> None:
    with pytest.raises(Refusal) as refusal:
        planned(answer)
    assert str(refusal.value) == message


def test_its_words_and_its_code_are_checked_on_save() -> None:
    assert ACTION.words(ACTION.settings()) == "update the order by code"

    def wrong(code: str) -> list[tuple[str, str]]:
        spec = ActionSpec(key="update_by_code", settings={"code": code})
        return [
            (one.place, one.message) for one in faults(Definition(name="R", actions=(spec,)), triggers.get("NEW_ORDER"))
        ]

    assert wrong(" ") == [("actions.0.code", "Write the code of this action.")]
    ((place, message),) = wrong("return {\n  tags: [\n")
    assert place == "actions.0.code"
    assert message.startswith("Line ")
    assert wrong("return { tags: [] }") == []


@pytest.mark.django_db
def test_code_changes_the_order(source: Source) -> None:
    switched_on(source, "return { tags: [...entity.tags, 'lines-' + entity.lineItems.length], giftNote: null }")
    order = make_order(source, giftNote="Hello")
    drain("automations")
    told = Order.across.get(pk=order.pk)
    assert (told.content["tags"], "giftNote" in told.content) == (["vip", "lines-1"], False)
    run = Run.across.get()
    assert (run.status, [one["path"] for one in run.trace["actions"][0]["changes"]]) == (
        "completed", ["/giftNote", "/tags"],
    )  # fmt: skip


@pytest.mark.django_db
def test_a_return_with_one_wrong_part_changes_nothing_and_is_told(source: Source) -> None:
    switched_on(source, "return { tags: ['new'], totalPrice: 0, ['__proto__']: { status: 'archived' } }")
    order = make_order(source)
    drain("automations")
    told = Order.across.get(pk=order.pk)
    assert told.content["tags"] == ["vip"]
    run = Run.across.get()
    assert run.status == "refused"
    assert "Total (totalPrice) cannot be changed by rules" in run.error
    assert OrderException.across.filter(type="rule_failed", entity_id=order.pk).count() == 1
