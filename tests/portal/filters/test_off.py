"""What is switched off: kept in the stored form and in the form, judged softly, and unknown to every reading."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from portal.filters import builder, codec
from portal.filters.builder import DraftCondition, DraftGroup, DraftMeasure
from portal.filters.check import check
from portal.filters.edits import UnknownEdit, carry_out
from portal.filters.evaluate import FilterSet, compile_tree
from portal.filters.problems import BadFilter
from portal.filters.resolve import resolve
from portal.filters.schema import json_schema
from portal.filters.settle import settle
from portal.filters.text import from_address, to_address
from portal.filters.to_js import to_js
from portal.filters.to_words import sentence
from portal.filters.tree import (
    ALWAYS,
    Condition,
    Group,
    Measure,
    Node,
    NodePath,
    fields_of,
    is_left_out,
    live,
    live_paths,
    show_path,
    walk,
)
from portal.filters.why import why
from portal.kit import json
from tests.portal.filters.naive import holds
from tests.portal.filters.sample import NOW, SAMPLE
from tests.portal.filters.strategies import documents, switched

OVER = Condition("totalPrice", "gt", 100)
MAIL = Condition("email", "is_empty")
NO_MAIL = replace(MAIL, off=True)
NO_SKU = Condition("lineItems.sku", "is_empty", off=True)
UNFINISHED = Condition("", "", None, off=True)


def bare(data: Any) -> Any:
    """Take out of a stored group what is switched off, the long way round; None for what is left out as a whole."""
    if data.get("off"):
        return None
    if "items" in data:
        kept = [one for item in data["items"] if (one := bare(item)) is not None]
        return {**data, "items": kept} if kept or not data["items"] else None
    if "where" in data:
        where = bare(data["where"])
        return {**data, "where": where} if where else {key: data[key] for key in data if key != "where"}
    return data


def without(root: Group) -> Group:
    stored = bare(codec.encode(root)["root"])
    return codec.decode({"version": 1, "root": stored}) if stored else ALWAYS


@settings(max_examples=80, deadline=None)
@given(switched(), documents())
def test_no_reading_knows_what_is_switched_off(root: Group, document: dict[str, Any]) -> None:
    plain = without(root)
    assert live(root) == plain
    expected = holds(plain, SAMPLE, document, NOW)
    for tree in (root, plain):
        assert compile_tree(tree, SAMPLE)(document, NOW) is expected
        assert FilterSet([tree], SAMPLE).matches(document, NOW) == [expected]
        assert why(tree, SAMPLE, document, NOW)["outcome"] is expected
    assert sentence(root, SAMPLE) == sentence(plain, SAMPLE)
    assert to_js(root, SAMPLE) == to_js(plain, SAMPLE)
    assert unplaced(resolve(root, SAMPLE)) == unplaced(resolve(plain, SAMPLE)), "SQL prints this and nothing else"
    assert fields_of(root) == fields_of(plain)


def unplaced(node: Any) -> Any:
    """Return a resolved node without its paths."""
    inner = {"items": tuple(map(unplaced, node.items))} if hasattr(node, "items") else {}
    inner |= {"where": unplaced(node.where)} if hasattr(node, "where") else {}
    return replace(node, path=(), **inner)


@settings(max_examples=80, deadline=None)
@given(switched())
def test_what_is_switched_off_is_kept_and_only_shown_to_those_who_edit(root: Group) -> None:
    assert codec.loads(codec.dumps(root), whole=True) == root
    assert codec.loads(codec.dumps(root)) == without(root)
    assert from_address(to_address(root), whole=True) == root
    assert from_address(to_address(root)) == without(root)
    assert '"off":false' not in codec.dumps(root)


@settings(max_examples=80, deadline=None)
@given(switched(), documents())
def test_what_a_reading_says_is_put_at_the_right_node(root: Group, document: dict[str, Any]) -> None:
    paths = live_paths(root)
    named = dict(walk(root))
    for there, node in walk(live(root)):
        assert type(named[paths[there]]) is type(node)
        if isinstance(node, Condition):
            assert named[paths[there]] == node
    whole, plain = why(root, SAMPLE, document, NOW), why(live(root), SAMPLE, document, NOW)
    assert [show_path(paths[read_path(path)]) for path in told_paths(plain)] == list(told_paths(whole))


def told_paths(node: Any) -> list[str]:
    inner = node.get("items") or [item for row in node.get("rows", ())[:1] for item in row["items"]]
    return [node["path"], *(path for item in inner for path in told_paths(item))]


def read_path(text: str) -> NodePath:
    return tuple(map(int, text.split("."))) if text else ()


@settings(max_examples=60, deadline=None)
@given(switched())
def test_what_is_switched_off_need_not_be_finished(root: Group) -> None:
    assert check(root, SAMPLE) == []
    spoilt = replace(root, items=(*root.items, UNFINISHED, Group("any", (Condition("x", "y"),), off=True)))
    assert check(spoilt, SAMPLE) == []
    wrong = replace(spoilt, items=(UNFINISHED, *spoilt.items, Condition("email", "gt", 1)))
    assert {problem.path for problem in check(wrong, SAMPLE)} == {(len(wrong.items) - 1,)}


@pytest.mark.parametrize(
    "node",
    [
        Condition("x" * 401, "", off=True),
        Condition("email", "equals", "x" * 10_001, off=True),
        Condition("email", "is_one_of", ("x",) * 1_001, off=True),
        Condition("email", "equals", "a\x00", off=True),
        Condition("email", "equals", "\ud800", off=True),
        Condition("lineItems.sku", "equals", "x", "each", off=True),  # type: ignore[arg-type]
        Group("some", (MAIL,), off=True),  # type: ignore[arg-type]
        Group("all", (), "each", off=True),  # type: ignore[arg-type]
        Measure("mean", "gt", 1, off=True),  # type: ignore[arg-type]
        Measure("count", "gt", 1, where=Group("some"), off=True),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_what_could_not_be_stored_is_a_problem_all_the_same(node: Node) -> None:
    assert {problem.path[:1] for problem in check(Group("all", (OVER, node)), SAMPLE)} == {(1,)}


@pytest.mark.parametrize(
    ("root", "expected"),
    [
        (Group("all", (NO_MAIL,)), ALWAYS),
        (Group("any", (NO_MAIL,), "all"), ALWAYS),
        (Group("any", (NO_MAIL, OVER)), Group("any", (OVER,))),
        (Group("all", (Group("any", (NO_MAIL,)), OVER)), Group("all", (OVER,))),
        (Group("all", (Group("none", (Group("any", (NO_MAIL,)),)), OVER)), Group("all", (OVER,))),
        (Group("all", (Group("any", (OVER,), off=True), MAIL)), Group("all", (MAIL,))),
        (
            Group("all", (Measure("count", "gt", 1, where=Group("any", (NO_SKU,))),)),
            Group("all", (Measure("count", "gt", 1),)),
        ),
        (Group("all", (Measure("count", "gt", 1, off=True),)), ALWAYS),
    ],
)  # fmt: skip
def test_a_group_of_nothing_but_what_is_switched_off_says_nothing(root: Group, expected: Group) -> None:
    assert live(root) == expected
    assert resolve(root, SAMPLE).items == resolve(expected, SAMPLE).items or expected != ALWAYS
    assert is_left_out(root) is (expected == ALWAYS)


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"match": "all", "items": [], "off": True}, ""),
        ({"match": "all", "items": [], "off": False}, ""),
        ({"match": "all", "items": [{"field": "email", "operator": "is_empty", "off": 1}]}, "0"),
        ({"match": "all", "items": [{"field": "email", "operator": "is_empty", "off": None}]}, "0"),
        (
            {"match": "all", "items": [
                {"measure": "count", "operator": "gt", "value": 1, "where": {"match": "all", "items": [], "off": True}}
            ]},
            "0.0",
        ),
    ],
)  # fmt: skip
def test_a_switch_where_there_is_none_is_refused(data: Any, path: str) -> None:
    with pytest.raises(BadFilter) as caught:
        codec.decode({"version": 1, "root": data})
    assert [show_path(problem.path) for problem in caught.value.problems] == [path]
    stored = {"version": 1, "root": data}
    assert not Draft202012Validator(json_schema()).is_valid(stored)
    assert not Draft202012Validator(json_schema(SAMPLE)).is_valid(stored)


ANY, OF_SAMPLE = Draft202012Validator(json_schema()), Draft202012Validator(json_schema(SAMPLE))


@settings(max_examples=50, deadline=None)
@given(switched())
def test_the_schema_takes_what_is_switched_off(root: Group) -> None:
    data = json.loads(codec.dumps(root))
    assert list(ANY.iter_errors(data)) == []
    assert list(OF_SAMPLE.iter_errors(data)) == []


@settings(max_examples=50, deadline=None)
@given(switched())
def test_what_is_switched_off_goes_through_the_form(root: Group) -> None:
    draft = builder.draft_of(root, SAMPLE)
    data: dict[str, list[str]] = {}
    for name, value in builder.names(draft):
        data.setdefault(name, []).append(value)
    back = settle(builder.read(data), SAMPLE)
    assert [off_of(node) for node in drafted(back)] == [node.off for _, node in walk(root)]
    tree = builder.to_tree(back, SAMPLE)
    assert tree is not None
    assert live(tree).items == live(builder.tree_of(draft, SAMPLE)).items


def drafted(draft: Any) -> list[Any]:
    return [draft, *(found for item in builder.items_of(draft) for found in drafted(item))]


def off_of(draft: Any) -> bool:
    return bool(draft.off)


MEASURE = DraftMeasure("count", "gt", ("1",), "", DraftGroup("all", (DraftCondition("lineItems.sku"),)))
DRAFT = DraftGroup("all", (DraftCondition("email"), DraftGroup("none", (DraftCondition("tags"),)), MEASURE))


def test_a_node_is_switched_off_and_on_again() -> None:
    for path in ((0,), (1,), (1, 0), (2,), (2, 0, 0)):
        do = f"off:{show_path(path)}"
        once = carry_out(DRAFT, do)
        assert (once.path, once.part) == (path, "off")
        assert [off_of(node) for node in drafted(once.draft)].count(True) == 1
        assert carry_out(once.draft, do).draft == DRAFT


@pytest.mark.parametrize("what", ["off:", "off:2.0"])
def test_what_stays_where_it_is_has_no_switch(what: str) -> None:
    with pytest.raises(UnknownEdit):
        carry_out(DRAFT, what)


@pytest.mark.parametrize("verb", ["unwrap", "negate"])
def test_what_was_switched_off_with_its_group_stays_so_without_it(verb: str) -> None:
    after = carry_out(carry_out(DRAFT, "off:1").draft, f"{verb}:1").draft
    assert after.items[1] == DraftCondition("tags", off=True)
