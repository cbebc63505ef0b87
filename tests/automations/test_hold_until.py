"""Conditional hold: what is placed, what is refused on save, and the words."""

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from automations.actions.conditional_hold import ConditionalHoldSettings, check
from automations.engine.actions import Context, actions
from automations.engine.plan import PlaceHold
from automations.engine.triggers import triggers
from orders.lifecycle.order import OrderStatus
from portal.kit.json import Json

NOW = dt.datetime(2026, 1, 5, 10, 0, tzinfo=dt.UTC)
ORDER: Json = {
    "status": "new",
    "createdAt": "2026-01-05T10:00:00.000Z",
    "extOrderCreatedAt": "2026-01-05T09:30:00.000Z",
}
OFFICE: Json = {"days": ["monday"], "start": "09:00", "end": "17:00"}


def tree(*items: Json, match: str = "all") -> Json:
    return {"kind": "simple", "tree": {"version": 1, "root": {"match": match, "items": list(items)}}, "code": ""}


PAID = tree({"field": "tags", "operator": "contains_any", "value": ["paid"]})


def code(text: str) -> Json:
    return {"kind": "code", "code": text}


def planned(*, careful: bool = False, **settings: Any) -> PlaceHold:
    action = actions.get("conditional_hold")
    (hold,) = action.plan(ConditionalHoldSettings(condition=PAID, **settings), Context(ORDER, NOW, careful, "Paid"))
    assert isinstance(hold, PlaceHold)
    return hold


def test_the_hold_carries_its_fail_safe_and_where_it_leads_to() -> None:
    hold = planned(release_after=48, anchor="extOrderCreatedAt")
    assert (hold.kind, hold.due_at, hold.next_status) == (
        "conditional", dt.datetime(2026, 1, 7, 9, 30, tzinfo=dt.UTC), OrderStatus.REVIEW_REQUIRED,
    )  # fmt: skip
    assert hold.summary == (
        "Put on hold by “Paid” until its condition is met; if it is not met in time, then “Review required”."
    )


def test_the_fail_safe_can_keep_to_business_hours() -> None:
    hold = planned(release_after=48, business_hours=True, hours=[OFFICE])
    assert hold.due_at == dt.datetime(2026, 1, 12, 9, 0, tzinfo=dt.UTC)


def test_after_a_failed_rule_the_fail_safe_leads_to_review() -> None:
    assert planned(fallback_status="readyForFulfillment").next_status == "readyForFulfillment"
    assert planned(fallback_status="readyForFulfillment", careful=True).next_status == "reviewRequired"


def test_it_is_terminal_and_serves_orders() -> None:
    action = actions.get("conditional_hold")
    assert (action.terminal, action.reversible, action.entities) == (True, True, frozenset({"order"}))


@pytest.mark.parametrize(
    "settings", [{"release_after": 0}, {"release_after": 366 * 24 + 1}, {"fallback_status": "canceled"}]
)
def test_a_hold_that_could_last_for_ever_or_lead_nowhere_is_refused(settings: Json) -> None:
    with pytest.raises(ValidationError):
        ConditionalHoldSettings.model_validate({"condition": PAID} | settings)


def found(condition: Json, *, trigger: str = "NEW_ORDER", **settings: Any) -> list[tuple[str, str]]:
    made = ConditionalHoldSettings.model_validate({"condition": condition} | settings)
    return list(check(made, triggers.get(trigger), None))


def test_a_condition_that_asks_nothing_is_refused() -> None:
    says = "Say what the order waits for: without a condition it would go on at once."
    off = {"field": "tags", "operator": "is_empty", "value": None, "off": True}
    for empty in (tree(), tree(off), tree({"match": "any", "items": [off]})):
        assert ("condition", says) in found(empty)


def test_a_condition_must_fit_the_order_as_it_stands() -> None:
    changed = tree({"field": "status", "operator": "changed", "value": None})
    for trigger in ("NEW_ORDER", "UPDATED_ORDER"):
        (fault,) = found(changed, trigger=trigger)
        assert fault[0] == "condition.filter.0"
    assert found(tree({"field": "noSuchField", "operator": "equals", "value": "x"})) == [
        ("condition.filter.0", "There is no such field. Choose a field from the list.")
    ]


def test_code_must_be_there_and_be_readable() -> None:
    says = "Write the code of the condition, or choose the simple one."
    assert found(code("  \n")) == [("condition.code", says)]
    ((place, message),) = found(code("return (;"))
    assert place == "condition.code"
    assert message.startswith("Line 1: ")
    assert found(code("return entity.tags.includes('paid')")) == []


def test_what_works_is_not_refused_and_hours_are_checked_too() -> None:
    assert found(PAID, business_hours=True, hours=[OFFICE]) == []
    assert [place for place, _ in found(PAID, business_hours=True, hours=[], zone="Mars")] == ["zone", "hours"]


def test_the_words_say_what_ends_it_and_what_if_not() -> None:
    words = actions.get("conditional_hold").words
    assert words(ConditionalHoldSettings(condition=PAID, release_after=1)) == (
        "hold until any tag is “paid”, then ready for fulfillment; "
        "1 hour after it was ingested at the latest, then review required"
    )
    by_code = ConditionalHoldSettings.model_validate(
        {"condition": code("return true"), "business_hours": True, "hours": [OFFICE], "zone": "Europe/Berlin"}
    )
    assert words(by_code) == (
        "hold until its code says so, then ready for fulfillment; 72 hours after it was ingested and on to the next "
        "business hours (Monday 09:00–17:00, Europe/Berlin) at the latest, then review required"
    )


def test_every_input_is_a_setting() -> None:
    for key in ("hold", "conditional_hold"):
        action = actions.get(key)
        assert {one.name for one in action.inputs} == set(action.settings.model_fields)
