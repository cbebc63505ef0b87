"""Update order property: each operation, its words, what is refused on save, and what people have pinned."""

import datetime as dt
from typing import Any

import pytest

from automations import services
from automations.definition import ActionSpec, Definition
from automations.engine.actions import Context, Refusal, actions
from automations.engine.plan import Move, SetFields, Write
from automations.engine.triggers import triggers
from automations.models import Run
from automations.validation import RuleInvalid, faults
from orders.documents.catalogue import ORDER
from orders.lifecycle import edits
from orders.lifecycle.order import OrderStatus
from orders.models import Order, Source
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.events.dispatch import drain
from portal.kit.json import Json
from tests.factories import make_order, make_record

NOW = dt.datetime(2026, 1, 5, 10, 0, tzinfo=dt.UTC)
DOCUMENT: Json = {
    "status": "new",
    "tags": ["vip"],
    "customer": {},
    "shippingAddress": {"city": "Reno"},
    "shippingCarrier": "UPS",
}
ACTION = actions.get("update_property")
ANN = Actor("user", "1", "Ann")


def planned(document: Json = DOCUMENT, *, careful: bool = False, **settings: Any) -> list[Write]:
    context = Context(document, NOW, careful, "Gifts", catalogue=ORDER)
    return list(ACTION.plan(ACTION.settings(**settings), context))


def wrong(**settings: Any) -> list[tuple[str, str]]:
    definition = Definition(name="R", actions=(ActionSpec(key="update_property", settings=settings),))
    return [(one.place, one.message) for one in faults(definition, triggers.get("NEW_ORDER"))]


def words(**settings: Any) -> str:
    return ACTION.words(ACTION.settings(**settings))


def test_a_value_is_set_and_the_history_says_which_rule_did_what() -> None:
    change = {"op": "replace", "path": "/shippingCarrier", "value": "DHL", "old": "UPS"}
    assert planned(path="shippingCarrier", value="DHL") == [
        SetFields([change], "Rule “Gifts”: set shipping carrier to “DHL”.")
    ]
    assert planned(path="shippingCarrier", value="UPS") == []


def test_items_are_added_and_taken_out() -> None:
    (add,) = planned(path="tags", operation="ADD_ARRAY_ITEMS", values=("gift", "VIP"))
    assert add.on(DOCUMENT)["tags"] == ["vip", "gift"]
    (out,) = planned(path="tags", operation="REMOVE_ARRAY_ITEMS", values=("VIP",))
    assert out.on(DOCUMENT)["tags"] == []
    (all_new,) = planned(path="tags", values=("a", "b"))
    assert all_new.on(DOCUMENT)["tags"] == ["a", "b"]


def test_a_reset_takes_the_value_away() -> None:
    (write,) = planned(path="shippingCarrier", operation="RESET_VALUE")
    assert "shippingCarrier" not in write.on(DOCUMENT)


def test_a_date_without_a_timezone_is_one_of_the_organization() -> None:
    import zoneinfo

    settings = ACTION.settings(path="shipByDate", value="2026-07-01T10:00")
    zone = zoneinfo.ZoneInfo("Europe/Berlin")
    (write,) = ACTION.plan(settings, Context(DOCUMENT, NOW, False, "Gifts", zone, ORDER))
    assert write.on(DOCUMENT)["shipByDate"] == "2026-07-01T08:00:00.000Z"
    settings = ACTION.settings(path="shipByDate", value="2026-07-01T08:00:00Z")
    (write,) = ACTION.plan(settings, Context(DOCUMENT, NOW, False, "Gifts", zone, ORDER))
    assert write.summary == "Rule “Gifts”: set ship by to “1 Jul 2026, 10:00:00 CEST”."


def test_a_status_is_given_as_a_move_and_carefully_after_a_rule_that_failed() -> None:
    assert planned(path="status", value="archived") == [
        Move(OrderStatus.ARCHIVED, "archived", "Rule “Gifts”: now “Archived”.")
    ]
    assert planned(DOCUMENT | {"status": "archived"}, path="status", value="archived") == []
    (move,) = planned(path="status", value="readyForFulfillment", careful=True)
    assert isinstance(move, Move)
    assert move.status == "reviewRequired"


def test_what_no_longer_fits_the_order_is_refused() -> None:
    full = DOCUMENT | {"tags": [str(number) for number in range(250)]}
    with pytest.raises(Refusal, match="Tags can have 250 entries at most; this would make 251"):
        planned(full, path="tags", operation="ADD_ARRAY_ITEMS", values=("one more",))


@pytest.mark.parametrize(
    ("settings", "place", "message"),
    [
        ({}, "path", "Choose the field that is to be changed."),
        ({"path": "tagz", "value": "x"}, "path", "“tagz” is not a field of an order; did you mean “tags”?"),
        ({"path": "totalPrice", "value": 1}, "path",
         "Total (totalPrice) cannot be changed by rules; it is as the channel says."),
        ({"path": "lineItems.sku", "value": "x"}, "path",
         "Line items cannot be changed by rules; to take some out use “Cancel or reject line items”."),
        ({"path": "giftNote", "operation": "ADD_ARRAY_ITEMS", "values": ["x"]}, "operation",
         "Gift note is not a list: choose “Set to” or “Empty”."),
        ({"path": "giftNote"}, "value", "Give a value. To take it away, choose “Empty”."),
        ({"path": "tags", "operation": "ADD_ARRAY_ITEMS"}, "values", "Give a value. To take it away, choose “Empty”."),
        ({"path": "tags", "values": ["t"] * 10_000}, "values",
         "Tags can have 250 entries at most; this would make 10,000."),
        ({"path": "giftNote", "value": 5}, "value", "Gift note must be text, not 5."),
        ({"path": "status", "value": "onHold"}, "value",
         "Status cannot be set to “onHold” here: use the action “Hold order”, which says until when."),
        ({"path": "status", "operation": "RESET_VALUE"}, "operation",
         "The status cannot be reset: an order always has one."),
        ({"path": "shipByDate", "value": "soon"}, "value",
         "Ship by must be a date and time with its timezone, such as 2026-12-24T10:00:00Z, not “soon”."),
        ({"path": "customFields", "value": "x"}, "path",
         'Say which custom field by its name, such as customFields["Gift wrap"].'),
    ],
)  # fmt: skip
def test_a_rule_is_not_saved_with_a_change_that_cannot_be(settings: Json, place: str, message: str) -> None:
    assert wrong(**settings) == [(f"actions.0.{place}", message)]


def test_an_operation_that_there_is_not_is_named() -> None:
    ((place, _message),) = wrong(path="tags", operation="APPEND")
    assert place == "actions.0.operation"


def test_it_says_what_it_does() -> None:
    assert words(path="shippingCarrier", value="DHL") == "set shipping carrier to “DHL”"
    assert words(path="tags", operation="ADD_ARRAY_ITEMS", values=("a", "b")) == "add “a”, “b” to tags"
    assert words(path="tags", operation="REMOVE_ARRAY_ITEMS", values=("a",)) == "take “a” out of tags"
    assert words(path="giftNote", operation="RESET_VALUE") == "empty gift note, until the channel fills it again"
    assert words(path="status", value="reviewRequired") == "set status to “Review required”"
    assert words(path="shipByDate", value="2026-12-24T09:00:00Z") == "set ship by to “24 Dec 2026, 09:00:00 UTC”"
    assert words(path="shipByDate", value="2026-12-24") == "set ship by to “2026-12-24”"
    assert words(path="giftNote", value="x" * 90) == f"set gift note to “{'x' * 59}…”"
    assert words() == "change a field that is not chosen yet"


def switched_on(source: Source, *specs: ActionSpec) -> None:
    made = services.create_rule(source.organization, "NEW_ORDER", Definition(name="Gifts", actions=specs), by=ANN)
    services.set_enabled(made, True, by=ANN)


@pytest.mark.django_db
def test_a_rule_changes_orders_and_every_change_is_told_by_path(source: Source) -> None:
    add = {"path": "tags", "operation": "ADD_ARRAY_ITEMS", "values": ["gift"]}
    switched_on(
        source,
        ActionSpec(key="update_property", settings=add),
        ActionSpec(key="update_property", settings={"path": 'customFields["Wrap"]', "value": "red"}),
        ActionSpec(key="update_property", settings={"path": "status", "value": "reviewRequired"}),
    )
    order = make_order(source)
    drain("automations")
    told = Order.across.get(pk=order.pk)
    assert (told.status, told.content["tags"], told.version) == ("reviewRequired", ["vip", "gift"], 4)
    assert told.content["customFields"] == [{"name": "Wrap", "value": "red"}]
    run = Run.across.get()
    assert [step["changes"] for step in run.trace["actions"]] == [
        [{"op": "replace", "path": "/tags", "value": ["vip", "gift"], "old": ["vip"]}],
        [{"op": "replace", "path": "/customFields", "value": [{"name": "Wrap", "value": "red"}], "old": []}],
        [{"op": "replace", "path": "/status", "value": "reviewRequired", "old": "new"}],
    ]
    row = History.across.filter(entity_id=order.pk, version=2).get()
    assert (row.actor_name, row.run_id, row.summary) == ("Gifts", run.pk, "Rule “Gifts”: add “gift” to tags.")


@pytest.mark.django_db
def test_what_a_person_has_pinned_is_left_and_the_trace_says_so(source: Source) -> None:
    add = {"path": "tags", "operation": "ADD_ARRAY_ITEMS", "values": ["gift"]}
    switched_on(source, ActionSpec(key="update_property", settings=add))
    order = make_order(source)
    edits.set_fields(order.pk, {"tags": ["mine"]}, by=Actor("user", "7", "Ana Ruiz"))
    drain("automations")
    assert Order.across.get(pk=order.pk).content["tags"] == ["mine"]
    (step,) = Run.across.get().trace["actions"]
    assert (step["outcome"], step["changes"]) == ("done", [])
    assert step["left"] == [{"path": "/tags", "name": "Ana Ruiz"}]


@pytest.mark.django_db
def test_a_status_that_the_order_cannot_take_undoes_the_whole_rule(source: Source) -> None:
    switched_on(
        source,
        ActionSpec(key="update_property", settings={"path": "giftNote", "value": "x"}),
        ActionSpec(key="update_property", settings={"path": "status", "value": "canceled"}),
        ActionSpec(key="update_property", settings={"path": "status", "value": "draft"}),
    )
    order = make_order(source)
    drain("automations")
    assert "giftNote" not in Order.across.get(pk=order.pk).content
    run = Run.across.get()
    assert (run.status, run.error) == ("refused", "An order that is “Canceled” cannot become “Draft”.")


@pytest.mark.django_db
def test_saving_names_the_place(source: Source) -> None:
    definition = Definition(name="R", actions=(ActionSpec(key="update_property", settings={"path": "orderId"}),))
    with pytest.raises(RuleInvalid, match=r"actions\.0\.path: Order ID"):
        services.create_rule(source.organization, "NEW_ORDER", definition, by=ANN)


@pytest.mark.django_db
def test_a_reset_gives_the_field_to_the_channel_again(source: Source) -> None:
    from tests.factories import ingest

    switched_on(source, ActionSpec(key="update_property", settings={"path": "tags", "operation": "RESET_VALUE"}))
    order = make_order(source)
    drain("automations")
    assert "tags" not in Order.across.get(pk=order.pk).content
    ingest(source, make_record(1001))
    assert Order.across.get(pk=order.pk).content["tags"] == ["vip"]
