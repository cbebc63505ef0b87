"""What every channel must do that is told of parcels, against its own sandbox. Its test module subclasses the suite:

class TestEcwidParcels(ParcelsConformance):
    ...gives the few methods below that place an order, show what the channel shows of it, and break things.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from integrations import lifecycle
from integrations.models import Integration, Pace
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import Fulfillment, Location, Order, OrderException
from portal.deliveries.models import Delivery
from portal.deliveries.send import send_due
from portal.events.dispatch import drain
from portal.kit import http
from portal.tenancy.models import Organization
from tests.factories import make_location
from tests.integrations.conftest import TESTER, reread
from tests.orders.fulfillments.parcels import parcel, report
from tests.orders.requests.making import request_for

KIND = "fulfillment"


@pytest.mark.django_db
class ParcelsConformance:
    """The suite. Methods that raise NotImplementedError are what a connector has to bring."""

    def serve(self, settings: Settings) -> Iterator[Any]:
        """Run the sandbox, point the settings at it, and yield it."""
        raise NotImplementedError

    def connect(self, organization: Organization, channel: Any) -> Integration:
        """Return an integration of the sandbox whose flow of fulfillments is on."""
        raise NotImplementedError

    def reconnect(self, channel: Any, integration: Integration) -> None:
        """Connect again, as a person would after the access was lost."""
        raise NotImplementedError

    def order(self, channel: Any, integration: Integration) -> Order:
        """Return an order of the channel as it is here, of two units in one line."""
        raise NotImplementedError

    def shown(self, channel: Any, order: Order) -> list[str]:
        """Return the tracking numbers that the channel shows of an order, one as often as it stands there."""
        raise NotImplementedError

    def is_complete(self, channel: Any, order: Order) -> bool:
        """Say whether the channel counts an order as shipped in full."""
        raise NotImplementedError

    def refuse(self, channel: Any, order: Order) -> None:
        """Have the channel refuse whatever it is told of an order."""
        raise NotImplementedError

    def fault(self, channel: Any, kind: str, *, times: int | None = None) -> None:
        """Switch a fault on: rate_limited, server_error, lost (acts, and the answer never comes), revoked."""
        raise NotImplementedError

    def heal(self, channel: Any) -> None:
        """Switch all faults off."""
        raise NotImplementedError

    # What follows is the suite's own.

    @pytest.fixture
    def channel(self, settings: Settings) -> Iterator[Any]:
        yield from self.serve(settings)

    @pytest.fixture
    def connected(self, organization: Organization, channel: Any) -> Integration:
        return self.connect(organization, channel)

    @pytest.fixture
    def ordered(self, channel: Any, connected: Integration) -> Order:
        order = self.order(channel, connected)
        Order.across.filter(pk=order.pk).update(status="readyForFulfillment")
        return Order.across.get(pk=order.pk)

    def ship(self, order: Order, *parcels: tuple[str, int]) -> None:
        """Ship an order in parcels of (tracking number, units), all of them asked for at once."""
        place = Location.across.filter(source=order.source, name="Depot").first()
        place = place or make_location(order.source, "depot", "Depot")
        units = sum(count for _number, count in parcels)
        asked = request_for(order, place, units, status=RequestStatus.SENT_TO_FULFILLMENT)
        sku = asked.content["lineItems"][0]["sku"]
        for number, count in parcels:
            told = {"trackingNumber": [number], "trackingUrl": [f"https://parcels.example/{number}"]}
            report(order.source, parcel(asked.ext_shipment_id, number, lines=[(sku, count)], **told))

    def tell(self) -> None:
        """Do what workers do, and do not wait for the next attempt."""
        drain("telling")
        Pace.objects.update(blocked_until=None)
        Delivery.across.filter(state="pending").update(next_at=Now())
        send_due()

    def test_a_parcel_is_told_once(self, channel: Any, ordered: Order) -> None:
        self.ship(ordered, ("T1", 2))
        for _again in range(2):
            self.tell()
        assert (self.shown(channel, ordered), self.is_complete(channel, ordered)) == (["T1"], True)
        assert Delivery.across.get(kind=KIND).state == "done"

    def test_parts_are_told_each_and_the_last_one_completes_the_order(self, channel: Any, ordered: Order) -> None:
        self.ship(ordered, ("T1", 1))
        self.tell()
        assert (self.shown(channel, ordered), self.is_complete(channel, ordered)) == (["T1"], False)
        self.ship(Order.across.get(pk=ordered.pk), ("T2", 1))
        self.tell()
        assert (self.shown(channel, ordered), self.is_complete(channel, ordered)) == (["T1", "T2"], True)

    @pytest.mark.parametrize("kind", ["server_error", "rate_limited", "lost"])
    def test_a_fault_delays_and_tells_nothing_twice(
        self, channel: Any, ordered: Order, kind: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(http, "DEFAULT", http.Limits(read=0.3, total=0.6))
        self.fault(channel, kind, times=1)
        self.ship(ordered, ("T1", 2))
        self.tell()
        self.heal(channel)
        monkeypatch.setattr(http, "DEFAULT", http.Limits())
        for _again in range(2):
            self.tell()
        assert self.shown(channel, ordered) == ["T1"]
        assert Delivery.across.get(kind=KIND).state == "done"
        assert not OrderException.across.filter(state="active").exists()

    def test_while_it_is_off_parcels_wait_and_go_out_afterwards(
        self, channel: Any, connected: Integration, ordered: Order
    ) -> None:
        lifecycle.disable(connected, by=TESTER)
        self.ship(ordered, ("T1", 2))
        self.tell()
        assert self.shown(channel, ordered) == []
        lifecycle.enable(reread(connected), by=TESTER)
        self.tell()
        assert self.shown(channel, ordered) == ["T1"]

    def test_a_lost_access_holds_back_until_somebody_connects_again(
        self, channel: Any, connected: Integration, ordered: Order
    ) -> None:
        self.fault(channel, "revoked")
        self.ship(ordered, ("T1", 2))
        self.tell()
        assert (self.shown(channel, ordered), reread(connected).connection) == ([], "error")
        self.heal(channel)
        self.reconnect(channel, reread(connected))
        self.tell()
        assert (self.shown(channel, ordered), Delivery.across.get(kind=KIND).state) == (["T1"], "done")

    def test_what_the_channel_refuses_is_told_to_people(self, channel: Any, ordered: Order) -> None:
        self.refuse(channel, ordered)
        self.ship(ordered, ("T1", 2))
        self.tell()
        assert Fulfillment.across.count() == 1
        told = OrderException.across.get(state="active")
        assert (told.type, told.entity_id) == ("tracking_not_told", ordered.pk)
