"""A channel is told by hand of what was shipped while its flow was off."""

import pytest
from django.test import Client

from integrations import lifecycle
from integrations.connectors.ecwid.sandbox.server import Sandbox
from integrations.models import Integration
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import Fulfillment
from portal.audit.models import History
from portal.deliveries.models import Delivery
from tests.factories import make_location
from tests.integrations.conftest import TESTER
from tests.integrations.outbound.test_fulfillments import ordered, sentence, ship, tell, there, writes
from tests.orders.requests.making import request_for

pytestmark = pytest.mark.django_db


def test_a_person_has_told_what_was_shipped_before_and_once(
    sandbox: Sandbox, integration: Integration, as_owner: Client, as_colleague: Client
) -> None:
    placed, before = ordered(sandbox, integration)
    ship(request_for(before, make_location(integration.source), 2, status=RequestStatus.SENT_TO_FULFILLMENT))
    found = Fulfillment.across.get()
    page, act = f"/fulfillments/{found.public_id}", f"/fulfillments/{found.public_id}/tell"
    told = as_owner.post(act, follow=True).content.decode()
    assert ("There is nothing to tell" in told, Delivery.across.count()) == (True, 0)
    lifecycle.save_flows(integration, {"fulfillments": "push"}, by=TESTER)
    assert "Tell it now" in as_owner.get(page).content.decode()
    assert "Tell it now" in as_owner.get(f"/orders/{before.public_id}").content.decode()
    assert "Tell it now" not in as_colleague.get(page).content.decode()
    assert as_colleague.post(act).status_code == 403
    for _again in range(2):
        assert as_owner.post(act).status_code == 302
        tell()
    assert there(sandbox, placed) == ("SHIPPED", "1Z999", "https://parcels.example/1Z999")
    assert (writes(sandbox), Delivery.across.get().key, sentence(found)) == (1, found.public_id, "Told to Tea shop")
    said = History.across.filter(entity_type="fulfillment", verb="told").values_list("summary", flat=True)
    assert list(said) == ["Told to Tea shop by hand."]
