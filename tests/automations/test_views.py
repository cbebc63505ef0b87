"""The automation pages: what each person may, and that nothing typed is lost."""

import pytest
from django.test import Client
from django.urls import reverse

from automations import services
from automations.definition import ActionSpec, Definition
from automations.models import Rule, Run
from orders.models import Order, Source
from portal.audit.actor import Actor
from portal.events.dispatch import drain
from tests.factories import make_order

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")
FORM = {
    "name": "Dear orders",
    "kind": "simple",
    "f.match": "all",
    "f.0.field": "totalPrice",
    "f.0.operator": "gt",
    "f.0.value": "100",
    "a.0.key": "hold",
    "a.0.minutes": "45",
    "a.0.anchor": "createdAt",
    "a.0.next_status": "reviewRequired",
}


@pytest.fixture
def rule(source: Source) -> Rule:
    services.ensure_defaults(source.organization)
    definition = Definition(name="Cancel all", actions=(ActionSpec(key="cancel"),))
    return services.create_rule(source.organization, "NEW_ORDER", definition, by=ANN)


def test_the_owner_adds_a_rule_and_it_is_off(as_owner: Client, source: Source) -> None:
    response = as_owner.post(reverse("automations:new", args=["NEW_ORDER"]), FORM)
    assert response.status_code == 302
    rule = Rule.across.select_related("current").get(name="Dear orders")
    assert rule.enabled is False
    assert rule.current is not None
    (action,) = rule.current.definition["actions"]
    assert (action["key"], action["off"], action["note"]) == ("hold", False, "")
    told = {name: action["settings"][name] for name in ("minutes", "anchor", "next_status")}
    assert told == {"minutes": 45, "anchor": "createdAt", "next_status": "reviewRequired"}


def test_what_does_not_fit_is_named_and_what_was_typed_stays(as_owner: Client, source: Source) -> None:
    response = as_owner.post(
        reverse("automations:new", args=["NEW_ORDER"]), FORM | {"name": "", "f.0.value": "many", "a.0.minutes": "soon"}
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="many"' in page
    assert 'value="soon"' in page
    assert "Give the rule a name." in page
    assert not Rule.across.exists()


def test_a_press_of_a_button_draws_the_form_afresh_and_saves_nothing(as_owner: Client, source: Source) -> None:
    url = reverse("automations:draft", args=["NEW_ORDER"])
    hx = {"HX-Request": "true"}
    page = as_owner.post(url, FORM | {"do": "filter:add_group:"}, headers=hx).content.decode()
    assert 'name="f.1.match"' in page
    assert 'name="f.1.0.field"' in page
    assert "is not complete yet" in page
    assert "when total is over 100" in as_owner.post(url, FORM | {"do": ""}, headers=hx).content.decode()
    assert not Rule.across.exists()


def test_an_unknown_button_is_refused(as_owner: Client, source: Source) -> None:
    url = reverse("automations:draft", args=["NEW_ORDER"])
    assert as_owner.post(url, FORM | {"do": "filter:explode:"}).status_code == 400


def test_a_test_shows_each_value_and_changes_nothing(as_owner: Client, source: Source) -> None:
    services.ensure_defaults(source.organization)
    order = make_order(source)
    url = reverse("automations:test", args=["NEW_ORDER"])
    page = as_owner.post(url, FORM | {"record_id": "#1001"}).content.decode()
    assert "The filter does not match" in page
    assert "48.20" in page
    page = as_owner.post(url, FORM | {"record": order.public_id, "f.0.value": "40"}).content.decode()
    assert "The filter matches" in page
    assert "On hold" in page
    assert (Order.across.get().status, Run.across.count()) == ("new", 0)


def test_a_test_of_an_unknown_order_says_what_to_give(as_owner: Client, source: Source) -> None:
    page = as_owner.post(reverse("automations:test", args=["NEW_ORDER"]), FORM | {"record_id": "nope"}).content.decode()
    assert "There is no order “nope” here." in page


def test_the_list_shows_rules_in_order_with_the_default_last(as_owner: Client, rule: Rule) -> None:
    page = as_owner.get(reverse("automations:list")).content.decode()
    assert page.index("Cancel all") < page.index("Default rule")


def test_switching_a_rule_on_publishes_it(as_owner: Client, rule: Rule, source: Source) -> None:
    as_owner.post(reverse("automations:toggle", args=[rule.public_id]), {"enabled": "on"})
    order = make_order(source)
    drain("automations")
    order.refresh_from_db()
    assert order.status == "canceled"


def test_a_reorder_of_an_outdated_list_is_refused(as_owner: Client, rule: Rule) -> None:
    url = reverse("automations:reorder", args=["NEW_ORDER"])
    assert as_owner.post(f"{url}?seen=1", {"order": [rule.public_id]}).status_code == 409
    assert as_owner.post(f"{url}?seen=2", {"order": [rule.public_id]}).status_code == 302


def test_the_history_leads_to_the_run_with_its_conditions(as_owner: Client, source: Source) -> None:
    services.ensure_defaults(source.organization)
    as_owner.post(reverse("automations:new", args=["NEW_ORDER"]), FORM | {"f.0.value": "40"})
    services.set_enabled(Rule.across.get(name="Dear orders"), True, by=ANN)
    make_order(source)
    drain("automations")
    run = Run.across.get()
    assert run.public_id in as_owner.get(reverse("automations:history")).content.decode()
    assert as_owner.get(reverse("automations:history_json")).status_code == 200


@pytest.mark.parametrize("name", ["toggle", "duplicate", "delete"])
def test_a_viewer_changes_no_rule(as_colleague: Client, rule: Rule, name: str) -> None:
    before = Rule.across.values().get(pk=rule.pk)
    assert as_colleague.post(reverse(f"automations:{name}", args=[rule.public_id])).status_code == 403
    assert Rule.across.values().get(pk=rule.pk) == before


def test_a_viewer_sees_rules_but_saves_none(as_colleague: Client, rule: Rule) -> None:
    url = reverse("automations:edit", args=[rule.public_id])
    assert as_colleague.get(url).status_code == 200
    assert as_colleague.post(url, FORM).status_code == 403


@pytest.mark.parametrize("name", ["edit", "toggle", "duplicate", "delete"])
def test_a_stranger_finds_no_rule(as_stranger: Client, rule: Rule, name: str) -> None:
    url = reverse(f"automations:{name}", args=[rule.public_id])
    assert as_stranger.post(url, FORM).status_code == 404
    assert Rule.across.get(pk=rule.pk).name == "Cancel all"
