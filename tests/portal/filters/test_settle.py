"""Nothing typed is lost: what was typed for a field waits while another is chosen, through any edits, and undo."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.filters import builder
from portal.filters.builder import DraftCondition, DraftGroup, DraftMeasure, items_of
from portal.filters.edits import UnknownEdit, edit
from portal.filters.settle import first_operator, settle
from portal.filters.tree import Condition, FieldRef, Group, Measure, NodePath
from tests.portal.filters.sample import SAMPLE


def posted(draft: DraftGroup) -> DraftGroup:
    """What the server has after the browser has sent what it was shown."""
    data: dict[str, list[str]] = {}
    for name, value in builder.names(draft):
        data.setdefault(name, []).append(value)
    return settle(builder.read(data), SAMPLE)


def one(**parts: Any) -> DraftGroup:
    return settle(DraftGroup("all", (DraftCondition(**parts),)), SAMPLE)


def chosen(draft: DraftGroup, **parts: Any) -> DraftGroup:
    """The first condition with something chosen or typed anew."""
    [item] = draft.items
    assert isinstance(item, DraftCondition)
    return posted(replace(draft, items=(replace(item, **parts),)))


def row(draft: DraftGroup) -> tuple[str, str, tuple[str, ...]]:
    [item] = draft.items
    assert isinstance(item, DraftCondition)
    return item.field, item.operator, item.values


def test_a_field_begins_with_its_usual_operator() -> None:
    assert row(one(field="totalPrice")) == ("totalPrice", "gte", ())
    assert {field.path: first_operator(field, SAMPLE) for field in SAMPLE}["createdAt"] == "in_last"


def test_another_field_of_the_same_kind_keeps_the_value_and_the_operator() -> None:
    draft = one(field="email", operator="equals", values=("berlin",))
    assert row(chosen(draft, field="customer.lastName")) == ("customer.lastName", "equals", ("berlin",))


def test_another_kind_of_field_lays_the_value_aside_and_gives_it_back() -> None:
    draft = one(field="totalPrice", operator="gt", values=("1,5",))
    other = chosen(draft, field="status")
    assert row(other) == ("status", "is_one_of", ())
    again = chosen(chosen(other, values=("onHold", "new")), field="totalPrice")
    assert row(again) == ("totalPrice", "gt", ("1,5",))
    assert row(chosen(again, field="status")) == ("status", "is_one_of", ("onHold", "new"))


def test_another_kind_of_operator_does_the_same() -> None:
    draft = one(field="createdAt", operator="in_last", values=("3",), unit="days")
    before = chosen(draft, operator="before")
    assert row(before) == ("createdAt", "before", ())
    [item] = chosen(chosen(before, values=("2026-01-05",)), operator="older_than").items
    assert isinstance(item, DraftCondition)
    assert (item.values, item.unit) == (("3",), "days")
    assert row(chosen(replace(draft, items=(item,)), operator="after")) == ("createdAt", "after", ("2026-01-05",))


def test_values_that_have_no_place_wait() -> None:
    draft = one(field="email", operator="is_one_of", values=("a\r\nb\n\nc",))
    assert row(draft) == ("email", "is_one_of", ("a", "b", "c"))
    assert row(chosen(draft, operator="equals")) == ("email", "equals", ("a", "b", "c"))
    empty = chosen(draft, operator="is_empty")
    assert row(empty) == ("email", "is_empty", ())
    assert row(chosen(empty, operator="contains")) == ("email", "contains", ("a", "b", "c"))


def test_the_choices_of_one_field_are_not_those_of_another() -> None:
    draft = one(field="status", operator="equals", values=("onHold",))
    assert row(chosen(draft, field="paymentStatus")) == ("paymentStatus", "equals", ())


def test_a_field_instead_of_a_value_and_back() -> None:
    draft = one(field="email", operator="equals", values=("x",))
    other = posted(edit(draft, "compare:0"))
    assert builder.judge(other, SAMPLE)[0].part == "value"
    named = chosen(other, other="customer.lastName")
    tree = builder.to_tree(named, SAMPLE)
    assert tree == Group("all", (Condition("email", "equals", FieldRef("customer.lastName")),))
    assert tree is not None
    [again] = builder.draft_of(tree, SAMPLE).items
    assert again == DraftCondition("email", "equals", against="field", other="customer.lastName")
    assert builder.to_tree(edit(named, "compare:0"), SAMPLE) == Group("all", (Condition("email", "equals", "x"),))


def test_a_measure_goes_through_the_form() -> None:
    where = Group("any", (Condition("lineItems.sku", "equals", "TEA-1"),))
    tree = Group("all", (Measure("sum", "gt", 5, "lineItems.quantity", where), Measure("count", "between", (1, 3))))
    draft = builder.draft_of(tree, SAMPLE)
    assert builder.to_tree(posted(draft), SAMPLE) == tree
    summed = draft.items[0]
    assert isinstance(summed, DraftMeasure)
    counted = replace(summed, measure="count")
    assert builder.to_tree(posted(replace(draft, items=(counted,))), SAMPLE) == Group(
        "all", (Measure("count", "gt", 5, "", where),)
    )


def test_a_field_that_users_named_goes_through_the_form() -> None:
    draft = one(field='customFields["Gift wrap"]', operator="equals", values=("yes",))
    tree = builder.to_tree(draft, SAMPLE)
    assert tree == Group("all", (Condition('customFields["Gift wrap"]', "equals", "yes"),))
    assert builder.judge(chosen(draft, field="customFields"), SAMPLE)[0].cure == "Enter its name."
    assert row(chosen(draft, field='customFields["Other"]')) == ('customFields["Other"]', "equals", ("yes",))


@pytest.mark.usefixtures("nothing_collected")
@pytest.mark.parametrize("kept", ["[", "{}", "[1]", "[[1,2]]", '[["a","b","c",1,"d"]]', "null", "[" * 3000])
def test_what_somebody_else_wrote_into_the_form_is_nothing_kept(kept: str) -> None:
    draft = one(field="email", operator="equals", values=("x",), was="totalPrice|money", kept=kept)
    assert row(draft)[0] == "email"


FIELDS = ["", *(field.path for field in SAMPLE), 'customFields["Gift wrap"]', "nothing"]
OPERATORS = [
    "",
    "equals",
    "is_one_of",
    "between",
    "in_last",
    "is_empty",
    "gt",
    "contains",
    "on_weekday",
    "time_between",
]
VERBS = ["add", "add_group", "add_measure", "duplicate", "negate", "wrap", "unwrap", "compare"]
VERBS += ["up", "down", "into", "out", "move", "remove", "clear"]
whats = st.one_of(st.sampled_from(["type", "type", "field", "operator"]), st.sampled_from(VERBS))
steps = st.lists(st.tuples(whats, st.integers(0, 30), st.integers(0, 30)), min_size=6, max_size=30)


def paths(draft: DraftGroup) -> list[NodePath]:
    found: list[NodePath] = [()]
    for path in found:
        found += [(*path, index) for index in range(len(items_of(at(draft, path))))]
    return found


def at(draft: DraftGroup, path: NodePath) -> builder.Draft:
    node: builder.Draft = draft
    for index in path:
        node = items_of(node)[index]
    return node


def put(node: builder.Draft, path: NodePath, new: builder.Draft) -> builder.Draft:
    if not path:
        return new
    if isinstance(node, DraftMeasure):
        inner = put(node.where, path[1:], new)
        assert isinstance(inner, DraftGroup)
        return replace(node, where=inner)
    assert isinstance(node, DraftGroup)
    items = list(node.items)
    items[path[0]] = put(items[path[0]], path[1:], new)
    return replace(node, items=tuple(items))


def texts(draft: DraftGroup) -> str:
    return "\n".join(value for _name, value in builder.names(draft))


class Person:
    """Somebody at the form who remembers what they have typed and where it must still stand."""

    def __init__(self) -> None:
        begun = (DraftCondition("email"), DraftGroup("any", (DraftCondition("totalPrice"),)), DraftMeasure())
        self.draft = settle(DraftGroup("all", begun), SAMPLE)
        self.typed: set[str] = set()
        self.count = 0

    def do(self, what: str, where: int, more: int) -> None:
        places = paths(self.draft)
        path = places[where % len(places)]
        if what in VERBS:
            return self.press(what, path, places[more % len(places)])
        node = at(self.draft, path)
        if not isinstance(node, DraftCondition):
            return None
        if what == "type":
            self.count += 1
            word = f"typed{self.count}"
            self.typed -= set(node.values[:1])
            self.typed.add(word)
            node = replace(node, values=(word, *node.values[1:]))
        else:
            choices = FIELDS if what == "field" else OPERATORS
            changes: dict[str, Any] = {what: choices[more % len(choices)]}
            node = replace(node, **changes)
        changed = put(self.draft, path, node)
        assert isinstance(changed, DraftGroup)
        self.draft = posted(changed)
        return None

    def press(self, verb: str, path: NodePath, target: NodePath) -> None:
        where = ".".join(map(str, path))
        if verb == "move":
            where += ">" + ".".join(map(str, target))
        try:
            self.draft = posted(edit(self.draft, f"{verb}:{where}"))
        except UnknownEdit:
            return
        if verb in ("remove", "clear"):  # this is what takes away, and undo brings back
            self.typed = {word for word in self.typed if word in texts(self.draft)}


@settings(max_examples=300, deadline=None)
@given(steps)
def test_any_edits_keep_every_typed_value_and_undo_brings_back_the_rest(taken: list[tuple[str, int, int]]) -> None:
    person = Person()
    for what, where, more in taken:
        before = person.draft
        person.do(what, where, more)
        held = texts(person.draft)
        assert {word for word in person.typed if word not in held} == set(), f"lost by {what}"
        assert posted(before) == before, "what undo goes back to is what was there"
