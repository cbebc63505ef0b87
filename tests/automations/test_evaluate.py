"""The evaluator on its own: without a database, with code answered by plain functions."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from automations.engine.actions import Action, Context, Refusal
from automations.engine.evaluate import Firing, Outcome, Question, Subject, evaluate
from automations.engine.plan import Move, PlaceHold, Remark, Send, SetFields, Write, without_pinned
from automations.engine.rules import ReadyAction, ReadyRule, ReadyRules, rule_list
from automations.engine.triggers import triggers
from orders.lifecycle.order import OrderStatus
from portal.entities import patch
from portal.filters.codec import decode
from portal.kit.json import Json

NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


class Settings(BaseModel):
    """What the toy action is to do."""

    do: str
    value: str = ""


def plan(settings: Settings, context: Context) -> Sequence[Write]:
    if settings.do == "tag":
        tags = [*context.document.get("tags", []), settings.value]
        return [SetFields(patch.diff(context.document, context.document | {"tags": tags}), "Tagged")]
    if settings.do == "code":
        return [SetFields(patch.diff(context.document, context.document | context.answer), "Computed")]
    if settings.do == "refuse":
        raise Refusal("This cannot be done.")
    if settings.do == "hold":
        return [PlaceHold(NOW + dt.timedelta(minutes=5), OrderStatus.READY_FOR_FULFILLMENT, "Waits", "Held")]
    if settings.do == "send":
        return [Send("email", {"to": "ann@example.com"}, "Sent to Ann")]
    return [Remark("Seen")] if settings.do == "note" else [Move(OrderStatus(settings.value), "moved", "Moved")]


TOY: Action[Settings] = Action("toy", "Toy", frozenset({"order"}), Settings, plan, lambda one: one.do)
CODED = replace(TOY, code=lambda one: one.value)


@dataclass(frozen=True)
class Told:
    """An answer of code."""

    value: object = None
    status: str = "ok"
    error: str | None = None
    line: int | None = None
    console: tuple[str, ...] = ()
    micros: int = 7
    waited_micros: int = 0


def answers(questions: Sequence[Question]) -> list[Told]:
    """Answer “total > 50” and the like without V8."""
    told = []
    for one in questions:
        if one.code == "throw":
            told.append(Told(None, "error", "x is not defined", 3))
        elif one.kind == "action":
            told.append(Told({"orderNote": f"{one.code} {one.document['totalPrice']}"}))
        else:
            told.append(Told(bool(one.document["totalPrice"] > 50)))
    return told


def act(do: str, value: str = "", *, off: bool = False) -> ReadyAction:
    settings = Settings(do=do, value=value)
    return ReadyAction(CODED if do == "code" else TOY, settings, off, value if do == "code" else "")


def rule(number: int, *actions: ReadyAction, items: Sequence[Json] = (), code: str = "", **more: Any) -> ReadyRule:
    tree = None if code else decode({"version": 1, "root": {"match": "all", "items": list(items)}})
    return ReadyRule(number, number, f"rule{number}", 1, f"Rule {number}", frozenset(), tree, code, f"k{number}",
                     tuple(actions), **more)  # fmt: skip


def listed(*rules: ReadyRule, trigger: str = "UPDATED_ORDER") -> ReadyRules:
    return rule_list(0, triggers.get(trigger), rules, dt.UTC)


def order(number: int = 1, **fields: Any) -> Json:
    return {"orderId": str(number), "status": "readyForFulfillment", "totalPrice": 40, "tags": ["vip"]} | fields


def judged(rules: ReadyRules, document: Json, **more: Any) -> Outcome:
    (outcome,) = evaluate(rules, [Subject(1, None, "shop", document, **more)], NOW, answers)
    return outcome


def firings(outcome: Outcome) -> list[tuple[str, str, str]]:
    return [(one.rule.name, one.status, one.error) for one in outcome.firings]


def test_a_later_rule_sees_what_an_earlier_one_has_changed() -> None:
    tagged = {"field": "tags", "operator": "contains_any", "value": ["new tag"]}
    outcome = judged(listed(rule(1, act("tag", "new tag")), rule(2, act("tag", "second"), items=[tagged])), order())
    assert outcome.document["tags"] == ["vip", "new tag", "second"]


def test_an_action_that_is_refused_undoes_its_whole_rule_and_no_other() -> None:
    outcome = judged(listed(rule(1, act("tag", "a")), rule(2, act("tag", "b"), act("refuse"))), order())
    assert outcome.document["tags"] == ["vip", "a"]
    assert firings(outcome) == [("Rule 1", "completed", ""), ("Rule 2", "refused", "This cannot be done.")]
    assert [step["outcome"] for step in outcome.firings[1].trace["actions"]] == ["undone", "refused"]
    assert outcome.firings[1].writes == []


def test_code_of_an_action_that_fails_undoes_the_rule_and_says_its_line() -> None:
    outcome = judged(listed(rule(1, act("tag", "a"), act("code", "throw"))), order())
    assert firings(outcome) == [("Rule 1", "failed", "“Toy” could not be carried out: x is not defined (line 3)")]
    assert outcome.document == order()


def test_what_a_code_action_returns_is_planned_and_its_time_is_told() -> None:
    outcome = judged(listed(rule(1, act("code", "note"))), order())
    assert outcome.document["orderNote"] == "note 40"
    (step,) = outcome.firings[0].trace["actions"]
    assert (step["micros"], step["changes"]) == (7, [{"op": "add", "path": "/orderNote", "value": "note 40"}])


def test_an_action_that_is_switched_off_is_passed_over_and_said() -> None:
    outcome = judged(listed(rule(1, act("tag", "a", off=True), act("tag", "b"))), order())
    assert outcome.document["tags"] == ["vip", "b"]
    assert [step["outcome"] for step in outcome.firings[0].trace["actions"]] == ["off", "done"]


def test_what_a_person_has_set_stays_and_the_trace_says_who() -> None:
    outcome = judged(listed(rule(1, act("tag", "a"), act("note"))), order(), pinned={"/tags": "Ann"})
    assert outcome.document == order()
    first, second = outcome.firings[0].trace["actions"]
    assert (first["changes"], first["left"]) == ([], [{"path": "/tags", "name": "Ann"}])
    assert second["notes"] == ["Seen"]


@pytest.mark.parametrize(
    ("path", "pinned"), [("/shippingAddress", "/shippingAddress/city"), ("/shippingAddress/city", "/shippingAddress")]
)
def test_a_pin_holds_for_what_is_inside_and_around_it(path: str, pinned: str) -> None:
    one = SetFields([{"op": "add", "path": path, "value": "x"}, {"op": "add", "path": "/email", "value": "y"}], "Set")
    kept = without_pinned(one, {pinned: "Ann"})
    assert isinstance(kept, SetFields)
    assert [change["path"] for change in kept.changes] == ["/email"]


def test_a_rule_that_only_watches_changes_and_sends_nothing() -> None:
    outcome = judged(listed(rule(1, act("tag", "a"), act("send"), watch=True)), order())
    assert (outcome.document, outcome.firings[0].writes) == (order(), [])
    assert [step["outcome"] for step in outcome.firings[0].trace["actions"]] == ["watched", "watched"]


def test_a_rule_that_ran_once_is_not_asked_again() -> None:
    rules = listed(rule(1, act("note"), once=True))
    assert (judged(rules, order(), ran=frozenset({1})).firings, len(judged(rules, order()).firings)) == ([], 1)


@pytest.mark.parametrize(
    ("first", "second", "word"),
    [
        ("canceled", "readyForFulfillment", "canceled"),
        ("readyForFulfillment", "canceled", "sent for fulfillment"),
    ],
)
def test_of_two_opposite_moves_the_first_is_done(first: str, second: str, word: str) -> None:
    rules = listed(rule(1, act("move", first)), rule(2, act("note"), act("move", second)))
    outcome = judged(rules, order(status="reviewRequired"))
    assert outcome.document["status"] == first
    assert outcome.firings[1].disagrees == "Rule 1"
    assert f"above has {word} it already" in outcome.firings[1].error


def test_a_rule_that_was_undone_has_decided_nothing() -> None:
    undone = rule(1, act("move", "canceled"), act("refuse"))
    outcome = judged(listed(undone, rule(2, act("move", "readyForFulfillment"))), order(status="reviewRequired"))
    assert [one.status for one in outcome.firings] == ["refused", "completed"]
    assert outcome.document["status"] == "readyForFulfillment"


def test_code_that_has_used_up_the_time_of_a_record_is_not_asked_any_more() -> None:
    rules = listed(*(rule(number, act("code", "note")) for number in (1, 2, 3)))
    (outcome,) = evaluate(rules, [Subject(1, None, "shop", order())], NOW, answers, code_micros=14)
    assert [one.status for one in outcome.firings] == ["completed", "completed", "failed"]
    assert "used 1.4e-05 s of code on this record" in outcome.firings[2].error


def test_new_order_rules_end_where_the_order_leaves_new() -> None:
    rules = listed(rule(1, act("tag", "a")), rule(2, act("hold")), rule(3, act("tag", "c")), trigger="NEW_ORDER")
    outcome = judged(rules, order(status="new"))
    assert (outcome.document["tags"], outcome.document["status"]) == (["vip", "a"], "onHold")


SEVERAL = st.lists(st.sampled_from(["tag", "code", "throw", "refuse", "hold", "cancel", "ready", "note", "send"]),
                   min_size=1, max_size=3)  # fmt: skip


@st.composite
def rules_of(draw: st.DrawFn) -> ReadyRules:
    made = []
    for number in range(draw(st.integers(1, 5))):
        actions = [_drawn(do, number) for do in draw(SEVERAL)]
        kind = draw(st.sampled_from(["all", "dear", "code", "throw"]))
        items = [{"field": "totalPrice", "operator": "gt", "value": 30}] if kind == "dear" else []
        code = {"code": "dear", "throw": "throw"}.get(kind, "")
        more = {"watch": draw(st.booleans()), "once": draw(st.booleans())}
        made.append(rule(number, *actions, items=items, code=code, **more))
    return listed(*made, trigger=draw(st.sampled_from(["NEW_ORDER", "UPDATED_ORDER"])))


def _drawn(do: str, number: int) -> ReadyAction:
    moves = {"cancel": OrderStatus.CANCELED, "ready": OrderStatus.READY_FOR_FULFILLMENT}
    if do in moves:
        return act("move", moves[do].value)
    return act("code", "throw") if do == "throw" else act(do, f"{do} {number}")


SUBJECTS = st.lists(
    st.tuples(
        st.sampled_from(["new", "onHold", "reviewRequired", "readyForFulfillment", "canceled"]),
        st.integers(0, 100),
        st.frozensets(st.integers(0, 4)),
        st.sampled_from([{}, {"/tags": "Ann"}, {"/orderNote": "Ben"}]),
    ),
    max_size=12,
)


def summed_up(outcome: Outcome) -> Any:
    def told(one: Firing) -> Any:
        return (one.rule.rule_id, one.status, one.error, one.writes, one.trace, one.disagrees)

    return outcome.document, [told(one) for one in outcome.firings], [rule.rule_id for rule, _ in outcome.missed]


@given(rules_of(), SUBJECTS)
def test_a_batch_is_the_sum_of_its_records(rules: ReadyRules, drawn: list[Any]) -> None:
    subjects = [
        Subject(number, None, "shop", order(number, status=status, totalPrice=total), {}, pinned, ran)
        for number, (status, total, ran, pinned) in enumerate(drawn)
    ]
    together = evaluate(rules, subjects, NOW, answers)
    alone = [evaluate(rules, [subject], NOW, answers)[0] for subject in subjects]
    assert [summed_up(one) for one in together] == [summed_up(one) for one in alone]


@given(rules_of(), SUBJECTS)
def test_no_evaluation_changes_what_it_was_given(rules: ReadyRules, drawn: list[Any]) -> None:
    for number, (status, total, ran, pinned) in enumerate(drawn):
        document, same = (order(number, status=status, totalPrice=total) for _ in range(2))
        evaluate(rules, [Subject(number, None, "shop", document, {}, pinned, ran)], NOW, answers)
        assert document == same
