"""What the builder shows of a draft: its sentence while something is open, its faults in time, its sound part."""

import datetime as dt

import pytest

from portal.filters.builder import DraftCondition, DraftGroup, DraftMeasure, tree_of
from portal.filters.edits import Edited
from portal.filters.problems import Problem
from portal.ui.filter_builder import Urls, asked, build, is_open, sentence_of, sound, step
from tests.portal.filters.sample import SAMPLE

BLANK = DraftCondition()
OVER = DraftCondition("totalPrice", "gt", ("100",))
NO_NUMBER = DraftCondition("totalPrice", "gt", ("1,5 €",))


def group(*items: DraftCondition | DraftGroup | DraftMeasure, match: str = "all", lines: str = "") -> DraftGroup:
    return DraftGroup(match, items, lines)


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        (group(), "always"),
        (group(BLANK), "when …"),
        (group(OVER, BLANK), "when total is over 100 and …"),
        (group(DraftCondition("totalPrice", "gt")), "when total is over …"),
        (group(DraftCondition("totalPrice", "between", ("5",))), "when total is between 5 and …"),
        (group(DraftCondition("email", "is_one_of")), "when e-mail is …"),
        (group(DraftCondition("status", "equals", ("",))), "when status is …"),
        (group(DraftCondition("createdAt", "in_last")), "when created is in the last …"),
        (group(DraftCondition("email", "equals", ("x",), against="field")), "when e-mail is …"),
        (group(DraftMeasure("count", "gt")), "when the number of lines is over …"),
        (group(NO_NUMBER), "when total is over “1,5 €”"),
        (group(OVER, lines="nowhere"), "when total is over 100"),
        (group(DraftCondition("email", "equals", ("wait… what",))), "when e-mail is “wait… what”"),
    ],
)
def test_the_sentence_is_true_to_what_stands_there_also_half_way(draft: DraftGroup, expected: str) -> None:
    assert sentence_of(draft, SAMPLE, dt.UTC) == expected


def faults(draft: DraftGroup, *, judged: bool = False, typing: str = "") -> list[str]:
    built = build(draft, SAMPLE, urls=Urls("/step"), zone=dt.UTC, judged=judged, typing=typing)
    return [f"{node.path}: {part}" for node in built.nodes for part in node.errors]


def test_what_is_wrong_is_told_at_once_and_what_is_open_only_when_it_is_used() -> None:
    draft = group(BLANK, NO_NUMBER, DraftCondition("email", "equals"), DraftCondition("customFields", "equals", ("x",)))
    assert faults(draft) == ["1: value"]
    assert faults(draft, typing="1") == []
    assert faults(draft, judged=True) == ["0: field", "1: value", "2: value", "3: field"]


def test_an_empty_group_and_a_measure_without_a_number_are_open() -> None:
    draft = group(DraftGroup(), DraftMeasure("sum", "gt"))
    assert faults(draft) == []
    assert faults(draft, judged=True) == ["0: node", "1: field"]
    assert not is_open(Problem((7,), "value", "", ""), draft, SAMPLE)


@pytest.mark.parametrize(
    ("draft", "kept", "left_out"),
    [
        (group(OVER, BLANK), group(OVER), 0),
        (group(OVER, NO_NUMBER), group(OVER), 1),
        (group(OVER, group(NO_NUMBER, match="any")), group(OVER), 1),
        (group(OVER, DraftMeasure("count", "gt", ("2",), where=group(NO_NUMBER))), group(OVER), 1),
        (group(BLANK, match="any"), group(), 0),
        (group(), group(), 0),
    ],
)
def test_the_sound_part_is_what_can_be_counted(draft: DraftGroup, kept: DraftGroup, left_out: int) -> None:
    assert sound(draft, SAMPLE, dt.UTC) == (tree_of(kept, SAMPLE), left_out)


def test_an_edit_is_settled_and_says_what_it_did() -> None:
    edited = step(group(OVER), "filter:duplicate:0", SAMPLE)
    built = build(edited.draft, SAMPLE, urls=Urls("/step"), zone=dt.UTC, edited=edited)
    assert (built.focus, built.part, built.said) == ("1", "field", "Duplicated: the copy is 2 of 2.")
    assert step(group(OVER), "filter:undo", SAMPLE) == Edited(group(OVER), "undo", (), "")


@pytest.mark.parametrize(
    ("do", "expected"),
    [
        ("filter:add:0", ("", "add:0")),
        ("a.0.condition.filter:add:0", ("a.0.condition.", "add:0")),
        ("filter:look", ("", "look")),
        ("action:add:hold", ("", "action:add:hold")),
        ("<b>.filter:add:", ("", "<b>.filter:add:")),
    ],
)
def test_an_edit_says_whose_builder_it_is_for(do: str, expected: tuple[str, str]) -> None:
    assert asked(do) == expected


def test_a_builder_with_a_scope_has_ids_of_its_own() -> None:
    def built(scope: str) -> tuple[str, str, str]:
        one = build(group(OVER), SAMPLE, urls=Urls("/step"), zone=dt.UTC, scope=scope)
        return one.id, one.fields_id, one.root.items[0].name

    assert built("") == ("filter", "filter-fields", "f.0")
    assert built("a.0.condition.") == ("filter-a-0-condition", "filter-a-0-condition-fields", "a.0.condition.f.0")
