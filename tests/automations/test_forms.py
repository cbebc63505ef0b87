"""The editor's form: read, written and understood without a word being lost."""

import datetime as dt
import itertools
from typing import Any

import pytest
from django.http import QueryDict

from automations import forms
from automations.definition import ActionSpec, Definition
from automations.engine.actions import Action, Input, actions
from automations.engine.triggers import triggers
from automations.forms.drafts import action_draft
from automations.inputs.kind import Where
from orders.documents.catalogue import ORDER

NEW, UPDATED = triggers.get("NEW_ORDER"), triggers.get("UPDATED_ORDER")
WHERE = Where(ORDER, dt.UTC)


def posted(**fields: str | list[str]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in fields.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def fields(*rows: dict[str, Any], order: str = "") -> QueryDict:
    made: dict[str, str | list[str]] = {"name": "A rule"}
    for index, row in enumerate(rows):
        made |= {f"a.{index}.{name}": value for name, value in row.items()}
    return posted(**made, **({"a.order": order.split()} if order else {}))


def read(*rows: dict[str, Any], order: str = "") -> forms.RuleDraft:
    return forms.read(fields(*rows, order=order))


def test_actions_stand_in_the_order_of_the_page() -> None:
    rows = [{"key": "hold"}, {"key": "add_note"}, {"key": "cancel"}]
    assert [row.key for row in read(*rows, order="2 0 1").actions] == ["cancel", "hold", "add_note"]
    assert [row.key for row in read(*rows, order="1").actions] == ["add_note", "hold", "cancel"]
    assert [row.key for row in read(*rows, order="7 x 1 1").actions] == ["add_note", "hold", "cancel"]


def test_a_note_and_what_is_switched_off_are_stored() -> None:
    draft = read({"key": "cancel", "own.off": "1", "own.note": " for Ann "})
    made, faults = forms.definition(draft, NEW, dt.UTC)
    assert faults == []
    assert made is not None
    assert made.actions == (ActionSpec(key="cancel", off=True, note="for Ann"),)


def test_once_counts_where_a_trigger_comes_again() -> None:
    data = posted(name="A rule", once="on")
    once = [forms.definition(forms.read(data), trigger, dt.UTC)[0] for trigger in (NEW, UPDATED)]
    assert [one.once for one in once if one] == [False, True]


@pytest.mark.parametrize("key", [one.key for one in actions.all()])
def test_a_stored_action_comes_back_from_its_form_as_it_was(key: str) -> None:
    action = actions.get(key)
    if any(field.is_required() for field in action.settings.model_fields.values()):
        settings: dict[str, Any] = {}
    else:
        settings = action.settings().model_dump(mode="json")
    draft = action_draft(ActionSpec(key=key, settings=settings), WHERE, id="0")
    read_back = forms.meaning.settings_of(draft, WHERE)
    if settings:
        assert action.settings.model_validate(read_back) == action.settings.model_validate(settings)


def test_settings_that_no_input_shows_come_back_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    hold = actions.get("hold")
    bare: Action[Any] = Action(
        "bare", "Bare", hold.entities, hold.settings, hold.plan, hold.words, inputs=(Input("minutes", "Minutes"),)
    )
    monkeypatch.setitem(actions._entries, "bare", bare)
    stored = ActionSpec(key="bare", settings={"minutes": 5, "next_status": "reviewRequired"})
    draft = action_draft(stored, WHERE, id="0")
    assert forms.meaning.settings_of(draft, WHERE)["next_status"] == "reviewRequired"


def test_an_action_that_is_gone_keeps_its_settings_and_is_named() -> None:
    stored = ActionSpec(key="teleport", settings={"to": "Mars"})
    draft = forms.RuleDraft("A rule", actions=(action_draft(stored, WHERE, id="0"),))
    assert forms.meaning.settings_of(draft.actions[0], WHERE) == {"to": "Mars"}
    made, faults = forms.definition(draft, NEW, dt.UTC)
    assert made is None
    assert [(one.place, one.message) for one in faults] == [
        ("actions.0", "There is no such action any more. Remove it.")
    ]


def test_kept_settings_of_somebody_elses_form_are_no_way_in() -> None:
    for kept in ("[1]", "nonsense", '{"evil": 1}'):
        draft = read({"key": "hold", "own.kept": kept, "minutes": "5"})
        assert "evil" not in forms.meaning.settings_of(draft.actions[0], WHERE)


def test_each_fault_stands_at_its_input() -> None:
    draft = read({"key": "hold", "minutes": "soon", "anchor": "then", "batches": "25:00"}, {"key": "add_note"})
    made, faults = forms.definition(draft, NEW, dt.UTC)
    assert made is None
    told = {one.place: one.message for one in faults}
    assert told["actions.0.minutes"] == "Give a whole number, such as 10."
    assert told["actions.0.anchor"] == "Choose one of what is offered."
    assert told["actions.0.batches"] == "“25:00” is not a time of day. Write it as 09:30."


def test_what_is_wrong_in_an_input_that_is_not_shown_is_not_asked_for() -> None:
    hours = {"hours": "", "hours.0.start": "17:00", "hours.0.end": "09:00"}
    hidden = read({"key": "hold", "minutes": "5", "business_hours": "", **hours})
    shown = read({"key": "hold", "minutes": "5", "business_hours": ["", "on"], **hours})
    assert forms.definition(hidden, NEW, dt.UTC)[1] == []
    assert {one.place for one in forms.definition(shown, NEW, dt.UTC)[1]} == {"actions.0.hours.0"}


def test_whatever_is_posted_is_read_and_judged_without_an_error() -> None:
    names = ("key", "minutes", "hours.0.days", "hours.x.start", "update.path", "condition.f.0.field", "own.kept", "..")
    texts = ("", "hold", "conditional_hold", "update_property", "\x00", "�", "{", "9" * 400, "\ud800")
    for name, text, index in itertools.product(names, texts, ("0", "9999", "x", "-1", "٣")):
        typed = {"name": "A", "a.0.key": "conditional_hold", f"a.{index}.{name}": text, "a.order": text}
        data = posted(**typed)
        forms.definition(forms.read(data), NEW, dt.UTC)


def test_a_rule_that_cannot_be_read_any_more_opens_with_a_filter_that_cannot_be_saved() -> None:
    draft = forms.draft_of_stored({"name": "x", "filter": {"tree": {"version": 99}}}, NEW, dt.UTC, name="Old")
    assert draft.name == "Old"
    assert forms.definition(draft, NEW, dt.UTC)[0] is None


def test_a_stored_rule_opens_as_it_was_saved() -> None:
    stored = Definition(name="A", once=True, actions=(ActionSpec(key="cancel", off=True, note="why"),))
    draft = forms.draft_of(stored, UPDATED, dt.UTC)
    assert (draft.once, draft.actions[0].off, draft.actions[0].note) == (True, True, "why")
    assert forms.definition(draft, UPDATED, dt.UTC)[0] == stored
