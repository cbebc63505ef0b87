"""The JavaScript reading against the Python one in V8, and code read back into trees."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from automations.scripting.contract import CodeRequest
from automations.scripting.limits import Limits
from automations.scripting.pool import Pool
from orders.documents.catalogue import ORDER
from portal.filters.evaluate import compile_tree
from portal.filters.fields import BEFORE, Type
from portal.filters.from_js import from_js
from portal.filters.shape import operators
from portal.filters.to_js import to_js
from portal.filters.tree import Condition, Group
from portal.kit import json
from tests.portal.filters.sample import NOW, SAMPLE, UPDATED
from tests.portal.filters.strategies import updated, updated_trees
from tests.portal.filters.test_readings import one_field
from tests.readings.corpus import CASES, DOCUMENTS
from tests.readings.effort import examples
from tests.readings.javascript import answers, run
from tests.readings.test_orders import conditions

ZONES = [dt.UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Asia/Kathmandu")]
BATCH = 36
"""Filters, and documents, of one example: so many cases are the square of it."""


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    pool = Pool(Limits(action_ms=5_000, filter_ms=5_000))
    yield pool
    pool.close()


def document_of(kind: Type, value: Any, *, looks_back: bool) -> dict[str, Any]:
    if not looks_back:
        return {"x": value}
    return {"x": value[1], BEFORE: {"x": value[0]}} if isinstance(value, tuple) else {"x": value}


def test_every_operator_answers_in_v8_as_its_truth_table_says(pool: Pool) -> None:
    for kind in Type:
        rows = [(one, truth) for one in operators for truth in one.truth if truth.type is kind]
        catalogue = one_field(kind).updated()
        roots = [Group("all", (Condition("x", one.key, truth.operand),)) for one, truth in rows]
        documents = [document_of(kind, truth.value, looks_back=one.looks_back) for one, truth in rows]
        told = answers(pool, roots, documents, catalogue)
        wrong = [(one.key, truth) for index, (one, truth) in enumerate(rows) if told[index][index] is not truth.outcome]
        assert wrong == []


def test_every_operator_has_a_javascript_reading_for_each_of_its_types() -> None:
    assert [(one.key, kind) for one in operators for kind in one.readings if not one.readings[kind].javascript] == []


def test_v8_answers_as_the_corpus_says(pool: Pool) -> None:
    told = answers(pool, [case.root for case in CASES], DOCUMENTS, SAMPLE)
    assert [list(column) for column in zip(*told, strict=True)] == [case.expected for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_converted_filter_of_the_corpus_comes_back_as_it_was(case: Any) -> None:
    assert from_js(to_js(case.root, SAMPLE), SAMPLE) == case.root


def test_a_converted_filter_runs_as_a_code_filter_and_answers_true_or_false(pool: Pool) -> None:
    case = next(case for case in CASES if case.name == "groups in groups")
    entities = [json.dumps(document) for document in DOCUMENTS]
    request = CodeRequest("test:one", to_js(case.root, SAMPLE), "filter", entities, NOW.isoformat())
    assert [result.value for result in pool.run([request])[0]] == case.expected


@settings(
    max_examples=examples(10),
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking a batch takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    st.lists(updated_trees, min_size=BATCH, max_size=BATCH),
    st.lists(updated(), min_size=BATCH, max_size=BATCH),
    st.sampled_from(ZONES),
)
def test_v8_answers_as_python_does(pool: Pool, roots: list[Group], documents: list[Any], zone: dt.tzinfo) -> None:
    told = answers(pool, roots, documents, UPDATED, zone)
    functions = [compile_tree(root, UPDATED, zone) for root in roots]
    wrong = [
        (to_js(roots[column], UPDATED, zone), document, answer)
        for document, row in zip(documents, told, strict=True)
        for column, answer in enumerate(row)
        if answer is not functions[column](document, NOW)
    ]
    assert wrong[:1] == []


junk = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text(max_size=3), st.just("2026-01-10T12:00:00.000Z")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["email", "customer", "lastName", "country", "name", "value", "method", "sku", "quantity"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=6,
)
PLACES = ["customer", "shippingAddress", "payments", "customFields", "lineItems", "tags", "email", "status", BEFORE]


@settings(
    max_examples=examples(3),
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    st.lists(updated_trees, min_size=BATCH, max_size=BATCH),
    st.lists(st.dictionaries(st.sampled_from(PLACES), junk), min_size=BATCH, max_size=BATCH),
)
def test_v8_answers_as_python_does_whatever_a_document_looks_like(
    pool: Pool, roots: list[Group], documents: list[Any]
) -> None:
    told = answers(pool, roots, documents, UPDATED)
    functions = [compile_tree(root, UPDATED) for root in roots]
    wrong = [
        (to_js(roots[column], UPDATED), document, answer)
        for document, row in zip(documents, told, strict=True)
        for column, answer in enumerate(row)
        if answer is not functions[column](document, NOW)
    ]
    assert wrong[:1] == []


@settings(
    max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(updated_trees, st.lists(updated(), min_size=4, max_size=4), st.sampled_from(ZONES))
def test_a_converted_filter_comes_back_with_the_same_meaning(
    root: Group, documents: list[Any], zone: dt.tzinfo
) -> None:
    again = from_js(to_js(root, UPDATED, zone), UPDATED, zone)
    one, other = compile_tree(root, UPDATED, zone), compile_tree(again, UPDATED, zone)
    assert [one(document, NOW) for document in documents] == [other(document, NOW) for document in documents]
    assert from_js(to_js(again, UPDATED, zone), UPDATED, zone) == again


def test_moments_are_read_alike(pool: Pool) -> None:
    texts = [
        *("2026-01-05T10:10:00Z", "2026-01-05T10:10Z", "2026-01-05T24:00:00Z", "2026-02-29T00:00:00Z"),
        *("2028-02-29T00:00:00+23:59", "2026-01-05T10:10:00+24:00", "2026-01-05T10:10:60Z", "0000-01-01T00:00:00Z"),
        *("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59-01:00"),
        *("2026-01-05T10:10:00.1Z", "2026-01-05T10:10:00.123456789Z", "2026-01-05 10:10:00Z", "2026-01-05T10:10:00"),
        *("2026-01-05", "2026-1-5T10:10:00Z", "2026-13-01T00:00:00Z", "2026-01-05T10:60:00Z", "0099-06-01T12:00:00Z"),
        *("2026-01-05T10:10:00.1234567890Z", " 2026-01-05T10:10:00Z", "2026-01-05T10:10:00+05:99", "٢026-01-05T10:10Z"),
    ]
    root = Group("all", (Condition("createdAt", "is_not_empty"),))
    since = Group("all", (Condition("createdAt", "before", "2026-01-05T10:10:00.124Z"),))
    documents = [{"createdAt": text} for text in texts]
    told = answers(pool, [root, since], documents, SAMPLE)
    functions = [compile_tree(one, SAMPLE) for one in (root, since)]
    expected = [[one(document, NOW) for one in functions] for document in documents]
    assert dict(zip(texts, told, strict=True)) == dict(zip(texts, expected, strict=True))


DAYS = ["2026-03-28", "2026-03-29", "2026-10-25", "2011-12-30", "2018-11-04", "2026-04-26", "1999-12-31"]


@pytest.mark.parametrize(
    "name", ["Europe/Berlin", "America/New_York", "Pacific/Apia", "America/Sao_Paulo", "Asia/Beirut", "Africa/Cairo"]
)
def test_days_begin_alike_where_clocks_change_at_midnight_or_leave_a_day_out(pool: Pool, name: str) -> None:
    zone = ZoneInfo(name)
    always = [Group("all", (Condition("createdAt", "on_weekday", ("friday", "sunday")),))]
    always += [Group("all", (Condition("createdAt", "time_between", ("23:30", "01:00")),))]
    for day in DAYS:  # each asked of the moments about it: those of other days tell nothing more
        roots = [*always, *(Group("all", (Condition("createdAt", key, day),)) for key in ("equals", "before", "after"))]
        begins = dt.datetime.fromisoformat(f"{day}T00:00:00Z")
        starts = [
            begins + dt.timedelta(minutes=30 * half, milliseconds=ms) for half in range(-30, 56) for ms in (-1, 0)
        ]
        documents = [{"createdAt": one.isoformat(timespec="milliseconds").replace("+00:00", "Z")} for one in starts]
        told = answers(pool, roots, documents, SAMPLE, zone)
        functions = [compile_tree(root, SAMPLE, zone) for root in roots]
        expected = [[one(document, NOW) for one in functions] for document in documents]
        assert [pair for pair in zip(documents, told, expected, strict=True) if pair[1] != pair[2]] == []


def _body(code: str) -> str:
    """Return the code without its sentence, which says what goes without saying in fewer words."""
    return code.partition("\n")[2]


def test_every_field_and_operator_of_orders_answers_alike_and_comes_back(pool: Pool) -> None:
    plain = [field for field in ORDER if not field.is_template]
    roots = [Group("all", (one,)) for field in plain for one in conditions(field, DOCUMENTS)]
    told = answers(pool, roots, DOCUMENTS, ORDER)
    functions = [compile_tree(root, ORDER) for root in roots]
    wrong = [
        roots[column]
        for document, row in zip(DOCUMENTS, told, strict=True)
        for column, answer in enumerate(row)
        if answer is not functions[column](document, NOW)
    ]
    assert wrong == []
    codes = [to_js(root, ORDER) for root in roots]
    assert [
        code for code in codes if to_js(from_js(code, ORDER), ORDER).splitlines()[1:] != code.splitlines()[1:]
    ] == []


def test_sums_and_counts_are_exact(pool: Pool) -> None:
    codes = [
        'return helpers.number.sum(helpers.lines(entity.lineItems), "p") === 0.3;',
        "return helpers.lines(entity.lineItems).length === 2;",
    ]
    assert run(pool, codes, [{"lineItems": [{"p": 0.1}, 7, {"p": 0.2}]}]) == [[True, True]]
    assert run(pool, codes, [{"lineItems": [{"p": "0.3"}, {"p": 0.3}]}]) == [[True, True]]
    assert run(pool, codes, [{}]) == [[False, False]]
