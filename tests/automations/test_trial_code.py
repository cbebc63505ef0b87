"""Whose code a test runs: stored code for everybody, code that is not saved for those who may write it."""

import pytest
from django.test import Client
from django.urls import reverse

from automations import services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.models import Rule
from orders.models import Source
from portal.audit.actor import Actor
from portal.tenancy.models import Organization
from portal.tenancy.roles import Role
from tests.factories import make_member, make_order

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")
STORED = 'console.log("stored code"); return true;'
OTHER = 'console.log("other code"); return true;'
SIMPLE = {"kind": "simple", "f.match": "all", "a.0.key": "cancel", "name": "All", "record": "1001"}
ASK = "Your role may not run JavaScript that is not saved. Ask a developer or an administrator."


def _code(code: str) -> dict[str, str]:
    return SIMPLE | {"kind": "code", "code": code}


def _clients(organization: Organization) -> dict[str, Client]:
    clients = {role: Client() for role in Role.values}
    for role, client in clients.items():
        client.force_login(make_member(organization, Role(role), name=role).user)
    return clients


@pytest.fixture
def rule(source: Source) -> Rule:
    services.ensure_defaults(source.organization)
    definition = Definition(
        name="Code", filter=FilterSpec(kind="code", code=STORED), actions=(ActionSpec(key="cancel"),)
    )
    return services.create_rule(source.organization, "NEW_ORDER", definition, by=ANN)


def _try(client: Client, form: dict[str, str]) -> str:
    answer = client.post(reverse("automations:test", args=["NEW_ORDER"]), form)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("role", Role.values)
def test_only_who_may_write_code_tries_code_that_is_not_saved(source: Source, rule: Rule, role: str) -> None:
    make_order(source)
    client = _clients(source.organization)[role]
    may = role in ("administrator", "developer")
    for form in (_code(OTHER), _code(OTHER) | {"rule": rule.public_id}, _code(STORED)):
        page = _try(client, form)
        assert (ASK in page, "<h3" in page) == (not may, may)


@pytest.mark.parametrize("role", Role.values)
def test_everybody_tries_the_code_of_a_rule_as_it_is_saved(source: Source, rule: Rule, role: str) -> None:
    make_order(source)
    page = _try(_clients(source.organization)[role], _code(STORED) | {"rule": rule.public_id})
    assert "stored code" in page


def test_a_rule_of_another_organization_lends_nobody_its_code(
    as_stranger: Client, stranger: object, rule: Rule
) -> None:
    url = reverse("automations:test", args=["NEW_ORDER"])
    assert as_stranger.post(url, _code(STORED) | {"rule": rule.public_id}).status_code == 404


def test_a_press_of_a_button_runs_no_code(as_colleague: Client, source: Source) -> None:
    make_order(source)
    answer = as_colleague.post(reverse("automations:draft", args=["NEW_ORDER"]), _code(OTHER) | {"do": "look"})
    assert '<h3 class="trial-title">' not in answer.content.decode()


def test_the_editor_says_which_rule_it_tests(as_colleague: Client, rule: Rule) -> None:
    page = as_colleague.get(reverse("automations:edit", args=[rule.public_id])).content.decode()
    assert f'name="rule" value="{rule.public_id}"' in page
