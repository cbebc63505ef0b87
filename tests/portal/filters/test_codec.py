"""Stored form and address: round trips, and whatever a hostile hand may send."""

import base64
import contextlib
import zlib
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.filters import codec
from portal.filters.problems import BadFilter
from portal.filters.text import from_address, to_address
from portal.filters.tree import ALWAYS, Condition, Duration, FieldRef, Group, Measure, show_path
from tests.portal.filters.strategies import trees

TREE = Group(
    "all",
    (
        Condition("totalPrice", "gt", Decimal("99.90")),
        Condition("tags", "contains_any", ("test", "example")),
        Group("none", (Condition("lineItems.sku", "equals", "X", "all"),), "any"),
        Condition("createdAt", "in_last", Duration(3, "days")),
        Condition("email", "is_empty"),
        Condition("email", "equals", FieldRef("customer.lastName")),
        Measure("sum", "gt", 5, "lineItems.quantity", Group("any", (Condition("lineItems.sku", "is_empty"),))),
        Measure("count", "equals", 0),
    ),
)
STORED = (
    '{"version":1,"root":{"match":"all","items":['
    '{"field":"totalPrice","operator":"gt","value":99.90},'
    '{"field":"tags","operator":"contains_any","value":["test","example"]},'
    '{"match":"none","items":[{"field":"lineItems.sku","operator":"equals","value":"X","lines":"all"}],"lines":"any"},'
    '{"field":"createdAt","operator":"in_last","value":{"amount":3,"unit":"days"}},'
    '{"field":"email","operator":"is_empty"},'
    '{"field":"email","operator":"equals","value":{"field":"customer.lastName"}},'
    '{"measure":"sum","operator":"gt","value":5,"field":"lineItems.quantity",'
    '"where":{"match":"any","items":[{"field":"lineItems.sku","operator":"is_empty"}]}},'
    '{"measure":"count","operator":"equals","value":0}]}}'
)


def test_a_tree_is_stored_as_versioned_json() -> None:
    assert codec.dumps(TREE) == STORED
    assert codec.loads(STORED) == TREE


@settings(max_examples=200, deadline=None)
@given(trees)
def test_every_tree_comes_back_from_json_and_from_the_address(root: Group) -> None:
    assert codec.loads(codec.dumps(root)) == root
    assert from_address(to_address(root)) == root


def test_the_filter_that_always_holds_leaves_the_address_empty() -> None:
    assert to_address(ALWAYS) == ""
    assert from_address("") == ALWAYS


def cond(**more: Any) -> dict[str, Any]:
    return {"field": "email", "operator": "equals", "value": "x"} | more


def wrapped(*items: Any, **more: Any) -> dict[str, Any]:
    return {"version": 1, "root": {"match": "all", "items": list(items)} | more}


def bomb(depth: int) -> dict[str, Any]:
    node: dict[str, Any] = cond()
    for _ in range(depth):
        node = {"match": "all", "items": [node]}
    return {"version": 1, "root": node}


@pytest.mark.parametrize(
    ("data", "path", "part", "message"),
    [
        (None, "", "node", "This is not a filter."),
        ([], "", "node", "This is not a filter."),
        ({}, "", "node", "The version of the filter is unknown."),
        ({"version": 2, "root": {}}, "", "node", "The version of the filter is unknown."),
        ({"version": True, "root": {}}, "", "node", "The version of the filter is unknown."),
        ({"version": 1}, "", "node", "This is neither a condition nor a group."),
        ({"version": 1, "root": cond()}, "", "node", "This is neither a condition nor a group."),
        (
            wrapped({"measure": "mean", "operator": "gt", "value": 1}),
            "0",
            "node",
            "It is not known what is to be measured.",
        ),
        (wrapped({"measure": "count", "value": 1}), "0", "node", "This is neither a condition nor a group."),
        (wrapped({"measure": "count", "operator": 1, "value": 1}), "0", "operator", "This is not a name."),
        (
            wrapped({"measure": "count", "operator": "gt", "value": 1, "where": cond()}),
            "0.0",
            "node",
            "This is neither a condition nor a group.",
        ),
        (wrapped(cond(value={"field": 7})), "0", "field", "This is not a name."),
        (wrapped(match="some"), "", "match", "The group joins its conditions in an unknown way."),
        (wrapped(match=["all"]), "", "match", "The group joins its conditions in an unknown way."),
        (wrapped(items={}), "", "node", "The items of the group are not a list."),
        (wrapped(lines="each"), "", "lines", "Unknown choice of lines."),
        (wrapped(extra=1), "", "node", "This is neither a condition nor a group."),
        (wrapped(cond(), 5), "1", "node", "This is neither a condition nor a group."),
        (wrapped(cond(), cond(extra=1)), "1", "node", "This is neither a condition nor a group."),
        (wrapped(cond(field=5)), "0", "field", "This is not a name."),
        (wrapped(cond(operator="x" * 401)), "0", "operator", "This is not a name."),
        (wrapped(cond(value=True)), "0", "value", "This value cannot be compared."),
        (wrapped(cond(value=1.5)), "0", "value", "This value cannot be compared."),
        (wrapped(cond(value=[["x"]])), "0", "value", "This value cannot be compared."),
        (wrapped(cond(value={"amount": "3", "unit": "days"})), "0", "value", "This is not a span of time."),
        (wrapped(cond(value={"amount": 3, "unit": ["days"]})), "0", "value", "This is not a span of time."),
        (wrapped(cond(value="x" * 10_001)), "0", "value", "The text is longer than 10,000 characters."),
        (wrapped(cond(value=["x"] * 1_001)), "0", "value", "The list has more than 1,000 values."),
        (wrapped(*[cond()] * 500), "", "node", "The filter has more than 500 conditions and groups."),
        (bomb(21), "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0", "node", "Groups are nested more than 20 deep."),
    ],
)
def test_what_is_no_filter_is_refused_with_the_path_of_the_node(data: Any, path: str, part: str, message: str) -> None:
    with pytest.raises(BadFilter) as caught:
        codec.decode(data)
    [problem] = caught.value.problems
    assert (show_path(problem.path), problem.part, problem.message) == (path, part, message)
    assert problem.cure


@pytest.mark.usefixtures("nothing_collected")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "NaN",
        '{"version":1,"root":{"match":"all","items":[NaN]}}',
        '"\\ud800"',
        b"\xff\xfe",
        '{"version":1,"root":' + '{"match":"all","items":[' * 1_000 + "]}" * 1_000 + "}",
        "[" * 100_000,
        '{"version":1,"root":{"match":"all","items":[' + "1," * 1_500_000 + "1]}}",
    ],
    ids=["empty", "cut", "nan", "nan inside", "surrogate", "bytes", "depth 1,000", "depth 100,000", "3 MB"],
)
def test_no_text_crashes_the_codec(text: str | bytes) -> None:
    with pytest.raises(BadFilter):
        codec.loads(text)


names = st.sampled_from(["version", "root", "match", "items", "field", "operator", "value", "lines"])
any_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=5)),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(any_json)
def test_any_json_is_a_filter_or_refused(data: Any) -> None:
    for candidate in (data, {"version": 1, "root": data}, wrapped(data)):
        with contextlib.suppress(BadFilter):
            assert isinstance(codec.decode(candidate), Group)


@pytest.mark.parametrize(
    "address",
    ["x", "j", "j!", "jéé", "z" + "A" * 50, "j" + base64.urlsafe_b64encode(b"{}").decode(), "j" * 40_000,
     "z" + base64.urlsafe_b64encode(zlib.compress(b" " * 50_000_000)).decode().rstrip("="),
     "z" + base64.urlsafe_b64encode(zlib.compress(STORED.encode())[:-6]).decode().rstrip("=")],
    ids=["letter", "nothing", "sign", "not ascii", "not packed", "not a filter", "too long", "bomb", "cut"],
)  # fmt: skip
def test_an_address_that_cannot_be_read_is_refused(address: str) -> None:
    with pytest.raises(BadFilter):
        from_address(address)
