"""*Updated order*: what fires it, what does not, and what it sees of the order as it was."""

from typing import Any

import pytest
from django.db import transaction
from django.db.models import Count

from automations import services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.engine import apply
from automations.engine.apply import Asked, run_records
from automations.engine.evaluate import CIRCLES, MOST_AN_HOUR
from automations.models import Rule, RuleOnce, Run
from orders.lifecycle import edits
from orders.lifecycle.holds import release_due
from orders.models import Hold, Order, OrderException, Source
from portal.audit.actor import Actor
from portal.events.dispatch import drain
from portal.events.models import Event, Handoff
from tests.factories import ingest, make_order, make_record

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")


def tree(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    condition = {"field": field, "operator": operator, "value": value}
    return {"version": 1, "root": {"match": "all", "items": [condition]}}


def rule(
    source: Source, name: str, *actions: str, trigger: str = "UPDATED_ORDER", once: bool = False, **filter: Any
) -> Rule:
    specs = tuple(ActionSpec(key=key) for key in actions)
    definition = Definition(name=name, once=once, filter=FilterSpec(**filter), actions=specs)
    made = services.create_rule(source.organization, trigger, definition, by=ANN)
    return services.set_enabled(made, True, by=ANN)


def runs() -> list[tuple[str, str]]:
    return list(Run.across.order_by("pk").values_list("rule_name", "trigger"))


def test_leaving_new_is_told_once_and_what_updated_rules_do_is_not(source: Source) -> None:
    rule(source, "Hold it", "hold", trigger="NEW_ORDER")
    rule(source, "Archive what is held", "archive", kind="simple", tree=tree("status", "equals", "onHold"))
    make_order(source)
    assert (drain("automations"), drain("automations")) == (2, 0)
    assert runs() == [("Hold it", "NEW_ORDER"), ("Archive what is held", "UPDATED_ORDER")]
    assert Order.across.get().status == "archived"
    assert list(Event.across.order_by("pk").values_list("name", flat=True)) == ["order.created", "order.updated"]


def test_a_new_order_that_its_store_changes_is_not_an_updated_order(source: Source) -> None:
    rule(source, "Any update", "archive")
    make_order(source)
    ingest(source, make_record(totalPrice="50.00"))
    drain("automations")
    assert runs() == []


def test_what_an_order_was_is_seen_by_conditions_and_by_code(source: Source) -> None:
    dearer = "return related.before.totalPrice < entity.totalPrice"
    rule(source, "Dearer", "hold", kind="code", code=dearer)
    rule(source, "Total changed", "archive", kind="simple", tree=tree("totalPrice", "changed"))
    order = make_order(source)
    edits.move(order.pk, "ready", by=ANN)
    drain("automations")
    assert runs() == []
    ingest(source, make_record(totalPrice="50.00"))
    drain("automations")
    assert runs() == [("Dearer", "UPDATED_ORDER"), ("Total changed", "UPDATED_ORDER")]


def test_what_changed_several_times_is_judged_once_against_what_it_was_before_all_of_them(source: Source) -> None:
    rule(source, "From 48.20", "archive", kind="code", code="return related.before.totalPrice === 48.2")
    order = make_order(source)
    edits.move(order.pk, "ready", by=ANN)
    drain("automations")
    Run.across.all().delete()
    Order.across.update(status="readyForFulfillment")
    ingest(source, make_record(totalPrice="50.00"))
    ingest(source, make_record(totalPrice="60.00"))
    assert Handoff.across.filter(consumer="automations").count() == 2
    assert drain("automations") == 1
    assert (Handoff.across.filter(consumer="automations").count(), Run.across.count()) == (0, 1)


def test_a_rule_that_runs_once_does_its_work_once_for_an_order(source: Source) -> None:
    made = rule(source, "Once", "archive", once=True)
    order = make_order(source)
    edits.move(order.pk, "ready", by=ANN)
    drain("automations")
    edits.move(order.pk, "review", by=ANN)
    drain("automations")
    assert runs() == [("Once", "UPDATED_ORDER")]
    assert Order.across.get().status == "reviewRequired"
    assert RuleOnce.across.get().rule == made


def test_a_new_order_rule_cannot_be_limited_to_once(source: Source) -> None:
    with pytest.raises(services.RuleInvalid, match="cannot be limited to once"):
        rule(source, "Once", "archive", trigger="NEW_ORDER", once=True)


def test_of_two_rules_that_want_opposite_things_the_first_acts_and_people_are_told(source: Source) -> None:
    rule(source, "Ship", "send_for_fulfillment")
    rule(source, "Stop", "cancel")
    order = make_order(source)
    edits.move(order.pk, "review", by=ANN)
    drain("automations")
    assert Order.across.get().status == "readyForFulfillment"
    second = Run.across.get(rule_name="Stop")
    assert second.status == "refused"
    assert "“Ship” above has sent for fulfillment it already" in second.error
    told = OrderException.across.get()
    assert (told.type, told.entity_id) == ("rules_disagree", order.pk)
    assert told.title == "The rules “Ship” and “Stop” ask for opposite things for #1001"


def test_an_order_that_changes_while_rules_think_is_judged_again(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule(source, "Cheap", "archive", kind="simple", tree=tree("totalPrice", "lt", 100))
    order = make_order(source)
    Order.across.update(status="readyForFulfillment")
    seen: list[str] = []

    def somebody_is_quicker(name: str) -> None:
        if name == "rules.evaluated" and not seen:
            seen.append(name)
            ingest(source, make_record(totalPrice="500.00"))

    monkeypatch.setattr(apply, "failpoint", somebody_is_quicker)
    with transaction.atomic():
        judged = run_records("UPDATED_ORDER", source.organization, [Asked(order.pk, None, 1)])
    assert seen == ["rules.evaluated"]
    assert (judged, Run.across.count()) == ({order.pk: 2}, 0)
    assert Order.across.get().status == "readyForFulfillment"


def test_the_run_keeps_what_it_was_judged_on(source: Source) -> None:
    code = "return related.integration.name === 'Tea shop' && related.before.totalPrice === 48.2"
    rule(source, "Look around", "archive", kind="code", code=code)
    order = make_order(source)
    Order.across.update(status="readyForFulfillment")
    ingest(source, make_record(totalPrice="50.00"))
    drain("automations")
    run = Run.across.get()
    assert (run.entity_version, run.input["before"], run.input["source"]) == (2, 1, source.public_id)
    assert run.input["related"] == {"integration": {"integrationId": source.public_id, "name": source.name}}
    assert run.judged_at is not None
    assert run.judged_at.microsecond % 1000 == 0
    assert order.pk == run.entity_id


def test_the_end_of_its_own_hold_does_not_make_a_rule_hold_again(source: Source) -> None:
    rule(source, "Hold what changes", "hold")
    ready = tree("status", "equals", "readyForFulfillment")
    rule(source, "Keep what is released", "archive", kind="simple", tree=ready)
    order = make_order(source)
    edits.move(order.pk, "review", by=ANN)
    drain("automations")
    Hold.across.update(due_at=order.created_at)
    assert release_due() == 1
    drain("automations")
    assert Order.across.get().status == "archived"
    assert runs() == [("Hold what changes", "UPDATED_ORDER"), ("Keep what is released", "UPDATED_ORDER")]


def test_a_rule_that_goes_in_circles_is_stopped_and_people_are_told(source: Source) -> None:
    made = rule(source, "Hold what changes", "hold")
    order = make_order(source)
    for _ in range(MOST_AN_HOUR + 1):
        Order.across.update(status="readyForFulfillment", hold_until=None)
        order.refresh_from_db()
        edits.move(order.pk, "review", by=ANN)
        drain("automations")
    assert list(Run.across.values_list("status").annotate(times=Count("pk")).order_by("status")) == [
        ("completed", MOST_AN_HOUR),
        ("refused", 1),
    ]
    told = OrderException.across.get()
    assert (told.type, told.message) == ("rule_failed", CIRCLES)
    assert made.name in told.title
