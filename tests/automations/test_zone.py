"""Rules speak of the organization's days and times, whoever looks at them and from where."""

import pytest
from django.test import Client
from django.urls import reverse

from automations import services
from automations.models import Rule, Run
from orders.models import Source
from portal.audit.actor import Actor
from portal.events.dispatch import drain
from portal.tenancy.models import Membership, Organization
from tests.factories import make_order

pytestmark = pytest.mark.django_db
TYPED = "2026-01-05T18:59"
STORED = "2026-01-05T09:59:00Z"
FORM = {
    "name": "Late orders",
    "kind": "simple",
    "f.match": "all",
    "f.0.field": "extOrderCreatedAt",
    "f.0.operator": "after",
    "f.0.value": TYPED,
    "a.0.key": "cancel",
}


@pytest.fixture
def tokyo(organization: Organization, owner: Membership) -> Organization:
    """An organization in Tokyo, whose owner lives in New York."""
    organization.timezone = "Asia/Tokyo"
    organization.save()
    owner.user.timezone = "America/New_York"
    owner.user.save()
    services.ensure_defaults(organization)
    return organization


def _saved(client: Client) -> Rule:
    assert client.post(reverse("automations:new", args=["NEW_ORDER"]), FORM).status_code == 302
    return Rule.across.select_related("current").get(name="Late orders")


def test_what_is_typed_is_a_time_of_the_organization_and_is_shown_as_it_was_typed(
    as_owner: Client, tokyo: Organization
) -> None:
    rule = _saved(as_owner)
    assert rule.current is not None
    assert STORED in str(rule.current.definition["filter"])
    page = as_owner.get(reverse("automations:edit", args=[rule.public_id])).content.decode()
    assert f'value="{TYPED}:00"' in page
    assert "Asia/Tokyo" in page


def test_a_test_judges_by_the_same_zone(as_owner: Client, tokyo: Organization, source: Source) -> None:
    make_order(source)
    url = reverse("automations:test", args=["NEW_ORDER"])
    assert "The filter matches" in as_owner.post(url, FORM | {"record": "1001"}).content.decode()
    later = FORM | {"record": "1001", "f.0.value": "2026-01-05T19:00"}
    assert "The filter does not match" in as_owner.post(url, later).content.decode()


def test_the_sentences_tell_the_same_time_everywhere(as_owner: Client, tokyo: Organization, source: Source) -> None:
    rule = services.set_enabled(_saved(as_owner), True, by=Actor.system())
    make_order(source)
    drain("automations")
    run = Run.across.get(rule=rule)
    draft = reverse("automations:draft", args=["NEW_ORDER"])
    pages = [
        as_owner.get(reverse("automations:list")),
        as_owner.get(reverse("automations:edit", args=[rule.public_id])),
        as_owner.get(reverse("automations:run", args=[run.public_id])),
        as_owner.post(draft, FORM | {"do": "look"}, headers={"HX-Request": "true"}),
    ]
    assert ["18:59" in page.content.decode() for page in pages] == [True] * 4
    assert ["04:59" in page.content.decode() for page in pages] == [False] * 4
