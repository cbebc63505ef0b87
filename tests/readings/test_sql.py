"""The SQL reading against the Python one, on PostgreSQL, with random trees and documents."""

import datetime as dt
import zoneinfo
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from portal.filters.evaluate import compile_tree
from portal.filters.fields import keyed_path
from portal.filters.shape import operators
from portal.filters.tree import ALWAYS, Condition, Group
from tests.portal.filters.sample import NOW, SAMPLE
from tests.portal.filters.strategies import documents, trees
from tests.readings import tables
from tests.readings.effort import examples

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _tables(db: None) -> None:
    tables.create()


def test_every_operator_agrees_with_its_truth_table_in_sql() -> None:
    for operator in operators:
        rows = [
            (field, truth)
            for truth in (operator.truth if not operator.looks_back else ())
            for field in SAMPLE
            if field.type is truth.type and (not field.choices or field.path == "status")
        ]
        if not rows:
            continue
        tables.clear()
        tables.store([tables.document_with(field, truth.value) for field, truth in rows])
        roots = []
        for field, truth in rows:
            path = keyed_path(field.path, "Gift") if field.is_template else field.path
            roots.append(Group("all", (Condition(path, operator.key, truth.operand, "any" if field.line else None),)))
        told = zip(rows, tables.found_each(roots), strict=True)
        wrong = [(field.path, operator.key, truth) for (field, truth), found in told if found is not truth.outcome]
        assert wrong == []


TREES, RECORDS = 25, 40
"""Filters, and documents, of one example: so many cases are the product of both."""
ZONES = [dt.UTC, zoneinfo.ZoneInfo("Europe/Berlin"), zoneinfo.ZoneInfo("America/St_Johns")]


@settings(
    max_examples=examples(12),
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking a batch of rows takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    st.lists(documents(), min_size=RECORDS, max_size=RECORDS),
    st.lists(trees, min_size=TREES, max_size=TREES),
    st.sampled_from(ZONES),
)
def test_sql_answers_as_python_does(many: list[dict[str, Any]], roots: list[Group], zone: dt.tzinfo) -> None:
    with transaction.atomic():
        tables.clear()
        tables.store(many)
        told = tables.answers(roots, zone)
        functions = [compile_tree(root, SAMPLE, zone) for root in roots]
        wrong = [
            (roots[column], document, answer)
            for document, row in zip(many, told, strict=True)
            for column, answer in enumerate(row)
            if answer is not functions[column](document, NOW)
        ]
        assert wrong[:1] == []


def test_an_empty_filter_finds_everything_and_a_negation_the_rest() -> None:
    tables.store([{}, {"tags": ["vip"]}])
    assert tables.found(ALWAYS) == [True, True]
    assert tables.found(Group("none", (Condition("tags", "is_not_empty"),))) == [True, False]
