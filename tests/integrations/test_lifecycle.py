"""What can be done to an integration, and what is told of it."""

import pytest
from django.test import Client
from django.urls import reverse

from integrations import lifecycle
from integrations.connectors.ecwid.sandbox.server import Sandbox
from integrations.history import ENTITY
from integrations.models import FlowState, Integration
from orders.models import Source
from portal.audit.models import History
from portal.events.models import Event
from portal.tenancy.models import Organization
from tests.integrations.conftest import TESTER, reread, run_flow, state_of

pytestmark = pytest.mark.django_db


def told(integration: Integration) -> list[str]:
    entries = History.across.filter(entity_type=ENTITY, entity_id=integration.pk)
    return list(entries.order_by("id").values_list("verb", flat=True))


def events(integration: Integration) -> list[str]:
    found = Event.across.filter(entity_type=ENTITY, entity_id=integration.pk)
    return list(found.order_by("id").values_list("name", flat=True))


def test_a_life_from_beginning_to_end_is_told_in_order(integration: Integration) -> None:
    lifecycle.disable(integration, by=TESTER)
    lifecycle.enable(integration, by=TESTER)
    lifecycle.failed(integration, cause="Gone.", cure="Connect.", by=TESTER)
    lifecycle.rename(integration, name="Other", by=TESTER)
    lifecycle.delete(integration, typed_name="Other", by=TESTER)
    assert told(integration) == [
        "added", "connecting", "connected", "disabled", "enabled", "failed", "renamed", "deleted",
    ]  # fmt: skip
    assert events(integration) == [
        "integration.connected",
        "integration.disabled",
        "integration.enabled",
        "integration.failed",
        "integration.deleted",
    ]


def test_the_five_statuses(organization: Organization, sandbox: Sandbox) -> None:
    one = lifecycle.add(organization, "ecwid", name="Shop", by=TESTER)
    seen = [one.status.label]
    seen.append(lifecycle.begin_connecting(one, by=TESTER).status.label)
    seen.append(lifecycle.failed(one, cause="No.", cure="Again.", by=TESTER).status.label)
    seen.append(lifecycle.disable(one, by=TESTER).status.label)
    assert [str(label) for label in seen] == ["Not Configured", "Connecting", "Error", "Disabled"]


def test_at_first_only_locations_flow(organization: Organization) -> None:
    one = lifecycle.add(organization, "ecwid", name="Shop", by=TESTER)
    assert one.flows == {
        "orders": "disabled",
        "products": "disabled",
        "inventory": "disabled",
        "fulfillments": "disabled",
        "locations": "pull",
    }
    assert lifecycle.running(one) == ["locations"]


@pytest.mark.parametrize("flows", [{"orders": "push"}, {"inventory": "pull"}, {"fulfillments": "pull"}])
def test_what_is_not_built_cannot_be_switched_on(organization: Organization, flows: dict[str, str]) -> None:
    with pytest.raises(lifecycle.CannotDo):
        lifecycle.add(organization, "ecwid", name="Shop", flows=flows, by=TESTER)
    assert Integration.across.count() == Source.across.count() == 0


def test_the_same_act_twice_is_told_once(integration: Integration) -> None:
    lifecycle.disable(integration, by=TESTER)
    lifecycle.disable(integration, by=TESTER)
    assert told(integration).count("disabled") == 1


def test_switching_orders_on_later_brings_those_since_the_connection(
    organization: Organization, integration: Integration, sandbox: Sandbox
) -> None:
    lifecycle.save_flows(integration, {"orders": "disabled"}, by=TESTER)
    sandbox.place_order()
    assert run_flow(integration) is None
    lifecycle.save_flows(integration, {"orders": "pull"}, by=TESTER)
    outcome = run_flow(integration)
    assert outcome is not None
    assert outcome.created == 1


def test_a_sync_from_date_begins_the_cursor_there(integration: Integration) -> None:
    import datetime as dt

    from integrations.connectors.ecwid.mapping import Settings

    moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    lifecycle.save_settings(integration, Settings(), sync_from=moment, by=TESTER)
    assert state_of(integration).cursor == {"start": int(moment.timestamp())}


def test_a_deleted_integration_can_be_added_again(integration: Integration, sandbox: Sandbox) -> None:
    from integrations.connect import with_token

    lifecycle.delete(integration, typed_name="Tea shop", by=TESTER)
    again = lifecycle.add(integration.organization, "ecwid", name="Tea shop", by=TESTER)
    token = {"store_id": "1003", "token": sandbox.private_token}
    assert with_token(again, token, by=TESTER).status == "connected"


def test_nothing_can_be_done_to_a_deleted_one(integration: Integration) -> None:
    lifecycle.delete(integration, typed_name="Tea shop", by=TESTER)
    with pytest.raises(lifecycle.CannotDo, match="has been deleted"):
        lifecycle.enable(integration, by=TESTER)


def test_a_refused_reconnection_leaves_a_working_connection_alone(integration: Integration) -> None:
    answer = lifecycle.attempt_failed(integration, cause="Refused.", cure="Again.", by=TESTER)
    assert (answer.cause, answer.cure) == ("Refused.", "Again.")
    assert (reread(integration).status, reread(integration).cause) == ("connected", "")


def test_sync_now_asks_only_flows_that_run(integration: Integration) -> None:
    assert lifecycle.sync_now(integration) == 2
    assert set(FlowState.objects.exclude(asked_at=None).values_list("flow", flat=True)) == {"orders", "locations"}


def test_the_dashboard_shows_how_the_channels_are(integration: Integration, as_owner: Client) -> None:
    text = as_owner.get(reverse("portal:dashboard")).content.decode()
    assert "Channels" in text
    assert "The first look at the store is under way." in text
