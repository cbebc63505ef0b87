"""What every warehouse connector must do, against its own sandbox. Its test module subclasses the suite:

class TestShipBob(FulfillmentConformance):
    connector = "shipbob"
    ...gives the few methods of `WarehouseSandbox` that pack, refuse and break things in its sandbox.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from integrations.connect import with_token
from integrations.kit import pace
from integrations.models import Call, FlowState, Integration, Pace
from integrations.outbound.houses import KIND
from integrations.outbound.requests import CANCEL
from orders.models import Fulfillment, InventoryLevel, Location, OrderException, ShippingRequest, Source
from orders.requests import retry
from orders.requests.cancel import cancel
from orders.requests.references import reference_of
from portal.deliveries.models import Delivery
from portal.kit import http
from portal.kit.invariants import broken
from tests.integrations.conftest import TESTER, reread, run_flow
from tests.integrations.warehouse_sandbox import OLIVE, SKU, S, WarehouseSandbox
from tests.orders.requests.making import fresh


@pytest.mark.django_db
class FulfillmentConformance(WarehouseSandbox):
    """The suite; `tests.integrations.warehouse_sandbox` has what a connector brings."""

    @pytest.fixture(autouse=True)
    def _all_is_well_afterwards(self, db: None) -> Iterator[None]:
        yield
        assert broken() == []

    def test_a_request_goes_out_once_and_its_parcel_comes_back(
        self, source: Source, store: Any, connected: Integration
    ) -> None:
        request = self.asked(source, connected)
        self.send()
        self.send()
        reference = reference_of(request.public_id)
        assert self.placed(store) == [reference]
        sent = fresh(request)
        assert (sent.status, bool(sent.ext_reference_id), sent.sent_at is not None) == (
            S.SENT_TO_FULFILLMENT,
            True,
            True,
        )
        self.pack(store, reference)
        self.pulled(connected)
        FlowState.objects.update(cursor={})
        self.pulled(connected)
        parcel = Fulfillment.across.get()
        assert (fresh(request).status, parcel.request_id) == (S.FULFILLED, request.pk)
        assert parcel.content["trackingNumber"]
        request.order.refresh_from_db()
        assert (request.order.status, self.problems()) == ("fulfilled", [])

    def test_a_parcel_in_parts_counts_what_was_shipped(
        self, source: Source, store: Any, connected: Integration
    ) -> None:
        request = self.asked(source, connected)
        self.send()
        reference = reference_of(request.public_id)
        self.pack(store, reference, 1)
        self.pulled(connected)
        assert fresh(request).status == S.PARTIAL_FULFILLMENT
        self.pack(store, reference)
        self.pulled(connected)
        shipped = [row.content["lineItems"][0]["quantity"] for row in Fulfillment.across.order_by("pk")]
        assert (fresh(request).status, shipped, self.problems()) == (S.FULFILLED, [1, 1], [])

    def test_an_answer_that_is_lost_makes_no_second_request(
        self, source: Source, store: Any, connected: Integration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        request = self.asked(source, connected)
        monkeypatch.setattr(http, "DEFAULT", http.Limits(read=0.3, total=0.6))
        self.fault(store, "lost", times=1)
        self.send()
        waits = Delivery.across.get(kind=KIND)
        assert (waits.state, waits.uncertain, fresh(request).status) == ("pending", True, S.READY_FOR_FULFILLMENT)
        monkeypatch.setattr(http, "DEFAULT", http.Limits())
        self.heal(store)
        # It is shipped before anybody here knows that it was taken.
        self.pack(store, reference_of(request.public_id), 1)
        self.pulled(connected)
        assert fresh(request).status == S.PARTIAL_FULFILLMENT
        self.send()
        assert self.placed(store) == [reference_of(request.public_id)]
        known = fresh(request)
        assert (known.status, bool(known.ext_reference_id), self.problems()) == (S.PARTIAL_FULFILLMENT, True, [])

    @pytest.mark.parametrize("kind", ["server_error", "rate_limited"])
    def test_a_passing_fault_delays_and_loses_nothing(
        self, source: Source, store: Any, connected: Integration, kind: str
    ) -> None:
        request = self.asked(source, connected)
        self.fault(store, kind)
        self.send()
        assert (self.placed(store), self.problems()) == ([], [])
        if kind == "rate_limited":
            assert 0 < pace.rest(connected.pk) <= 900
        self.heal(store)
        Pace.objects.update(blocked_until=None)
        self.send()
        assert self.placed(store) == [reference_of(request.public_id)]
        assert fresh(request).status == S.SENT_TO_FULFILLMENT

    def test_a_lost_access_holds_requests_back_until_somebody_connects_again(
        self, source: Source, store: Any, connected: Integration
    ) -> None:
        first, second = (self.asked(source, connected, number) for number in (1001, 1002))
        self.fault(store, "revoked")
        self.send()
        assert (reread(connected).status, self.problems()) == ("error", ["integration_failed"])
        assert Call.objects.filter(status__gte=400).count() <= 1, "It went on calling without access."
        self.heal(store)
        assert with_token(reread(connected), self.token(store), by=TESTER).status == "connected"
        self.send()
        assert sorted(self.placed(store)) == sorted(reference_of(one.public_id) for one in (first, second))
        assert self.problems() == []

    def test_a_sku_that_it_does_not_know_is_named_and_goes_out_once_it_does(
        self, source: Source, store: Any, connected: Integration
    ) -> None:
        line = {"uniqueId": "l1", "sku": self.unknown_sku, "name": "Green tea", "quantity": 2, "itemPrice": "20.00"}
        self._refused(source, store, connected, "sku_unknown", lineItems=[line])
        self.stock(store, self.unknown_sku, 10)
        self.pulled(connected, "inventory")
        self._tried_again(store)

    def test_an_address_that_it_refuses_is_told(self, source: Source, store: Any, connected: Integration) -> None:
        request = self._refused(source, store, connected, "address_refused", address=dict(self.bad_address))
        cancel(fresh(request), OLIVE)
        assert self.problems() == []

    def _refused(
        self, source: Source, store: Any, connected: Integration, problem: str, **fields: Any
    ) -> ShippingRequest:
        request = self.asked(source, connected, **fields)
        self.send()
        told = OrderException.across.get(state="active")
        assert (fresh(request).status, told.type, self.placed(store)) == (S.FAILED, problem, [])
        assert told.message
        assert told.cure
        return request

    def _tried_again(self, store: Any) -> None:
        assert retry.send_again(OrderException.across.get(state="active")) == 1
        self.send()
        assert (len(self.placed(store)), ShippingRequest.across.get().status) == (1, S.SENT_TO_FULFILLMENT)
        assert self.problems() == []

    def test_a_cancellation_is_asked_for_and_agreed(self, source: Source, store: Any, connected: Integration) -> None:
        request = self.asked(source, connected)
        self.send()
        canceled = cancel(fresh(request), OLIVE)
        assert canceled.cancellation == "asked"
        self.send()
        if self.settles_later:
            self.pulled(connected)
        assert (fresh(request).cancellation, self.canceled(store)) == ("agreed", [reference_of(request.public_id)])
        assert (fresh(request).status, self.problems()) == (S.CANCELED_RESTOCK, [])

    def test_a_cancellation_that_it_refuses_is_told_and_its_parcel_is_counted(
        self, source: Source, store: Any, connected: Integration
    ) -> None:
        request = self.asked(source, connected)
        self.send()
        reference = reference_of(request.public_id)
        self.refuse_cancel(store, reference)
        cancel(fresh(request), OLIVE)
        self.send()
        if self.settles_later:
            self.pulled(connected)
        assert (fresh(request).cancellation, self.problems()) == ("refused", ["cancel_refused"])
        self.pack(store, reference)
        self.pulled(connected)
        assert (fresh(request).status, self.problems()) == (S.FULFILLED, ["shipped_after_cancel"])

    def test_a_cancellation_that_crosses_a_parcel_ends_with_the_parcel(
        self, source: Source, store: Any, connected: Integration
    ) -> None:
        request = self.asked(source, connected)
        self.send()
        self.pack(store, reference_of(request.public_id))
        cancel(fresh(request), OLIVE)
        self.pulled(connected)
        self.send()
        assert (fresh(request).status, fresh(request).cancellation) == (S.FULFILLED, "refused")
        assert self.problems() == ["shipped_after_cancel"]
        assert Delivery.across.exclude(state="done").count() == 0
        assert Delivery.across.filter(kind=CANCEL).count() <= 1

    def test_what_hangs_there_is_told_until_it_goes_on(
        self, source: Source, store: Any, connected: Integration
    ) -> None:
        request = self.asked(source, connected)
        self.send()
        reference = reference_of(request.public_id)
        self.hold(store, reference)
        self.pulled(connected)
        assert len(self.problems()) == 1
        self.hold(store, reference, solved=True)
        self.pulled(connected)
        assert self.problems() == []

    def test_stock_is_what_the_warehouse_counts(self, store: Any, connected: Integration) -> None:
        self.pulled(connected, "inventory")
        level = InventoryLevel.across.get(sku_folded=SKU.lower(), location=self.here(connected))
        before = level.on_hand
        self.stock(store, SKU, 7)
        self.pulled(connected, "inventory")
        level.refresh_from_db()
        assert (before, level.on_hand) == (50, 7)
        assert not self.pulled(connected, "inventory").updated

    def test_locations_are_shipped_from_by_the_warehouse_itself(self, connected: Integration) -> None:
        again = self.pulled(connected, "locations")
        own = Location.across.filter(source=connected.source)
        assert (again.is_news, own.exclude(fulfillment_source=connected.source).exists()) == (False, False)

    def test_no_secret_is_in_the_log(self, source: Source, store: Any, connected: Integration) -> None:
        self.asked(source, connected)
        self.send()
        self.fault(store, "revoked")
        run_flow(connected, "fulfillments")
        text = " ".join(f"{call.url} {call.error}" for call in Call.objects.all())
        secrets = [value for value in self.token(store).values() if len(value) > 12]
        assert not [secret for secret in secrets if secret in text]
