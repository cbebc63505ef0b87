"""Whatever rules say, an export of an import of an export is the export."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automations.definition import ActionSpec, Definition, FilterSpec
from automations.exchange.exports import export_all
from automations.exchange.imports import import_rules
from automations.models import Rule
from automations.services.sets import insert, lock_set, publish
from orders.models import Source
from portal.audit.actor import Actor

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")
NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)
CODES = st.text(
    st.one_of(st.characters(codec="ascii", exclude_characters="\x00"), st.sampled_from("\n\t é😀")), max_size=60
)
AMOUNTS = st.one_of(st.integers(0, 10**9), st.decimals(0, 10**6, places=2))
CONDITIONS = st.one_of(
    st.builds(lambda amount: {"field": "totalPrice", "operator": "gt", "value": amount}, AMOUNTS),
    st.builds(
        lambda values: {"field": "tags", "operator": "contains_any", "value": values},
        st.lists(NAMES, min_size=1, max_size=3),
    ),
)
TREES = st.builds(
    lambda match, items: {"version": 1, "root": {"match": match, "items": items}},
    st.sampled_from(["all", "any", "none"]), st.lists(CONDITIONS, min_size=1, max_size=3),
)  # fmt: skip
DEFINITIONS = st.builds(
    Definition,
    name=NAMES,
    description=CODES,
    once=st.booleans(),
    filter=st.one_of(
        st.builds(lambda tree: FilterSpec(tree=tree), TREES),
        st.builds(lambda code: FilterSpec(kind="code", code=code), CODES),
    ),
    actions=st.lists(
        st.builds(
            lambda minutes, off, note: ActionSpec(key="hold", settings={"minutes": minutes}, off=off, note=note),
            st.integers(0, 1000), st.booleans(), NAMES,
        ), min_size=1, max_size=3,
    ).map(tuple),
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(DEFINITIONS, min_size=1, max_size=4))
def test_an_export_of_an_import_of_an_export_is_the_export(source: Source, definitions: list[Definition]) -> None:
    """What was exported is unchanged where it came from, and exporting again gives the same text."""
    ours = source.organization
    Rule.across.filter(organization=ours).update(deleted_at="2026-01-01T00:00:00Z")
    rule_set = lock_set(ours, "UPDATED_ORDER")
    for definition in definitions:
        insert(rule_set, definition, ANN)
    publish(rule_set, ANN, "Made")
    text = export_all(ours)
    found = import_rules(ours, text.encode(), by=ANN, may_code=True)
    assert {entry.outcome for entry in found.entries} == {"unchanged"}
    assert export_all(ours) == text
