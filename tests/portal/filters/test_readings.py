"""The Python readings against the naive one, and against each operator's truth table."""

import datetime as dt
import zoneinfo
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.filters.evaluate import FilterSet, compile_tree
from portal.filters.fields import BEFORE, Catalogue, Field, Type, choices
from portal.filters.operators import operators_for
from portal.filters.shape import Operator, Truth, operators
from portal.filters.to_words import sentence
from portal.filters.tree import Condition, Group
from portal.filters.why import why
from portal.kit import json
from tests.portal.filters.naive import holds
from tests.portal.filters.sample import NOW, SAMPLE, UPDATED
from tests.portal.filters.strategies import documents, trees, updated, updated_trees

CASES = [(operator, truth) for operator in operators for truth in operator.truth]


def one_field(kind: Type) -> Catalogue:
    labels = {"new": "New", "onHold": "On hold"} if kind is Type.ENUM else {}
    return Catalogue("one", "one", [Field("x", "X", kind, choices=choices(labels))])


@pytest.mark.parametrize(("operator", "truth"), CASES, ids=lambda case: getattr(case, "key", repr(case)))
def test_each_operator_does_what_its_truth_table_says(operator: Operator, truth: Truth) -> None:
    catalogue = one_field(truth.type)
    root = Group("all", (Condition("x", operator.key, truth.operand),))
    document = {"x": truth.value}
    if operator.looks_back:
        was, now = truth.value or (None, None)
        catalogue, document = catalogue.updated(), {"x": now, BEFORE: {"x": was}} if truth.value else {"x": now}
    assert compile_tree(root, catalogue)(document, NOW) is truth.outcome
    assert holds(root, catalogue, document, NOW) is truth.outcome


@pytest.mark.parametrize("operator", operators.all(), ids=lambda operator: operator.key)
def test_each_truth_table_tells_of_both_outcomes_and_of_absence(operator: Operator) -> None:
    assert {truth.outcome for truth in operator.truth} == {True, False}
    assert any(truth.value is None and truth.outcome is operator.absent for truth in operator.truth)


def test_every_type_has_operators() -> None:
    assert [kind for kind in Type if not operators_for(kind)] == []


@settings(max_examples=200, deadline=None)
@given(trees, st.lists(documents(), min_size=3, max_size=3))  # a document costs less than a tree
def test_all_python_readings_agree_with_the_naive_one(root: Group, many: list[dict[str, Any]]) -> None:
    compiled, twice = compile_tree(root, SAMPLE), FilterSet([root, root], SAMPLE)
    for document in many:
        expected = holds(root, SAMPLE, document, NOW)
        assert compiled(document, NOW) is expected
        assert twice.matches(document, NOW) == [expected, expected]
        explained = why(root, SAMPLE, document, NOW)
        assert explained["outcome"] is expected
        assert (explained["blocker"] is None) is expected
        assert json.loads(json.dumps(explained))["outcome"] is expected
    assert sentence(root, SAMPLE).startswith(("when ", "always", "never"))


ZONES = [dt.UTC, zoneinfo.ZoneInfo("Europe/Berlin"), zoneinfo.ZoneInfo("America/St_Johns")]


@settings(max_examples=150, deadline=None)
@given(updated_trees, st.lists(updated(), min_size=3, max_size=3), st.sampled_from(ZONES))
def test_what_was_before_is_told_alike(root: Group, many: list[dict[str, Any]], zone: dt.tzinfo) -> None:
    compiled, alone = compile_tree(root, UPDATED, zone), FilterSet([root], UPDATED, zone)
    for document in many:
        expected = holds(root, UPDATED, document, NOW, zone=zone)
        assert compiled(document, NOW) is expected
        assert alone.matches(document, NOW) == [expected]
        assert why(root, UPDATED, document, NOW, zone=zone)["outcome"] is expected


@settings(max_examples=100, deadline=None)
@given(st.lists(trees, max_size=4), st.lists(documents(), min_size=3, max_size=3))
def test_a_filter_set_answers_as_its_filters_do_alone(roots: list[Group], many: list[dict[str, Any]]) -> None:
    together = FilterSet(roots, SAMPLE)
    for document in many:
        assert together.matches(document, NOW) == [compile_tree(root, SAMPLE)(document, NOW) for root in roots]


junk = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.decimals()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["email", "customer", "lastName", "lineItems", "tags", "payments", "method", "createdAt", "sku"]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(trees, st.lists(junk, min_size=3, max_size=3))
def test_no_document_makes_a_reading_fail(root: Group, many: list[Any]) -> None:
    compiled, alone = compile_tree(root, SAMPLE), FilterSet([root], SAMPLE)
    for document in many:
        expected = compiled(document, NOW)
        assert alone.matches(document, NOW) == [expected]
        assert why(root, SAMPLE, document, NOW)["outcome"] is expected
