"""What happens to an integration is recorded, each time once, with its version."""

import pytest

from integrations import lifecycle
from integrations.models import Integration
from portal.audit.models import History
from portal.events.models import Event
from tests.integrations.conftest import TESTER

pytestmark = pytest.mark.django_db


def recorded(integration: Integration) -> list[str]:
    events = Event.across.filter(entity_type="integration", entity_id=integration.pk).order_by("id")
    assert all(event.organization_id == integration.organization_id for event in events)
    return list(events.values_list("name", flat=True))


def test_the_life_of_an_integration_is_told_in_events(integration: Integration) -> None:
    lifecycle.disable(integration, by=TESTER)
    lifecycle.enable(integration, by=TESTER)
    lifecycle.failed(integration, cause="The token was revoked.", cure="Connect again.", by=TESTER)
    lifecycle.delete(integration, typed_name="Tea shop", by=TESTER)
    assert recorded(integration) == [
        "integration.connected",
        "integration.disabled",
        "integration.enabled",
        "integration.failed",
        "integration.deleted",
    ]


def test_what_changes_nothing_is_told_to_nobody(integration: Integration) -> None:
    lifecycle.enable(integration, by=TESTER)
    lifecycle.failed(integration, cause="Away.", cure="Wait.", by=TESTER)
    lifecycle.failed(integration, cause="Away.", cure="Wait.", by=TESTER)
    assert recorded(integration) == ["integration.connected", "integration.failed"]


def test_an_event_names_the_version_that_its_history_row_has(integration: Integration) -> None:
    lifecycle.disable(integration, by=TESTER)
    event = Event.across.get(name="integration.disabled")
    row = History.across.get(entity_type="integration", entity_id=integration.pk, verb="disabled")
    assert (event.entity_version, row.summary) == (row.version, "Switched off.")
