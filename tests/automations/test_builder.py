"""The rule editor has the builder of the lists: one step answers with it and with the sentence of the rule."""

from typing import Any

import pytest
from django.test import Client

from automations.definition import ActionSpec, Definition, FilterSpec
from automations.models import Rule
from automations.services import create_rule
from portal.audit.actor import Actor
from portal.filters import codec
from portal.filters.tree import Condition, Group
from portal.tenancy.models import Organization

pytestmark = pytest.mark.django_db
OVER = {"f.0.field": "totalPrice", "f.0.operator": "gt", "f.0.value": "100"}


def step(client: Client, do: str, **data: Any) -> Any:
    form = {"name": "Big", "kind": "simple", "do": do, **OVER, **data}
    return client.post("/automations/draft/NEW_ORDER/", form, headers={"HX-Request": "true"})


@pytest.fixture
def rule(organization: Organization) -> Rule:
    tree = codec.encode(Group("all", (Condition("totalPrice", "gt", 100),)))
    made = Definition(name="Big", filter=FilterSpec(tree=tree), actions=(ActionSpec(key="archive"),))
    return create_rule(organization, "NEW_ORDER", made, by=Actor.system("test"))


def test_an_edit_of_the_filter_draws_the_builder_and_the_rules_sentence_alone(as_owner: Client) -> None:
    text = step(as_owner, "filter:add_group:").content.decode()
    assert 'data-focus="1.0"' in text
    assert 'hx-swap-oob="innerHTML:#rule-told"' in text
    assert 'id="rule-parts"' not in text, "what is written in the code editor is left alone"


def test_looking_tells_both_sentences(as_owner: Client) -> None:
    text = step(as_owner, "filter:look").content.decode()
    assert "When total is over 100" in text
    assert "when total is over 100" in text
    assert "<select" not in text


@pytest.mark.parametrize("do", ["filter:explode:", "filter:remove:7", "filter:", "explode:"])
def test_an_edit_that_there_is_not_is_refused(as_owner: Client, do: str) -> None:
    assert step(as_owner, do).status_code == (200 if do == "filter:" else 400)


def test_who_may_only_look_sees_the_conditions_and_no_buttons(as_colleague: Client, rule: Rule) -> None:
    text = as_colleague.get(f"/automations/rules/{rule.public_id}/").content.decode()
    assert "When total is over 100" in text
    assert 'name="f.0.value"' in text, "the trial sends what stands here"
    for mark in ("data-do=", "data-editable", "data-filter-handle", "data-filter-undo"):
        assert mark not in text
