"""Cancel or reject line items: which, how many units, and what becomes of an order without lines (seed 002)."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from automations import services
from automations.definition import ActionSpec, Definition
from automations.engine.actions import Context, Refusal, actions
from automations.engine.plan import Move, SetFields, Write
from automations.engine.triggers import triggers
from automations.models import Run
from automations.validation import faults
from orders.documents.catalogue import ORDER
from orders.documents.dispositions import Out, nothing_is_left, open_quantity, take_out, taken_out
from orders.models import Order, Source
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.events.dispatch import drain
from portal.kit.json import Json
from tests.factories import ingest, make_order, make_record

NOW = dt.datetime(2026, 1, 5, 10, 0, tzinfo=dt.UTC)
ACTION = actions.get("cancel_lines")
ANN = Actor("user", "1", "Ann")
LINES = [
    {"uniqueId": "l1", "sku": "TEA-1", "name": "Green tea", "quantity": 2},
    {"uniqueId": "l2", "sku": "TEA-2", "name": "Black tea", "quantity": Decimal("1.5")},
    {"uniqueId": "l3", "sku": "CARD", "name": "Gift Card 50", "quantity": 1},
]
DOCUMENT: Json = {"status": "new", "lineItems": LINES}


def planned(document: Json = DOCUMENT, **settings: Any) -> list[Write]:
    return list(ACTION.plan(ACTION.settings(**settings), Context(document, NOW, False, "No cards", catalogue=ORDER)))


def after(document: Json = DOCUMENT, **settings: Any) -> Json:
    for write in planned(document, **settings):
        document = write.on(document)
    return document


def wrong(**settings: Any) -> list[tuple[str, str]]:
    definition = Definition(name="R", actions=(ActionSpec(key="cancel_lines", settings=settings),))
    return [(one.place, one.message) for one in faults(definition, triggers.get("NEW_ORDER"))]


def test_lines_are_canceled_by_sku_and_the_order_says_so() -> None:
    told = after(skus=("tea-*",))
    assert told["dispositions"] == [
        {"uniqueId": "l1", "values": [{"type": "canceled", "quantity": 2}]},
        {"uniqueId": "l2", "values": [{"type": "canceled", "quantity": Decimal("1.5")}]},
    ]
    assert (told["disposition"], told["lineItems"], told["status"]) == (["partiallyCanceled"], LINES, "new")
    (write,) = planned(skus=("tea-*",))
    assert isinstance(write, SetFields)
    assert (write.verb, write.summary) == (
        "lines canceled", "Rule “No cards” canceled 2 × TEA-1, 1.5 × TEA-2.",
    )  # fmt: skip


def test_lines_are_rejected_by_name() -> None:
    told = after(names=("*gift card*",), mode="reject")
    assert told["dispositions"] == [{"uniqueId": "l3", "values": [{"type": "rejected", "quantity": 1}]}]
    assert told["disposition"] == ["partiallyRejected"]


def test_sku_or_name_must_fit_or_both() -> None:
    either = after(skus=("TEA-1",), names=("black*",))
    assert [one["uniqueId"] for one in either["dispositions"]] == ["l1", "l2"]
    assert planned(skus=("TEA-1",), names=("black*",), match="all") == []
    both = after(skus=("TEA-?",), names=("black*",), match="all")
    assert [one["uniqueId"] for one in both["dispositions"]] == ["l2"]


def test_lines_that_are_out_already_are_not_taken_out_again() -> None:
    once = after(skus=("TEA-1",))
    assert planned(once, skus=("TEA-1",)) == []
    assert planned(skus=("COFFEE",)) == []


def test_only_what_is_open_of_a_line_is_taken_out() -> None:
    partly = DOCUMENT | {"dispositions": [{"uniqueId": "l1", "values": [{"type": "rejected", "quantity": 1}]}]}
    told = after(partly, skus=("TEA-1",))
    assert taken_out(told) == {"l1": Out(canceled=1, rejected=1)}
    assert open_quantity(LINES[0], taken_out(told)) == 0
    assert told["disposition"] == ["partiallyCanceled", "partiallyRejected"]


@pytest.mark.parametrize(("what", "status"), [("cancel", "canceled"), ("review", "reviewRequired"), ("leave", "new")])
def test_an_order_without_lines_goes_where_the_rule_says(what: str, status: str) -> None:
    told = after(skus=("TEA-*", "CARD"), nothing_left=what)
    assert (told["disposition"], told["status"]) == (["canceled"], status)
    assert nothing_is_left(told)
    assert len([one for one in planned(skus=("TEA-*", "CARD"), nothing_left=what) if isinstance(one, Move)]) == (
        what != "leave"
    )


def test_a_closed_order_is_left_alone_and_one_at_the_warehouse_is_refused() -> None:
    assert planned(DOCUMENT | {"status": "canceled"}, skus=("CARD",)) == []
    with pytest.raises(Refusal, match="An order that is “Sent to fulfillment” has gone to fulfillment"):
        planned(DOCUMENT | {"status": "sentToFulfillment"}, skus=("CARD",))
    assert planned(DOCUMENT | {"status": "sentToFulfillment"}, skus=("COFFEE",)) == []


def test_other_words_about_the_lines_stay() -> None:
    told = take_out(DOCUMENT | {"disposition": ["unrouted", "partiallyCanceled"]}, ["l1", "l2", "l3"], "canceled")
    assert told["disposition"] == ["unrouted", "canceled"]
    assert take_out(DOCUMENT, [], "canceled") == DOCUMENT


def test_a_rule_is_not_saved_without_lines_or_with_a_pattern_that_fits_everything() -> None:
    assert wrong() == [
        ("actions.0.skus", "Give at least one SKU or name, one a line. * stands for any characters: TEA-*.")
    ]
    assert wrong(skus=["*"]) == [
        ("actions.0.skus", "“*”: The pattern fits everything. Name them, or cancel the whole order instead.")
    ]
    ((place, message),) = wrong(names=["^tea.*"])
    assert (place, message.startswith("“^tea.*”: Regular expressions are not understood here.")) == (
        "actions.0.names", True,
    )  # fmt: skip
    assert wrong(skus=["TEA-*"]) == []
    assert wrong(skus=["x" * 301])[0][0] == "actions.0.skus.0"


def test_it_says_what_it_does() -> None:
    def words(**settings: Any) -> str:
        return ACTION.words(ACTION.settings(**settings))

    assert words(skus=("TEA-*", "CARD")) == (
        "cancel lines whose SKU is TEA-* or CARD; with none left, mark it for review"
    )
    assert words(skus=("A",), names=("B*",), match="all", mode="reject", nothing_left="cancel") == (
        "reject lines whose SKU is A and whose name is B*; with none left, cancel the order"
    )


@pytest.mark.django_db
def test_the_example_of_the_seed_rejects_a_line_item_by_its_sku(source: Source) -> None:
    settings = {"skus": ["CARD"], "mode": "reject"}
    definition = Definition(name="No cards", actions=(ActionSpec(key="cancel_lines", settings=settings),))
    services.set_enabled(services.create_rule(source.organization, "NEW_ORDER", definition, by=ANN), True, by=ANN)
    lines = [{"uniqueId": "l1", "sku": "TEA-1", "quantity": 2}, {"uniqueId": "l3", "sku": "CARD", "quantity": 1}]
    order = make_order(source, lineItems=lines)
    drain("automations")
    told = Order.across.get(pk=order.pk)
    out = [{"uniqueId": "l3", "values": [{"type": "rejected", "quantity": 1}]}]
    assert (told.content["dispositions"], told.facets["disposition"]) == (out, ["partiallyrejected"])
    assert Run.across.get().status == "completed"
    row = History.across.filter(entity_id=order.pk, verb="lines rejected").get()
    assert row.summary == "Rule “No cards” rejected 1 × CARD."
    ingest(source, make_record(1001, lineItems=lines, tags=["changed"], extOrderUpdatedAt=NOW))
    assert Order.across.get(pk=order.pk).content["dispositions"] == out
