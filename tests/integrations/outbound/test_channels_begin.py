"""A channel that begins to be told of stock while its catalogue is still being written."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections, transaction

from integrations import lifecycle
from integrations.models import Integration, StockChannel, StockNumber
from integrations.outbound import channels, marking
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


def _look_again(_integration: Integration) -> None:
    StockChannel.across.update(elders=1)  # all of those have ended
    keep()


def _waiting_for_the_stock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return cursor.fetchone() is not None


@pytest.mark.parametrize("act", [channels.begin, _look_again])
def test_who_begins_and_who_notes_a_change_of_stock_do_not_wait_for_each_other(
    integration: Integration, act: Callable[[Integration], object]
) -> None:
    """A number points to its channel: writing one needs the channel's row, after the lock that all of them take."""
    publish(integration, POT, "1")
    publish(integration, TEA, "2")
    lifecycle.save_flows(integration, {"inventory": "push"}, by=TESTER)
    channels.begin(integration)
    StockNumber.across.all().delete()
    failed: list[Exception] = []

    def begin() -> None:
        try:
            act(integration)
        except Exception as error:
            failed.append(error)
        connections.close_all()

    beginning = threading.Thread(target=begin)
    with transaction.atomic():
        marking.lock(integration.organization_id)
        beginning.start()
        until(_waiting_for_the_stock, what="The one that begins", seconds=30)
        assert marking.mark([channel()], [TEA]) == 1
    beginning.join(timeout=30)
    assert failed == []
    assert set(StockNumber.across.values_list("sku", flat=True)) == {POT, TEA}
