"""The builder's form: round trips, edits, errors at their condition, nothing typed lost."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.filters import builder, builder_view
from portal.filters.builder import DraftCondition, DraftGroup, DraftMeasure
from portal.filters.edits import UnknownEdit, carry_out, edit
from portal.filters.evaluate import compile_tree
from portal.filters.problems import BadFilter
from portal.filters.tree import ALWAYS, Condition, Duration, Group
from tests.portal.filters.sample import NOW, SAMPLE
from tests.portal.filters.strategies import documents, trees

BERLIN = ZoneInfo("Europe/Berlin")


def form(draft: DraftGroup, prefix: str = builder.PREFIX) -> dict[str, list[str]]:
    data: dict[str, list[str]] = {}
    for name, value in builder.names(draft, prefix):
        data.setdefault(name, []).append(value)
    return data


@settings(max_examples=100, deadline=None)
@given(trees, documents())
def test_a_tree_goes_through_the_form_unharmed(root: Group, document: dict[str, Any]) -> None:
    data = form(builder.draft_of(root, SAMPLE))
    back = builder.to_tree(builder.read(data), SAMPLE)
    assert back is not None
    assert compile_tree(back, SAMPLE)(document, NOW) is compile_tree(root, SAMPLE)(document, NOW)


def test_a_form_is_read_by_its_names() -> None:
    data = {
        "csrf": ["x"],
        "f.match": ["any"],
        "f.0.field": ["totalPrice"],
        "f.0.operator": ["between"],
        "f.0.value": [" 10 "],
        "f.0.value2": ["99.90"],
        "f.7.match": ["none"],
        "f.7.lines": ["any"],
        "f.7.2.field": ["lineItems.sku"],
        "f.7.2.operator": ["is_one_of"],
        "f.7.2.value": ["TEA-1", "TEA-2\r\nTEA-3", ""],
        "f.9.field": ["createdAt"],
        "f.9.operator": ["in_last"],
        "f.9.value": ["3"],
        "f.9.unit": ["days"],
        "f.x.field": ["email"],
    }
    tree = builder.to_tree(builder.read(data), SAMPLE)
    assert tree == Group(
        "any",
        (
            Condition("totalPrice", "between", (10, Decimal("99.90"))),
            Group("none", (Condition("lineItems.sku", "is_one_of", ("TEA-1", "TEA-2", "TEA-3")),), "any"),
            Condition("createdAt", "in_last", Duration(3, "days")),
        ),
    )


@settings(max_examples=60, deadline=None)
@given(trees, trees, trees)
def test_several_builders_in_one_form_read_their_own_names_only(one: Group, two: Group, three: Group) -> None:
    drafts = {
        prefix: builder.draft_of(root, SAMPLE)
        for prefix, root in {"f": one, "a.0.condition.f": two, "a.1.condition.f": three}.items()
    }
    data = {name: values for prefix, draft in drafts.items() for name, values in form(draft, prefix).items()}
    assert {prefix: builder.read(data, prefix) for prefix in drafts} == {
        prefix: builder.read(form(draft)) for prefix, draft in drafts.items()
    }


def test_the_controls_of_a_builder_begin_with_its_prefix() -> None:
    draft = DraftGroup(items=(DraftGroup(items=(DraftCondition("email"),)),))
    shown = builder_view.walk(builder_view.view(draft, SAMPLE, prefix="a.0.condition.f"))
    assert [(one.name, one.path, one.id) for one in shown] == [
        ("a.0.condition.f", "", "a-0-condition-f"),
        ("a.0.condition.f.0", "0", "a-0-condition-f-0"),
        ("a.0.condition.f.0.0", "0.0", "a-0-condition-f-0-0"),
    ]


def test_an_empty_builder_means_always() -> None:
    assert builder.to_tree(builder.read({}), SAMPLE) == ALWAYS
    assert builder.to_tree(builder.read({"f.match": ["any"]}), SAMPLE) == ALWAYS


def test_nothing_typed_is_lost_and_the_error_sits_at_the_condition() -> None:
    data = {"f.match": ["all"], "f.0.field": ["totalPrice"], "f.0.operator": ["gt"], "f.0.value": ["1,000 €"]}
    draft = builder.read(data)
    assert builder.to_tree(draft, SAMPLE) is None
    shown = builder_view.view(draft, SAMPLE, builder.judge(draft, SAMPLE))
    [row] = shown.items
    assert isinstance(row, builder_view.ConditionView)
    assert (row.name, row.path, row.value, row.input) == ("f.0", "0", "1,000 €", "money")
    assert [problem.message for problem in row.errors["value"]] == ["The value is not a number."]
    assert [choice.value for choice in row.operator_choices][:3] == ["equals", "not_equals", "gt"]


def test_a_row_says_which_controls_it_needs() -> None:
    rows = [
        DraftCondition("lineItems.sku", "not_equals"),
        DraftCondition("status", "is_one_of"),
        DraftCondition("createdAt", "in_last"),
        DraftCondition("weight", "between"),
        DraftCondition("email", "is_empty"),
        DraftCondition(),
    ]
    shown = builder_view.view(DraftGroup("all", tuple(rows)), SAMPLE)
    told = [
        (row.input, row.many, row.two, row.offers_lines, row.default_lines)
        for row in shown.items
        if isinstance(row, builder_view.ConditionView)
    ]
    assert told == [
        ("text", False, False, True, "all"),
        ("choice", True, False, False, "any"),
        ("duration", False, False, False, "any"),
        ("number", False, True, False, "any"),
        ("none", False, False, False, "any"),
        ("text", False, False, False, "any"),
    ]


def test_a_local_time_is_one_of_the_timezone_and_comes_back_as_it_was_typed() -> None:
    data = {"f.0.field": ["createdAt"], "f.0.operator": ["before"], "f.0.value": ["2026-07-01T10:00:00"]}
    tree = builder.to_tree(builder.read(data), SAMPLE, zone=BERLIN)
    assert tree == Group("all", (Condition("createdAt", "before", "2026-07-01T08:00:00Z"),))
    [item] = builder.draft_of(tree, SAMPLE, zone=BERLIN).items
    assert item == DraftCondition("createdAt", "before", ("2026-07-01T10:00:00",))


A, B, C = (DraftCondition("email", "equals", (text,)) for text in "abc")
DRAFT = DraftGroup("all", (A, DraftGroup("any", (B, C))))


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("add:", DraftGroup("all", (*DRAFT.items, DraftCondition()))),
        ("add:0", DraftGroup("all", (A, DraftCondition(), DRAFT.items[1]))),
        ("add:1", DraftGroup("all", (A, DraftGroup("any", (B, C, DraftCondition()))))),
        ("add_group:", DraftGroup("all", (*DRAFT.items, DraftGroup("all", (DraftCondition(),))))),
        ("remove:1.0", DraftGroup("all", (A, DraftGroup("any", (C,))))),
        ("duplicate:0", DraftGroup("all", (A, A, DRAFT.items[1]))),
        ("negate:0", DraftGroup("all", (DraftGroup("none", (A,)), DRAFT.items[1]))),
        ("negate:1", DraftGroup("all", (A, DraftGroup("none", (B, C))))),
        ("negate:", DraftGroup("none", (DRAFT,))),
        ("wrap:0", DraftGroup("all", (DraftGroup("all", (A,)), DRAFT.items[1]))),
        ("unwrap:1", DraftGroup("all", (A, B, C))),
        ("up:1.1", DraftGroup("all", (A, DraftGroup("any", (C, B))))),
        ("down:0", DraftGroup("all", (DRAFT.items[1], A))),
        ("up:0", DRAFT),
        ("move:0>1.0", DraftGroup("all", (DraftGroup("any", (A, B, C)),))),
        ("move:1.1>0", DraftGroup("all", (C, A, DraftGroup("any", (B,))))),
        ("move:0>2", DraftGroup("all", (DRAFT.items[1], A))),
        ("move:1>1", DRAFT),
        ("into:0", DraftGroup("all", (DraftGroup("any", (A, B, C)),))),
        ("out:1.0", DraftGroup("all", (A, DraftGroup("any", (C,)), B))),
        ("out:0", DRAFT),
        ("into:1.0", DRAFT),
        ("down:1", DRAFT),
        ("compare:0", DraftGroup("all", (replace(A, against="field"), DRAFT.items[1]))),
        ("add_measure:", DraftGroup("all", (*DRAFT.items, DraftMeasure()))),
        ("clear:", DraftGroup()),
    ],
)
def test_edits_change_one_thing(what: str, expected: DraftGroup) -> None:
    assert edit(DRAFT, what) == expected


MEASURED = DraftGroup("all", (A, DraftMeasure(where=DraftGroup("all", (B, C)))))


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("add:1.0", DraftGroup("all", (A, DraftMeasure(where=DraftGroup("all", (B, C, DraftCondition())))))),
        ("remove:1.0.0", DraftGroup("all", (A, DraftMeasure(where=DraftGroup("all", (C,)))))),
        ("remove:1", DraftGroup("all", (A,))),
        ("into:0", DraftGroup("all", (DraftMeasure(where=DraftGroup("all", (A, B, C))),))),
        ("out:1.0.1", DraftGroup("all", (A, DraftMeasure(where=DraftGroup("all", (B,))), C))),
        ("move:1.0.0>0", DraftGroup("all", (B, A, DraftMeasure(where=DraftGroup("all", (C,)))))),
        ("duplicate:1", DraftGroup("all", (A, MEASURED.items[1], MEASURED.items[1]))),
        ("negate:1", DraftGroup("all", (A, DraftGroup("none", (MEASURED.items[1],))))),
        ("wrap:1.0.0", DraftGroup("all", (A, DraftMeasure(where=DraftGroup("all", (DraftGroup("all", (B,)), C)))))),
    ],
)
def test_edits_reach_into_a_measure(what: str, expected: DraftGroup) -> None:
    assert edit(MEASURED, what) == expected


@pytest.mark.parametrize("what", ["remove:1.0", "duplicate:1.0", "unwrap:1.0", "out:1.0", "move:1.0>0", "move:0>1.0"])
def test_the_group_of_a_measure_stays_where_it_is(what: str) -> None:
    with pytest.raises(UnknownEdit):
        edit(MEASURED, what)


@pytest.mark.parametrize(
    ("what", "path", "part"),
    [
        ("add:", (2,), "field"),
        ("add:0", (1,), "field"),
        ("add:1", (1, 2), "field"),
        ("add_group:", (2, 0), "field"),
        ("add_measure:", (2,), "measure"),
        ("remove:0", (0,), "handle"),
        ("remove:1", (0,), "handle"),
        ("remove:1.1", (1, 0), "handle"),
        ("duplicate:1.0", (1, 1), "field"),
        ("negate:0", (0,), "match"),
        ("wrap:1.1", (1, 1), "match"),
        ("unwrap:1", (1,), "handle"),
        ("up:1.1", (1, 0), "handle"),
        ("down:0", (1,), "handle"),
        ("into:0", (0, 0), "handle"),
        ("out:1.0", (2,), "handle"),
        ("move:0>1.1", (0, 1), "handle"),
        ("move:1.1>0", (0,), "handle"),
        ("compare:0", (0,), "value"),
        ("clear:", (), "add"),
    ],
)
def test_an_edit_says_where_one_goes_on(what: str, path: tuple[int, ...], part: str) -> None:
    edited = carry_out(DRAFT, what)
    assert (edited.path, edited.part) == (path, part)


def test_the_last_condition_of_a_group_leaves_one_at_its_add_button() -> None:
    edited = carry_out(DraftGroup("all", (DraftGroup("all", (A,)),)), "remove:0.0")
    assert (edited.path, edited.part) == ((0,), "add")


def test_what_nobody_has_begun_is_left_out_of_what_is_used() -> None:
    draft = DraftGroup("all", (A, DraftCondition(), DraftGroup("any", (DraftCondition(), DraftGroup()))))
    assert builder.pruned(draft) == DraftGroup("all", (A,))
    assert builder.to_tree(builder.pruned(DraftGroup("any", (DraftCondition(),))), SAMPLE) == ALWAYS


def test_negating_twice_is_the_condition_again() -> None:
    assert edit(edit(DRAFT, "negate:0"), "negate:0") == DRAFT


@pytest.mark.parametrize(
    "what", ["", "explode:0", "remove:", "remove:9", "remove:0.0", "remove:-1", "move:1>1.0", "add:x"]
)
def test_a_senseless_edit_is_refused(what: str) -> None:
    with pytest.raises(UnknownEdit):
        edit(DRAFT, what)


name_parts = st.lists(
    st.sampled_from(["f", "0", "1", "99999", "field", "operator", "value", "match", "", "é"]), max_size=6
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(name_parts.map(".".join), st.lists(st.text(max_size=5), max_size=3), max_size=12))
def test_no_form_makes_the_builder_fail(data: dict[str, list[str]]) -> None:
    draft = builder.read(data)
    builder_view.view(draft, SAMPLE, builder.judge(draft, SAMPLE))


@pytest.mark.parametrize(
    "data",
    [{"f." + "0." * 25 + "field": ["x"]}, {f"f.{i}.field": ["x"] for i in range(600)}],
    ids=["deep", "many"],
)
def test_a_form_beyond_the_limits_is_refused(data: dict[str, list[str]]) -> None:
    with pytest.raises(BadFilter):
        builder.read(data)
