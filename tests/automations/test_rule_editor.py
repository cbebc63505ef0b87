"""The editor's page: actions drawn by kinds of input, told problems, and two people at one rule."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from automations import services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.models import Rule
from orders.models import Source
from portal.audit.actor import Actor
from portal.tenancy.models import Organization
from portal.tenancy.roles import Role
from tests.automations.test_views import ANN, FORM
from tests.factories import make_member

pytestmark = pytest.mark.django_db
DRAFT = "/automations/draft/NEW_ORDER/"
HX = {"HX-Request": "true", "HX-Target": "rule-actions"}
NEVER = 'throw new Error("never")'


@pytest.fixture
def rule(source: Source) -> Rule:
    definition = Definition(name="Cancel all", actions=(ActionSpec(key="cancel"),))
    return services.create_rule(source.organization, "NEW_ORDER", definition, by=ANN)


def press(client: Client, do: str, **data: Any) -> str:
    response = client.post(DRAFT, FORM | {"do": do, **data}, headers=HX)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_a_press_among_the_actions_leaves_the_filter_alone(as_owner: Client, source: Source) -> None:
    page = press(as_owner, "action:add:cancel")
    assert 'id="rule-actions"' in page
    assert 'name="a.1.key" value="cancel"' in page
    assert 'hx-swap-oob="innerHTML:#rule-told"' in page
    assert "data-filter-body" not in page
    assert 'id="rule-parts"' not in page


def test_the_menu_says_what_each_action_does_and_why_one_cannot_be_added(as_owner: Client, source: Source) -> None:
    page = press(as_owner, "action:add:cancel")
    assert "The order waits, then goes on by itself." in page
    assert "“Cancel order” ends this rule already." in page
    assert "Update exception status" not in page


def test_an_action_behind_a_hold_is_warned_of_unless_one_of_them_is_off(as_owner: Client, source: Source) -> None:
    words = "Runs at once: it does not wait for the hold above to end."
    assert words in press(as_owner, "action:add:cancel")
    assert "ends the hold above" in press(as_owner, "action:add:send_for_fulfillment")
    assert words not in press(as_owner, "action:add:cancel", **{"a.0.own.off": "1"})


def test_typing_draws_nothing_but_the_sentence(as_owner: Client, source: Source) -> None:
    response = as_owner.post(DRAFT + "?do=told", FORM | {"a.0.minutes": "90"}, headers=HX)
    page = " ".join(response.content.decode().split())
    assert "when total is over 100" in page
    assert "hold 90 minutes" in page
    assert "<input" not in page
    assert "<form" not in page


def test_dragged_actions_are_drawn_in_their_new_order(as_owner: Client, source: Source) -> None:
    data = FORM | {"a.1.key": "add_note", "a.1.own.id": "7", "a.order": ["1", "0"]}
    response = as_owner.post(DRAFT + "?do=action:order", data, headers=HX)
    page = " ".join(response.content.decode().split())
    assert page.index('data-item="7"') < page.index('data-item="0"')
    assert 'name="a.0.key" value="add_note"' in page


def test_hours_are_added_row_by_row(as_owner: Client, source: Source) -> None:
    page = press(as_owner, "action:row-add:0:hours", **{"a.0.business_hours": ["", "on"]})
    assert 'name="a.0.hours.0.start" value="09:00"' in page
    assert 'value="action:row-remove:0:hours:0"' in page


def test_a_builder_inside_an_action_is_edited_by_its_own_name(as_owner: Client, source: Source) -> None:
    data = FORM | {"a.0.key": "conditional_hold", "a.0.condition.kind": "simple", "a.0.condition.f.match": "all"}
    response = as_owner.post(DRAFT, data | {"do": "a.0.condition.filter:add:"}, headers=HX)
    page = response.content.decode()
    assert response.status_code == 200
    assert 'name="a.0.condition.f.0.field"' in page
    assert 'name="f.0.field"' not in page


def test_what_is_wrong_stands_at_its_input_and_nothing_typed_is_lost(as_owner: Client, source: Source) -> None:
    data = FORM | {"a.0.minutes": "soon", "a.0.own.note": "asked by Ann", "a.0.batches": "25:00"}
    response = as_owner.post(reverse("automations:new", args=["NEW_ORDER"]), data)
    page = " ".join(response.content.decode().split())
    assert response.status_code == 422
    assert 'value="soon"' in page
    assert 'value="25:00"' in page
    assert 'value="asked by Ann"' in page
    assert '<div id="a-0-minutes-errors">' in page
    assert 'aria-describedby="a-0-minutes-errors" aria-invalid="true"' in page


def test_what_the_actions_check_is_said_together_with_the_rest(as_owner: Client, source: Source) -> None:
    data = FORM | {"f.0.value": "many", "a.1.key": "notify_email", "a.1.recipients": "nobody", "a.1.subject": "Hi"}
    page = as_owner.post(reverse("automations:new", args=["NEW_ORDER"]), data).content.decode()
    assert page.count('<p class="field-error">') >= 1
    assert "nobody" in page


@pytest.mark.parametrize(("trigger", "once", "sources"), [("NEW_ORDER", False, True), ("UPDATED_ORDER", True, True)])
def test_general_shows_what_the_trigger_has(
    as_owner: Client, source: Source, trigger: str, once: bool, sources: bool
) -> None:
    page = as_owner.get(reverse("automations:new", args=[trigger])).content.decode()
    assert ('name="once"' in page, 'name="sources"' in page) == (once, sources)


def test_a_rule_that_runs_once_says_so(as_owner: Client, source: Source) -> None:
    url = reverse("automations:new", args=["UPDATED_ORDER"])
    assert as_owner.post(url, FORM | {"once": "on"}).status_code == 302
    saved = Rule.across.select_related("current").get()
    assert saved.current is not None
    assert saved.current.definition["once"] is True
    page = as_owner.get(reverse("automations:edit", args=[saved.public_id])).content.decode()
    assert "once for each order" in page


def _meanwhile(client: Client, rule: Rule, query: str) -> HttpResponse:
    response: HttpResponse = client.get(reverse("automations:meanwhile", args=[rule.public_id]) + query)  # type: ignore[assignment]
    return response


def _saved_by_ben(rule: Rule) -> None:
    made = Definition(name="Cancel all", description="Ben was here", actions=(ActionSpec(key="archive"),))
    services.save_rule(rule, made, by=Actor("user", "2", "Ben"))


def test_while_nobody_else_saves_there_is_nothing_to_say(as_owner: Client, rule: Rule) -> None:
    assert _meanwhile(as_owner, rule, "?seen=1").status_code == 204


def test_a_colleagues_save_is_told_once_with_what_is_different(as_owner: Client, rule: Rule) -> None:
    _saved_by_ben(rule)
    page = " ".join(_meanwhile(as_owner, rule, "?seen=1").content.decode().split())
    assert "Ben has saved this rule while you had it open" in page
    assert "<del>cancel</del>" in page
    assert "<ins>archive</ins>" in page
    assert "<ins>Ben was here</ins>" in page
    assert _meanwhile(as_owner, rule, "?seen=1&amp;shown=2".replace("&amp;", "&")).status_code == 204


def test_a_save_over_a_colleagues_keeps_what_was_typed_and_shows_the_difference(as_owner: Client, rule: Rule) -> None:
    _saved_by_ben(rule)
    url = reverse("automations:edit", args=[rule.public_id])
    response = as_owner.post(url, FORM | {"seen": "1"})
    page = " ".join(response.content.decode().split())
    assert response.status_code == 422
    assert "Somebody else has saved this rule since you opened it." in page
    assert 'value="Dear orders"' in page
    assert 'id="rule-seen" value="1"' in page
    assert "<ins>archive</ins>" in page
    assert Rule.across.get(pk=rule.pk).name == "Cancel all"


def test_going_on_takes_note_of_the_colleagues_version_and_then_saves(as_owner: Client, rule: Rule) -> None:
    _saved_by_ben(rule)
    page = " ".join(_meanwhile(as_owner, rule, "?seen=2&accept=1").content.decode().split())
    assert 'id="rule-seen" value="2" hx-swap-oob="true"' in page
    assert "Ben" not in page
    url = reverse("automations:edit", args=[rule.public_id])
    assert as_owner.post(url, FORM | {"seen": "2"}).status_code == 302
    assert Rule.across.get(pk=rule.pk).name == "Dear orders"


@pytest.mark.parametrize("query", ["", "?seen=x", "?seen=99999999999999", "?seen=-1&shown=2", "?seen=1&accept=1"])
def test_whatever_version_is_asked_for_there_is_an_answer(as_owner: Client, rule: Rule, query: str) -> None:
    assert _meanwhile(as_owner, rule, query).status_code in (200, 204)


def test_a_stranger_hears_of_nothing(as_stranger: Client, rule: Rule) -> None:
    assert _meanwhile(as_stranger, rule, "?seen=1").status_code == 404


def _user(organization: Organization) -> Client:
    client = Client()
    client.force_login(make_member(organization, Role.USER, name="Uma User").user)
    return client


CONDITION = {"a.0.key": "conditional_hold", "a.0.condition.kind": "code", "a.0.condition.code": NEVER}
UPDATE = {"a.0.key": "update_by_code", "a.0.code": "return {};"}


@pytest.mark.parametrize("code", [CONDITION, UPDATE])
def test_code_in_an_action_is_for_those_who_may_write_code(source: Source, code: dict[str, str]) -> None:
    url = reverse("automations:new", args=["NEW_ORDER"])
    assert _user(source.organization).post(url, FORM | code).status_code == 403
    assert not Rule.across.exists()


def test_code_of_an_action_that_stays_as_it_is_may_be_saved_by_whoever_edits_rules(source: Source) -> None:
    made = Definition(
        name="By code",
        filter=FilterSpec(kind="code", code="return true;"),
        actions=(ActionSpec(key="update_by_code", settings={"code": "return {};"}),),
    )
    rule = services.create_rule(source.organization, "NEW_ORDER", made, by=ANN)
    client, url = _user(source.organization), reverse("automations:edit", args=[rule.public_id])
    form = {"name": "Renamed", "kind": "code", "code": "return true;", "seen": "1", **UPDATE}
    assert client.post(url, form).status_code == 302
    assert Rule.across.get().name == "Renamed"
    assert client.post(url, form | {"seen": "2", "a.0.code": "return {a: 1};"}).status_code == 403
    # Code that was allowed as a filter is not thereby allowed as an action.
    assert client.post(url, form | {"seen": "2", "a.0.code": "return true;"}).status_code == 403
