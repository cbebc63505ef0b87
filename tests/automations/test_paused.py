"""Rules that this version of the product cannot read: they do nothing, and say so."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from automations import services
from automations.definition import ActionSpec, Definition
from automations.engine.loading import load
from automations.models import Rule, RuleVersion, Run
from orders.exceptions.clear import close_gone
from orders.models import OrderException, Source
from portal.audit.actor import Actor
from portal.events.dispatch import drain
from tests.factories import make_order

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")
GONE = {"match": "all", "items": [{"field": "moonPhase", "operator": "equals", "value": "full"}]}
STORED = [
    pytest.param({"version": 99, "root": {}}, "The version of the filter is unknown.", id="a later version"),
    pytest.param({"version": 1, "root": GONE}, "There is no such field.", id="a field that is gone"),
]


@pytest.fixture
def rule(source: Source) -> Rule:
    services.ensure_defaults(source.organization)
    definition = Definition(name="By the moon", actions=(ActionSpec(key="cancel"),))
    made = services.create_rule(source.organization, "NEW_ORDER", definition, by=ANN)
    return services.set_enabled(made, True, by=ANN)


def store(rule: Rule, tree: dict[str, Any]) -> None:
    """Put a filter into the rule's version as an older or newer product may have left it."""
    version = RuleVersion.across.get(rule=rule)
    version.definition = version.definition | {"filter": {"kind": "simple", "tree": tree, "code": ""}}
    RuleVersion.across.filter(pk=version.pk).update(definition=version.definition)
    load.cache_clear()


@pytest.mark.parametrize(("tree", "reason"), STORED)
def test_it_is_told_once_for_the_rule_and_orders_go_on_carefully(
    rule: Rule, source: Source, tree: dict[str, Any], reason: str
) -> None:
    store(rule, tree)
    orders = [make_order(source, 1), make_order(source, 2)]
    drain("automations")
    paused = OrderException.across.get(type="rule_paused")
    assert (paused.title, paused.entity_type, paused.entity_id) == ("Rule “By the moon” is paused", "rule", rule.pk)
    assert reason in paused.message
    assert not OrderException.across.filter(type="rule_failed").exists()
    assert set(Run.across.filter(rule=rule).values_list("status", flat=True)) == {"failed"}
    for order in orders:
        order.refresh_from_db()
        assert order.status == "onHold"
        assert order.holds.get().next_status == "reviewRequired"


def test_the_exception_closes_when_the_rule_is_saved_anew(rule: Rule, source: Source) -> None:
    store(rule, {"version": 99, "root": {}})
    make_order(source)
    drain("automations")
    close_gone()
    assert OrderException.across.get(type="rule_paused").state == "active"
    rule.refresh_from_db()
    services.save_rule(rule, Definition(name="By the sun", actions=(ActionSpec(key="cancel"),)), by=ANN)
    close_gone()
    assert OrderException.across.get(type="rule_paused").state == "resolved"


@pytest.mark.parametrize(("tree", "reason"), STORED)
def test_the_pages_show_it_as_paused_and_it_cannot_be_saved_as_it_is(
    rule: Rule, as_owner: Client, tree: dict[str, Any], reason: str
) -> None:
    store(rule, tree)
    cards = as_owner.get(reverse("automations:list")).content.decode()
    assert "Paused" in cards
    assert reason in cards
    address = reverse("automations:edit", args=[rule.public_id])
    page = as_owner.get(address).content.decode()
    assert "This rule is paused" in page
    assert reason in page
    version = Rule.across.get(pk=rule.pk).current_id
    general = {"name": "By the moon", "kind": "simple", "f.match": "all", "a.0.key": "cancel", "seen": "1"}
    shown = {name: "" for name in ("f.0.field", "f.0.operator") if f'name="{name}"' in page}
    assert shown
    assert as_owner.post(address, general | shown).status_code == 422
    assert Rule.across.get(pk=rule.pk).current_id == version
