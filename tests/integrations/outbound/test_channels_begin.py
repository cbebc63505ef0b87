"""A channel that begins to be told of stock while its catalogue is still being written."""

import threading

import pytest
from django.db import connections, transaction

from integrations import lifecycle
from integrations.models import Integration, StockNumber
from integrations.outbound import channels
from integrations.outbound.channels import keep
from portal.events.dispatch import takers
from tests.crash.workers import until
from tests.integrations.conftest import TESTER
from tests.integrations.outbound.stock import channel, publish

pytestmark = pytest.mark.django_db(transaction=True)

POT, TEA = "POT-STONE-06", "TEA-ASSAM-100"


def test_what_was_being_published_as_the_channel_began_is_told_as_well(integration: Integration) -> None:
    """Whoever published it asked before there was a channel, and committed after it had looked around."""
    publish(integration, POT, "1")
    lifecycle.save_flows(integration, {"inventory": "push"}, by=TESTER)

    def begin() -> None:
        channels.begin(integration)
        keep()  # while the other still writes: nothing to see, nothing to be forgotten
        keep()
        connections.close_all()

    beginning = threading.Thread(target=begin)
    with transaction.atomic():
        publish(integration, TEA, "2")
        nobody = takers("product.created", integration.organization_id, [{}])
        beginning.start()
        beginning.join(timeout=30)
    assert "stock" not in [one.name for one in nobody]
    assert list(StockNumber.across.values_list("sku", flat=True)) == [POT]

    def looked_again() -> bool:
        keep()
        return channel().elders is None

    until(looked_again, what="The second look", seconds=60)  # tests beside this one write on the same server
    assert set(StockNumber.across.values_list("sku", flat=True)) == {POT, TEA}
