"""The published schema takes whatever the portal takes, and what it refuses the portal refuses too."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from orders.documents.catalogue import ORDER
from portal.filters import codec
from portal.filters.check import MAX_NODES, check
from portal.filters.fields import keyed_path
from portal.filters.operands import MAX_DAYS, MAX_LIST, MAX_TEXT
from portal.filters.problems import BadFilter
from portal.filters.schema import json_schema
from portal.filters.tree import Condition, Duration, FieldRef, Group, Measure
from portal.kit import json
from tests.portal.filters.sample import SAMPLE, UPDATED
from tests.portal.filters.strategies import switched, trees, updated_trees

ANY = Draft202012Validator(json_schema())
OF_SAMPLE, OF_UPDATED = Draft202012Validator(json_schema(SAMPLE)), Draft202012Validator(json_schema(UPDATED))
Path = tuple[Any, ...]


def stored(root: Group) -> Any:
    return json.loads(codec.dumps(root))


def taken(data: Any) -> bool:
    """Say whether the portal takes a stored filter of the sample."""
    try:
        return check(codec.decode(data, whole=True), SAMPLE) == []
    except BadFilter:
        return False


@pytest.mark.parametrize("schema", [json_schema(), json_schema(SAMPLE), json_schema(ORDER)])
def test_it_is_a_schema_of_the_draft_it_names(schema: Any) -> None:
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)
    assert json.loads(json.dumps(schema)) == schema


@settings(max_examples=80, deadline=None)
@given(trees)
def test_every_tree_that_is_taken_is_valid(root: Group) -> None:
    if check(root, SAMPLE) == []:
        data = stored(root)
        assert list(ANY.iter_errors(data)) == []
        assert list(OF_SAMPLE.iter_errors(data)) == []


@settings(max_examples=50, deadline=None)
@given(updated_trees)
def test_every_tree_about_changes_that_is_taken_is_valid(root: Group) -> None:
    if check(root, UPDATED) == []:
        data = stored(root)
        assert list(ANY.iter_errors(data)) == []
        assert list(OF_UPDATED.iter_errors(data)) == []


def places(data: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    if isinstance(data, dict | list):
        for key, inner in data.items() if isinstance(data, dict) else enumerate(data):
            yield from places(inner, (*path, key))


JUNK: list[Any] = [
    None, True, False, 0, -1, 1.5, "", "x", "new", "08:00", "2026-01-05", "2026-01-05T10:10:00Z", "monday", [], {},
    ["x"], ["x", "y"], [1, 2], {"field": "email"}, {"field": "totalPrice"}, {"amount": 1, "unit": "days"},
    {"amount": 0, "unit": "days"}, {"match": "all", "items": []}, {"match": "any", "items": []}, "any", "all", "none",
    "equals", "between", "is_empty", "length_gt", "on_weekday", "time_between", "matches", "contains_any", "in_last",
    "email", "totalPrice", "lineItems.sku", "lineItems.quantity", "customFields", keyed_path("customFields", "a"),
    {"field": "lineItems.sku", "operator": "is_empty"}, {"measure": "count", "operator": "gt", "value": 1},
    {"measure": "sum", "field": "lineItems.quantity", "operator": "between", "value": [1, 2]}, "sum", "count",
    10**12, 10**11, "x" * (MAX_TEXT + 1), ["x"] * (MAX_LIST + 1),
]  # fmt: skip
KEYS = [
    "match",
    "items",
    "lines",
    "field",
    "operator",
    "value",
    "measure",
    "where",
    "version",
    "amount",
    "unit",
    "off",
    "x",
]


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """A stored filter in which something was put in another's place, added or taken away."""
    data = copy.deepcopy(stored(draw(st.one_of(trees, switched()))))
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from(list(places(data))))
        holder, junk = data, copy.deepcopy(draw(st.sampled_from(JUNK)))
        if not path:
            data = junk
            continue
        for key in path[:-1]:
            holder = holder[key]
        act = draw(st.sampled_from(["put", "put", "remove", "add"]))
        if act == "remove":
            holder.pop(path[-1])
        elif act == "add" and isinstance(holder[path[-1]], dict):
            holder[path[-1]][draw(st.sampled_from(KEYS))] = junk
        else:
            holder[path[-1]] = junk
    return data


@settings(max_examples=100, deadline=None)
@given(damaged())
def test_what_the_schemas_refuse_is_refused(data: Any) -> None:
    exact = json.loads(json.dumps(data))
    if not ANY.is_valid(exact) or not OF_SAMPLE.is_valid(exact):
        assert not taken(exact)


def root_of(*items: Any, match: str = "all", **more: Any) -> Any:
    return {"version": 1, "root": {"match": match, "items": list(items), **more}}


def condition(field: str, operator: str, **more: Any) -> Any:
    return {"field": field, "operator": operator, **more}


SKU = condition("lineItems.sku", "equals", value="x")
BY_ANY_SCHEMA = {
    "no filter": [],
    "no version": {"root": {"match": "all", "items": []}},
    "another version": {"version": 2, "root": {"match": "all", "items": []}},
    "a word too many": {"version": 1, "root": {"match": "all", "items": []}, "x": 1},
    "an empty any": root_of(match="any"),
    "an empty group inside": root_of(root_of()["root"]),
    "an unknown match": root_of(SKU, match="some"),
    "an unknown operator": root_of(condition("email", "sounds_like", value="x")),
    "no value": root_of(condition("email", "equals")),
    "a value too many": root_of(condition("email", "is_empty", value="x")),
    "an empty list": root_of(condition("email", "is_one_of", value=[])),
    "a list too long": root_of(condition("email", "is_one_of", value=["x"] * 1001)),
    "a text too long": root_of(condition("email", "equals", value="x" * 10_001)),
    "one end": root_of(condition("totalPrice", "between", value=[1])),
    "no span": root_of(condition("createdAt", "in_last", value={"amount": 0, "unit": "days"})),
    "no unit": root_of(condition("createdAt", "in_last", value={"amount": 1, "unit": "months"})),
    "a number too large": root_of(condition("totalPrice", "gt", value=10**12)),
    "no day of the week": root_of(condition("createdAt", "on_weekday", value=["someday"])),
    "no time of day": root_of(condition("createdAt", "time_between", value=["8:00", "24:00"])),
    "a length of nothing": root_of(condition("email", "length_gt", value=0)),
    "a choice of lines inside a line": root_of({**SKU, "lines": "any"}, lines="any"),
    "a line inside a line": root_of(root_of(SKU, lines="any")["root"], lines="any"),
    "a measure inside a line": root_of({"measure": "count", "operator": "gt", "value": 1}, lines="any"),
    "a measure of nothing": root_of({"measure": "mean", "operator": "gt", "value": 1}),
    "a sum of nothing": root_of({"measure": "sum", "operator": "gt", "value": 1}),
    "a text where numbers are compared": root_of(condition("totalPrice", "gt", value="10")),
    "no day": root_of(condition("createdAt", "after", value="tomorrow")),
    "too many items": root_of(*[SKU] * MAX_NODES),
}
BY_THE_ENTITYS = {
    "an operator of other types": root_of(condition("email", "gt", value=5)),
    "an unknown field": root_of(condition("colour", "equals", value="red")),
    "a choice there is not": root_of(condition("status", "equals", value="blue")),
    "a choice of another field": root_of(condition("status", "equals", value="paid")),
    "a number for a text": root_of(condition("email", "equals", value=10)),
    "lines of a field that has none": root_of(condition("email", "equals", value="x", lines="all")),
    "a field of the order inside a line": root_of(condition("email", "equals", value="x"), lines="any"),
    "a sum of texts": root_of({"measure": "sum", "field": "lineItems.sku", "operator": "gt", "value": 1}),
    "a custom field without a name": root_of(condition("customFields", "equals", value="x")),
    "a field of another kind to compare with": root_of(condition("email", "equals", value={"field": "weight"})),
    "what was before": root_of(condition("email", "changed")),
}


@pytest.mark.parametrize("name", BY_ANY_SCHEMA)
def test_any_schema_refuses(name: str) -> None:
    assert (ANY.is_valid(BY_ANY_SCHEMA[name]), OF_SAMPLE.is_valid(BY_ANY_SCHEMA[name])) == (False, False)
    assert not taken(BY_ANY_SCHEMA[name])


@pytest.mark.parametrize("name", BY_THE_ENTITYS)
def test_the_schema_of_an_entity_refuses(name: str) -> None:
    assert (ANY.is_valid(BY_THE_ENTITYS[name]), OF_SAMPLE.is_valid(BY_THE_ENTITYS[name])) == (True, False)
    assert not taken(BY_THE_ENTITYS[name])


@pytest.mark.parametrize(
    "root",
    [
        Group(),
        Group("all", (), "any"),
        Group("all", (Condition("totalPrice", "between", (-(10**12) + 1, 10**12 - 1)),)),
        Group("all", (Condition("email", "is_one_of", ("x" * MAX_TEXT, *(str(n) for n in range(MAX_LIST - 1)))),)),
        Group("all", (Condition("createdAt", "in_last", Duration(MAX_DAYS * 24 * 60, "minutes")),)),
        Group("all", (Condition(keyed_path("customFields", 'Gift "wrap"'), "equals", "x"),)),
        Group("all", (Condition("shippingAddress.country", "equals", FieldRef("billingAddress.country")),)),
        Group(
            "all",
            (
                Condition(
                    keyed_path("customFields", "a"), "equals", FieldRef(keyed_path("customFields", "b"))
                ),
            ),
        ),
        Group("all", (Measure("count", "equals", 0), Measure("sum", "gt", 5, "lineItems.quantity"))),
        Group("none", (Measure("count", "gt", 1, "", Group("any", (Condition("lineItems.sku", "is_empty"),))),)),
    ],
)  # fmt: skip
def test_what_is_rare_is_taken(root: Group) -> None:
    assert check(root, SAMPLE) == []
    assert (ANY.is_valid(stored(root)), OF_SAMPLE.is_valid(stored(root))) == (True, True)


WIDER = {
    "a day that is none": root_of(condition("createdAt", "after", value="2026-02-30")),
    "the year 10": root_of(condition("createdAt", "after", value="0010-01-01")),
    "blank text": root_of(condition("email", "equals", value="  ")),
    "ends that are swapped": root_of(condition("totalPrice", "between", value=[2, 1])),
    "too many digits": root_of(condition("totalPrice", "gt", value=0.1234567)),
    "a pattern that fits everything": root_of(condition("email", "matches", value="*")),
    "the same time twice": root_of(condition("createdAt", "time_between", value=["08:00", "08:00"])),
    "a field compared with itself": root_of(condition("email", "equals", value={"field": "email"})),
}


@pytest.mark.parametrize("name", WIDER)
def test_what_a_schema_cannot_say_is_still_refused_by_the_portal(name: str) -> None:
    """These stand in docs/filters.md; one that the schema learns to refuse goes from both places."""
    assert OF_SAMPLE.is_valid(WIDER[name])
    assert not taken(json.loads(json.dumps(WIDER[name])))


def test_a_tree_that_is_too_deep_is_valid_and_refused_by_the_portal() -> None:
    deep: Any = SKU
    for _ in range(25):
        deep = root_of(deep)["root"]
    data = {"version": 1, "root": deep}
    assert (OF_SAMPLE.is_valid(data), taken(data)) == (True, False)
