"""What pulling locations leaves to people, and what it brings up to date."""

import pytest

from integrations import lifecycle
from integrations.models import Integration
from integrations.sync.locations import _write
from orders.models import ExternalLocation, Location
from orders.records.location import LocationRecord
from portal.audit.actor import Actor
from portal.tenancy.models import Organization

pytestmark = pytest.mark.django_db
WEST = LocationRecord(ext_location_id="w", name="West")


@pytest.fixture
def integration(organization: Organization) -> Integration:
    return lifecycle.add(organization, "ecwid", name="Tea shop", flows={}, by=Actor.system("test"))


def test_a_location_comes_once_changes_goes_and_comes_back(integration: Integration) -> None:
    assert _write(integration, [WEST]).created == 1
    assert _write(integration, [WEST]).updated == 0
    assert _write(integration, [WEST.model_copy(update={"name": "Far west"})]).updated == 1
    assert (Location.across.get().name, ExternalLocation.across.get().name) == ("Far west", "Far west")
    assert _write(integration, []).deleted == 1
    assert (Location.across.get().active, ExternalLocation.across.get().active) == (False, False)
    _write(integration, [WEST])
    assert (Location.across.get().active, ExternalLocation.across.get().active) == (True, True)


def test_what_people_made_of_a_location_stays(integration: Integration) -> None:
    _write(integration, [WEST])
    Location.across.update(name="Reno", active=False)
    _write(integration, [WEST.model_copy(update={"name": "Far west"})])
    location = Location.across.get()
    assert (location.name, location.active) == ("Reno", False)
    assert ExternalLocation.across.get().name == "Far west"
