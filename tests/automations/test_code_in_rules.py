"""Where a rule may hold JavaScript: all of it is found, so that nobody writes it without the right."""

import pytest

from automations.definition import ActionSpec, Definition, FilterSpec
from automations.services.code import code_of, writes_code

SIMPLE = FilterSpec().model_dump()
CODE = {"kind": "code", "tree": FilterSpec().tree, "code": "return 1 > 0;"}
CASES = {
    "none": (Definition(name="A", actions=(ActionSpec(key="cancel"),)), set()),
    "the filter": (Definition(name="A", filter=FilterSpec(kind="code", code="return true;")), {"return true;"}),
    "left behind in a simple filter": (Definition(name="A", filter=FilterSpec(code="return true;")), set()),
    "an action": (
        Definition(name="A", actions=(ActionSpec(key="update_by_code", settings={"code": "return {};"}),)),
        {"return {};"},
    ),
    "an action that is switched off": (
        Definition(name="A", actions=(ActionSpec(key="update_by_code", settings={"code": "return {};"}, off=True),)),
        {"return {};"},
    ),
    "the condition of a hold": (
        Definition(name="A", actions=(ActionSpec(key="conditional_hold", settings={"condition": CODE}),)),
        {"return 1 > 0;"},
    ),
    "a simple condition of a hold": (
        Definition(name="A", actions=(ActionSpec(key="conditional_hold", settings={"condition": SIMPLE}),)),
        set(),
    ),
    "an action that is not there any more": (Definition(name="A", actions=(ActionSpec(key="gone"),)), set()),
}


@pytest.mark.parametrize(("definition", "found"), CASES.values(), ids=CASES.keys())
def test_all_code_of_a_rule_is_found(definition: Definition, found: set[str]) -> None:
    assert code_of(definition.model_dump()) == found


def test_only_code_that_was_not_there_before_is_new() -> None:
    before = Definition(name="A", filter=FilterSpec(kind="code", code="return true;")).model_dump()
    after = Definition(name="B", filter=FilterSpec(kind="code", code="return true;")).model_dump()
    assert writes_code(after)
    assert not writes_code(after, before)
    assert writes_code({**after, "filter": {**after["filter"], "code": "return false;"}}, before)
