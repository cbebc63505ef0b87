"""Orders on conditional hold: looked at when they change and every fifteen minutes, by the rule as it is now."""

import datetime as dt
from typing import Any

import pytest
from django.db.models import F

from automations import guard, services
from automations.actions.conditional_hold import KEY
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.engine.code import answerer as code_answerer
from automations.models import CodeTime, Rule, Run
from automations.waiting import conditions
from automations.waiting import look as looking
from automations.waiting.listen import close_over, look_at_all
from orders.lifecycle import edits, holds
from orders.lifecycle.order import OrderStatus
from orders.models import Hold, Order, OrderException, Source
from portal.audit.models import History
from portal.events.dispatch import drain
from portal.events.models import Handoff
from portal.kit.clock import now
from portal.kit.invariants import broken
from portal.kit.jobs import bells, watchers
from tests.automations.waiting import (
    ANN,
    LATER,
    PAID,
    change,
    code,
    definition,
    edit,
    held,
    let_time_pass,
    settle_down,
    simple,
    wait_for,
)
from tests.factories import make_order, make_orders

pytestmark = pytest.mark.django_db


# ---- the way of an order


def test_an_order_waits_until_its_condition_is_met_and_goes_where_the_rule_says(source: Source) -> None:
    rule = wait_for(source, PAID)
    order = held(source)
    hold = Hold.across.get()
    assert (order.status, hold.kind, hold.next_status) == ("onHold", "conditional", "reviewRequired")
    assert hold.checked_at is not None
    assert Run.across.get().status == "waiting"
    change(source, tags=["vip", "paid"])
    order.refresh_from_db()
    hold.refresh_from_db()
    assert (order.status, order.hold_until) == ("readyForFulfillment", None)
    assert (hold.outcome, hold.ended_by, hold.next_status) == ("condition", rule.name, "readyForFulfillment")
    released = History.across.get(verb="released")
    assert released.summary == ("The condition of “Wait for payment” is met; the order is now “Ready for fulfillment”.")
    assert (released.actor_kind, released.actor_id, released.run_id) == ("rule", f"{rule.public_id}:1", hold.run_id)
    assert broken() == []


def test_the_run_waits_with_the_hold_and_tells_of_its_end(source: Source) -> None:
    wait_for(source, PAID)
    held(source)
    waiting = Run.across.get()
    change(source, tags=["paid"])
    run = Run.across.get()
    assert (run.status, run.updated_at > waiting.updated_at) == ("completed", True)
    told = run.trace["released"]
    assert (told["why"], told["outcome"], told["by"], told["version"]) == (
        "Its condition was met.", "condition", "Wait for payment", 1,
    )  # fmt: skip
    assert told["condition"]["why"]["items"][0]["seen"] == ["paid"]
    assert dt.datetime.fromisoformat(told["at"]) <= now()
    assert run.trace["actions"] == waiting.trace["actions"]


def test_what_holds_already_when_the_order_comes_in_ends_the_hold_at_the_first_look(source: Source) -> None:
    wait_for(source, PAID, next_status="reviewRequired")
    assert held(source, tags=["paid"]).status == "reviewRequired"
    assert Hold.across.get().outcome == "condition"


def test_the_fail_safe_releases_to_the_status_that_was_frozen(source: Source) -> None:
    rule = wait_for(source, PAID, fallback_status="reviewRequired", release_after=1)
    order = held(source)
    edit(rule, definition(PAID, fallback_status="readyForFulfillment", release_after=500))
    assert Hold.across.get().due_at - order.created_at <= dt.timedelta(hours=1)
    Hold.across.update(due_at=now() - dt.timedelta(minutes=1))
    assert holds.release_all_due() == 1
    settle_down()
    order.refresh_from_db()
    assert (order.status, Hold.across.get().outcome) == ("reviewRequired", "fail_safe")
    assert History.across.get(verb="released").summary == (
        "The condition was not met in time: the hold ended by its fail-safe; the order is now “Review required”."
    )
    run = Run.across.get()
    assert (run.status, run.trace["released"]["outcome"]) == ("completed", "fail_safe")
    assert run.trace["released"]["why"] == "Its condition was not met in time: the fail-safe released it."


def test_a_person_or_a_cancellation_ends_the_run_too(source: Source) -> None:
    wait_for(source, PAID)
    first, second = held(source, 1), held(source, 2)
    holds.release(first.pk, by=ANN)
    edits.move(second.pk, "cancel", by=ANN)
    settle_down()
    told = {run.entity_id: (run.status, run.trace["released"]["why"]) for run in Run.across.all()}
    assert told == {
        first.pk: ("completed", "A person released it."),
        second.pk: ("completed", "The order went on otherwise."),
    }


# ---- the current rule


def test_an_edit_of_the_condition_counts_for_orders_that_wait_already(source: Source) -> None:
    rule = wait_for(source, PAID)
    order = held(source)
    edit(rule, definition(simple("tags", "contains_any", ["vip"]), next_status="reviewRequired"))
    assert look_at_all() == 0
    let_time_pass()
    assert look_at_all() == 1
    order.refresh_from_db()
    assert order.status == "reviewRequired"
    assert (Run.across.get().status, Run.across.get().trace["released"]["version"]) == ("completed", 2)


def test_the_first_conditional_hold_that_is_on_counts(source: Source) -> None:
    rule = wait_for(source, PAID)
    order = held(source)
    off = ActionSpec(key=KEY, settings={"condition": simple("tags", "contains_any", ["vip"])}, off=True)
    stored = Definition(name="Two", actions=(off, definition(PAID).actions[0])).model_dump(mode="json")
    current = Rule.across.select_related("current").get(pk=rule.pk).current
    assert current is not None
    current.pk, current.number, current.definition = None, 2, stored
    current.save()
    Rule.across.filter(pk=rule.pk).update(current=current)
    let_time_pass()
    assert look_at_all() == 0
    change(source, tags=["paid"])
    order.refresh_from_db()
    assert order.status == "readyForFulfillment"


@pytest.mark.parametrize("how", ["deleted", "off", "without"])
def test_without_its_rule_an_order_waits_for_its_fail_safe(source: Source, how: str) -> None:
    rule = wait_for(source, PAID)
    order = held(source)
    if how == "deleted":
        services.delete_rule(Rule.across.get(pk=rule.pk), by=ANN)
    elif how == "off":
        services.set_enabled(Rule.across.get(pk=rule.pk), False, by=ANN)
    else:
        edit(rule, Definition(name="Now cancels", actions=(ActionSpec(key="cancel"),)))
    change(source, tags=["paid"])
    let_time_pass()
    assert look_at_all() == 0
    order.refresh_from_db()
    assert order.status == "onHold"
    Hold.across.update(due_at=now() - dt.timedelta(minutes=1))
    holds.release_all_due()
    order.refresh_from_db()
    assert order.status == "reviewRequired"


# ---- code


def test_code_decides_and_sees_what_hangs_on_the_order(source: Source) -> None:
    wait_for(source, code("return entity.tags.includes('paid') && related.integration.name === 'Tea shop'"))
    order = held(source)
    assert order.status == "onHold"
    change(source, tags=["paid"])
    order.refresh_from_db()
    assert order.status == "readyForFulfillment"
    assert Run.across.get().trace["released"]["condition"]["kind"] == "code"


def test_a_condition_whose_code_fails_is_told_once_a_rule_and_the_orders_stay(source: Source) -> None:
    rule = wait_for(source, code("const x = entity.nothing;\nreturn x.length > 1"))
    for number in (1, 2, 3):
        held(source, number)
    assert set(Order.across.values_list("status", flat=True)) == {"onHold"}
    found = OrderException.across.get()
    assert (found.type, found.entity_type, found.cause_key) == ("rule_failed", "rule", f"{rule.public_id}:condition")
    assert "line 2" in found.message
    close_over()
    found.refresh_from_db()
    assert found.state == "active"
    edit(rule, definition(code("return entity.tags.includes('paid')")))
    let_time_pass()
    OrderException.across.update(last_seen_at=F("last_seen_at") - LATER)
    look_at_all()
    close_over()
    found.refresh_from_db()
    assert (found.state, Hold.across.filter(ended_at=None).count()) == ("resolved", 3)


def test_one_order_that_the_code_fails_on_keeps_no_other(source: Source) -> None:
    wait_for(source, code("return entity.extOrderId === '#2' ? true : entity.nothing.length > 1"))
    for number in (1, 2):
        held(source, number)
    told = dict(Order.across.values_list("ext_order_id", "status"))
    assert told == {"#1": "onHold", "#2": "readyForFulfillment"}


def test_a_condition_that_cannot_be_read_any_more_is_told(source: Source) -> None:
    rule = wait_for(source, PAID)
    held(source)
    stored = definition(simple("noSuchField", "equals", "x")).model_dump(mode="json")
    current = Rule.across.select_related("current").get(pk=rule.pk).current
    assert current is not None
    current.pk, current.number, current.definition = None, 2, stored
    current.save()
    Rule.across.filter(pk=rule.pk).update(current=current)
    let_time_pass()
    assert look_at_all() == 0
    assert OrderException.across.get().message == "Its condition cannot be read any more."


def test_after_a_failed_rule_a_met_condition_leads_to_review(source: Source) -> None:
    wait_for(source, PAID)
    failing = Definition(
        name="Broken", filter=FilterSpec(kind="code", code="return entity.nothing.length > 1"),
        actions=(ActionSpec(key="cancel"),),
    )  # fmt: skip
    made = services.set_enabled(services.create_rule(source.organization, "NEW_ORDER", failing, by=ANN), True, by=ANN)
    services.move(made, 1, by=ANN)
    order = held(source)
    change(source, tags=["paid"])
    order.refresh_from_db()
    assert (order.status, Hold.across.get().outcome) == ("reviewRequired", "condition")


# ---- several holds


def test_an_order_with_another_hold_leaves_when_both_have_ended(source: Source) -> None:
    wait_for(source, PAID, release_after=100)
    order = held(source)
    until = now() + dt.timedelta(hours=1)
    edits.hold(order.pk, until=until, next_status=OrderStatus.REVIEW_REQUIRED, reason="Call them", by=ANN)
    change(source, tags=["paid"])
    order.refresh_from_db()
    assert (order.status, order.hold_until) == ("onHold", until)
    assert History.across.get(verb="hold ended").summary == (
        "The condition of “Wait for payment” is met; another hold keeps the order."
    )
    assert Run.across.get().status == "completed"
    assert broken() == []
    Hold.across.filter(ended_at=None).update(due_at=now() - dt.timedelta(minutes=1))
    Order.across.update(hold_until=F("hold_until") - dt.timedelta(hours=1, minutes=1))
    holds.release_all_due()
    order.refresh_from_db()
    assert order.status == "reviewRequired"


# ---- when it is looked at


def test_the_watch_looks_at_those_whose_last_look_is_old(source: Source) -> None:
    wait_for(source, PAID)
    order = held(source)
    Order.across.update(content=order.content | {"tags": ["paid"]})  # as a rule's write: nobody is told
    assert look_at_all() == 0
    let_time_pass()
    assert (look_at_all(), look_at_all()) == (1, 0)
    order.refresh_from_db()
    assert order.status == "readyForFulfillment"


def test_a_hold_that_was_never_looked_at_is_looked_at_next(source: Source) -> None:
    wait_for(source, PAID)
    make_order(source, tags=["paid"])
    drain("automations")
    assert Hold.across.get().checked_at is None
    assert look_at_all() == 1


def test_a_batch_asks_v8_once_for_each_rule(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    wait_for(source, code("return entity.tags.includes('paid')"))
    make_orders(source, range(1, 31))
    drain("automations")
    asked: list[int] = []
    real = code_answerer

    def counting(moment: dt.datetime) -> Any:
        answer = real(moment)

        def noted(questions: Any) -> Any:
            asked.append(len(questions))
            return answer(questions)

        return noted

    monkeypatch.setattr(conditions, "answerer", counting)
    look_at_all()
    assert asked == [30]


def test_orders_that_cannot_be_looked_at_stand_in_nobodys_way(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    wait_for(source, PAID)
    good, bad = (make_order(source, number, tags=["paid"]) for number in (1, 2))
    drain("automations")
    real = holds.end_met

    def failing(met: Any, orders: Any) -> int:
        if bad.pk in orders:
            raise RuntimeError("no")
        return real(met, orders)

    monkeypatch.setattr(looking, "end_met", failing)
    assert look_at_all() == 1
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.status, bad.status) == ("readyForFulfillment", "onHold")


def test_the_watch_rings_where_a_look_is_due_and_settles_what_nobody_was_told_of(
    source: Source, django_capture_on_commit_callbacks: Any
) -> None:
    wait_for(source, PAID, release_after=1)
    order = held(source)
    edits.hold(order.pk, until=now() + LATER, next_status=OrderStatus.REVIEW_REQUIRED, reason="Call", by=ANN)
    settle_down()
    Hold.across.filter(kind="conditional").update(due_at=now() - dt.timedelta(minutes=1))
    holds.release_all_due()
    settle_down()
    assert (Order.across.get().status, Run.across.get().status) == ("onHold", "waiting")
    with django_capture_on_commit_callbacks() as rung:
        watchers.get("waiting orders").job()
    assert (Run.across.get().status, rung) == ("completed", [])
    make_order(source, 1002)
    drain("automations")
    with django_capture_on_commit_callbacks() as rung:
        watchers.get("waiting orders").job()
    assert [one.args for one in rung] == [("waiting orders",)]
    bells.get("waiting orders")()
    assert not Hold.across.filter(kind="conditional", ended_at=None, checked_at=None).exists()


def test_code_that_has_used_up_its_time_is_looked_at_later(source: Source, settings: Any) -> None:
    settings.SCRIPT_BUDGET = settings.SCRIPT_BUDGET | {"organization_seconds": 0}
    wait_for(source, code("return entity.tags.includes('paid')"))
    make_order(source, tags=["paid"])
    drain("automations")
    guard.spend(source.organization_id, 1, now())
    assert (drain("waiting"), look_at_all()) == (0, 0)
    assert Handoff.across.get(consumer="waiting").attempts == 0
    CodeTime.across.all().delete()
    assert look_at_all() == 1


def test_nobody_is_told_of_updates_where_no_order_waits(source: Source) -> None:
    order = make_order(source)
    edits.move(order.pk, "review", by=ANN)
    assert not Handoff.across.filter(consumer="waiting").exists()
