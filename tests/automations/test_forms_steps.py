"""One press of a button in the editor: what becomes of the actions, and what is said of it."""

import datetime as dt

import pytest

from automations import forms
from automations.definition import MAX_ACTIONS, ActionSpec
from automations.forms.drafts import ActionDraft, RuleDraft, action_draft
from automations.inputs.kind import Where
from orders.documents.catalogue import ORDER

WHERE = Where(ORDER, dt.UTC)


def rule(*keys: str) -> RuleDraft:
    specs = [ActionSpec(key=key) for key in keys]
    return RuleDraft("A rule", actions=tuple(action_draft(one, WHERE, id=str(at)) for at, one in enumerate(specs)))


def press(draft: RuleDraft, do: str) -> forms.Step:
    return forms.step(draft, do, WHERE)


def keys(step: forms.Step) -> list[str]:
    return [row.key for row in step.draft.actions]


def test_an_action_is_added_at_the_end_with_its_defaults_and_an_id_of_its_own() -> None:
    step = press(rule("hold", "add_note"), "action:add:send_for_fulfillment")
    assert keys(step) == ["hold", "add_note", "send_for_fulfillment"]
    assert (step.said, step.at, step.part) == ("", 2, "input")
    assert [row.id for row in step.draft.actions] == ["0", "1", "2"]
    assert press(rule(), "action:add:hold").draft.actions[0].values["minutes"] == ("10",)


def test_an_action_added_behind_one_that_ends_the_rule_goes_before_it() -> None:
    step = press(rule("hold", "cancel"), "action:add:add_note")
    assert keys(step) == ["hold", "add_note", "cancel"]
    assert step.said == "“Add note” was put before “Cancel order”, which stays last."
    assert step.at == 1


def test_only_one_action_ends_a_rule() -> None:
    step = press(rule("hold", "cancel"), "action:add:archive")
    assert keys(step) == ["hold", "cancel"]
    assert step.said == "“Cancel order” ends this rule already; only one action can. Remove it first."
    assert keys(press(rule("cancel"), "action:duplicate:0")) == ["cancel"]


@pytest.mark.parametrize("do", ["action:up:1", "action:down:0"])
def test_what_ends_a_rule_cannot_be_moved_up(do: str) -> None:
    step = press(rule("hold", "cancel"), do)
    assert keys(step) == ["hold", "cancel"]
    assert step.said == "“Cancel order” stays last: nothing can come after it."


def test_dragged_behind_the_end_an_action_comes_before_it() -> None:
    step = press(rule("cancel", "hold"), "action:order")
    assert keys(step) == ["hold", "cancel"]
    assert step.said == "“Cancel order” stays last: nothing can come after it."


def test_actions_change_places_and_the_person_goes_along() -> None:
    step = press(rule("hold", "add_note", "send_for_fulfillment"), "action:down:0")
    assert keys(step) == ["add_note", "hold", "send_for_fulfillment"]
    assert (step.at, step.part) == (1, "handle")
    assert keys(press(rule("hold", "add_note"), "action:up:0")) == ["hold", "add_note"]


def test_an_action_is_doubled_with_all_that_was_typed() -> None:
    typed = ActionDraft("hold", {"minutes": ("soon",)}, off=True, note="why", id="4")
    step = press(RuleDraft(actions=(typed, *rule("add_note").actions)), "action:duplicate:0")
    assert keys(step) == ["hold", "hold", "add_note"]
    copy = step.draft.actions[1]
    assert (copy.values, copy.off, copy.note, copy.id) == ({"minutes": ("soon",)}, True, "why", "5")


def test_an_action_is_switched_off_and_on_again_and_keeps_its_settings() -> None:
    off = press(rule("hold"), "action:off:0")
    assert off.draft.actions[0].off is True
    assert off.draft.actions[0].values["minutes"] == ("10",)
    assert press(off.draft, "action:on:0").draft.actions[0].off is False


def test_removing_leads_to_what_is_left() -> None:
    step = press(rule("hold", "add_note"), "action:remove:1")
    assert (keys(step), step.at) == (["hold"], 0)
    assert press(rule("hold"), "action:remove:0").at is None


def test_rows_of_an_input_come_and_go() -> None:
    bare = RuleDraft(actions=(ActionDraft("hold", {"hours": ("",)}),))
    step = press(bare, "action:row-add:0:hours")
    assert step.draft.actions[0].values["hours.0.start"] == ("09:00",)
    assert (step.at, step.part) == (0, "hours")
    gone = press(step.draft, "action:row-remove:0:hours:0")
    assert gone.draft.actions[0].values == {"hours": ("",)}


def test_a_rule_has_room_for_so_many_actions_and_says_so() -> None:
    step = press(rule(*["add_note"] * MAX_ACTIONS), "action:add:hold")
    assert len(step.draft.actions) == MAX_ACTIONS
    assert step.said == "A rule has at most 20 actions."


@pytest.mark.parametrize(
    "do",
    [
        "action:explode:0",
        "action:up:9",
        "action:up:-1",
        "action:add:nothing",
        "explode:1",
        "action:row-add:0:minutes",
        "action:row-add:0:nothing",
        "action:row-remove:0:hours:99999",
        "action:row-add",
    ],
)
def test_an_edit_that_there_is_not_is_refused(do: str) -> None:
    with pytest.raises(forms.UnknownStep):
        press(rule("hold"), do)


def test_only_what_serves_the_record_is_offered() -> None:
    orders, exceptions = ({one.key for one in forms.choices(entity)} for entity in ("order", "exception"))
    assert {"hold", "cancel", "update_property"} <= orders
    assert "set_exception_status" not in orders
    assert "set_exception_status" in exceptions
    assert "hold" not in exceptions
