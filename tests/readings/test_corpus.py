"""Every reading against the shared corpus."""

import pytest

from portal.filters.evaluate import FilterSet, compile_tree
from portal.filters.to_words import sentence
from portal.filters.why import why
from tests.portal.filters.naive import holds
from tests.portal.filters.sample import NOW, SAMPLE
from tests.readings import tables
from tests.readings.corpus import CASES, DOCUMENTS, Case

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@each_case
def test_python_answers_as_the_corpus_says(case: Case) -> None:
    one = compile_tree(case.root, SAMPLE)
    assert [one(document, NOW) for document in DOCUMENTS] == case.expected
    assert [holds(case.root, SAMPLE, document, NOW) for document in DOCUMENTS] == case.expected
    assert [why(case.root, SAMPLE, document, NOW)["outcome"] for document in DOCUMENTS] == case.expected


def test_a_filter_set_answers_as_the_corpus_says() -> None:
    filters = FilterSet([case.root for case in CASES], SAMPLE)
    told = [filters.matches(document, NOW) for document in DOCUMENTS]
    assert [list(column) for column in zip(*told, strict=True)] == [case.expected for case in CASES]


@each_case
def test_the_sentence_is_that_of_the_corpus(case: Case) -> None:
    assert sentence(case.root, SAMPLE) == case.sentence


@pytest.mark.django_db
def test_sql_answers_as_the_corpus_says() -> None:
    tables.create()
    tables.store(DOCUMENTS)
    assert {case.name: tables.found(case.root) for case in CASES} == {case.name: case.expected for case in CASES}
