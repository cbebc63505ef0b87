"""ShipBob does what every warehouse does, and what only ShipBob needs."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from integrations import lifecycle
from integrations.connect import with_token
from integrations.connectors.shipbob import mapping
from integrations.connectors.shipbob.sandbox.api import orders, rest
from integrations.connectors.shipbob.sandbox.config import SCOPES
from integrations.connectors.shipbob.sandbox.sender import signature
from integrations.connectors.shipbob.sandbox.server import Sandbox, serve
from integrations.connectors.shipbob.sandbox.world import CHANNELS
from integrations.hooks import registration
from integrations.models import Integration
from orders.models import Fulfillment, InventoryLevel, OrderException, ShippingMethod, ShippingRequest, Source
from orders.requests.cancel import cancel
from orders.requests.references import reference_of
from tests.integrations.conformance_shipping import FulfillmentConformance
from tests.integrations.conftest import TESTER, reread, run_flow, state_of
from tests.integrations.connectors.shipbob.conftest import FIRST, point_at
from tests.integrations.warehouse_sandbox import OLIVE, SKU, S
from tests.orders.requests.making import fresh

OTHER = 100_419
FAULTS = {"lost": "answer_lost"}


class TestShipBob(FulfillmentConformance):
    connector = "shipbob"

    def serve(self, settings: Settings) -> Iterator[Sandbox]:
        with serve(rate_limit=100_000) as running:
            point_at(settings, running)
            yield running

    def token(self, store: Sandbox) -> dict[str, str]:
        return {"token": store.token}

    def stock(self, store: Sandbox, sku: str, units: int) -> None:
        number = store.world.shelf.add(sku, sku)
        there = store.stock(sku, location=FIRST)["on_hand"]
        store.world.shelf.move(number, FIRST, on_hand=units - there)

    def placed(self, store: Sandbox) -> list[str]:
        return [order["reference_id"] for order in store.orders()]

    def canceled(self, store: Sandbox) -> list[str]:
        return [order["reference_id"] for order in store.orders() if order["status"] == "Cancelled"]

    def pack(self, store: Sandbox, reference: str, units: int | None = None) -> None:
        store.pack(reference, {SKU: units} if units else None)

    def refuse_cancel(self, store: Sandbox, reference: str) -> None:
        store.pick(reference)

    def hold(self, store: Sandbox, reference: str, *, solved: bool = False) -> None:
        (store.release if solved else store.hold)(reference)

    def fault(self, store: Sandbox, kind: str, *, times: int | None = None) -> None:
        store.set_fault(FAULTS.get(kind, kind), times=times)

    def heal(self, store: Sandbox) -> None:
        store.clear_faults()

    def sent(self, source: Source, integration: Integration, **fields: Any) -> tuple[ShippingRequest, str]:
        """Return a request that ShipBob has, with its reference."""
        request = self.asked(source, integration, **fields)
        self.send()
        assert fresh(request).status == S.SENT_TO_FULFILLMENT
        return request, reference_of(request.public_id)

    def test_boxes_from_two_shipments_are_two_fulfillments(
        self, source: Source, store: Sandbox, connected: Integration
    ) -> None:
        store.set_fault("split_boxes")
        request, reference = self.sent(source, connected)
        store.pack(reference)
        self.pulled(connected)
        numbers = {row.content["trackingNumber"][0] for row in Fulfillment.across.all()}
        assert (fresh(request).status, len(numbers)) == (S.FULFILLED, 2)
        assert all(box["is_tracking_uploaded"] for box in store.order(reference)["shipments"])

    def test_what_the_warehouse_cancels_is_rejected_and_routed_again_but_not_what_we_have_canceled(
        self, source: Source, store: Sandbox, connected: Integration
    ) -> None:
        theirs, reference = self.sent(source, connected)
        store.cancel(reference)
        self.pulled(connected)
        rejected = Fulfillment.across.get()
        assert (fresh(theirs).status, rejected.kind, rejected.request_id) == (S.FAILED, "rejected", theirs.pk)
        ours, _reference = self.sent(source, connected, number=1002)
        cancel(fresh(ours), OLIVE)
        self.send()
        self.pulled(connected)
        assert (fresh(ours).status, fresh(ours).cancellation) == (S.CANCELED_RESTOCK, "agreed")
        assert (fresh(ours).skip_location, Fulfillment.across.count()) == (False, 1)

    def test_wrong_parcels_are_told_and_counted_for_what_they_are(
        self, source: Source, store: Sandbox, connected: Integration
    ) -> None:
        store.put(SKU, 50)
        for number, kind in enumerate(("ships_more", "ships_less", "ships_other"), 1001):
            _request, reference = self.sent(source, connected, number=number)
            store.set_fault(kind, times=1)
            store.pack(reference)
        self.pulled(connected)
        self.pulled(connected)
        kinds = ["shipped_other_sku", "shipped_too_much", "warehouse_trouble", "warehouse_trouble"]
        assert sorted(self.problems()) == kinds

    def test_trouble_with_an_address_names_it_and_a_dismissed_one_stays_away(
        self, source: Source, store: Sandbox, connected: Integration
    ) -> None:
        _request, reference = self.sent(source, connected)
        store.problem(reference, "InvalidAddress")
        self.pulled(connected)
        told = OrderException.across.get(state="active")
        assert (told.type, "cannot be delivered to" in told.message) == ("address_refused", True)
        OrderException.across.update(state="dismissed")
        self.pulled(connected)
        assert self.problems() == []

    def test_an_old_report_of_stock_out_of_a_cache_is_left_aside(self, store: Sandbox, connected: Integration) -> None:
        self.pulled(connected, "inventory")
        store.set_fault("stale_stock", seconds=0.001)
        self.stock(store, SKU, 7)
        self.pulled(connected, "inventory")
        store.set_fault("stale_stock", seconds=3600)
        self.pulled(connected, "inventory")
        level = InventoryLevel.across.get(sku_folded=SKU.lower(), location=self.here(connected))
        assert level.on_hand == 7

    def test_of_several_channels_that_may_send_a_person_chooses_one(
        self, source: Source, store: Sandbox, connected: Integration, as_owner: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        page = reverse("integrations:detail", args=[connected.public_id])
        assert 'name="channel"' not in as_owner.get(page).content.decode()
        other = {"id": OTHER, "name": "Wholesale", "application_name": "Wholesale", "scopes": list(SCOPES)}
        for module in (rest, orders):
            monkeypatch.setattr(module, "CHANNELS", (*CHANNELS, other))
        with_token(connected, self.token(store), by=TESTER)
        shown = as_owner.get(page).content.decode()
        assert [name in shown for name in ("Tea &amp; Tins API", "Wholesale")] == [True, True]
        lifecycle.save_settings(
            connected, mapping.Settings.model_validate({"channel": str(OTHER)}), sync_from=None, by=TESTER
        )
        self.sent(source, reread(connected))
        row = store.world.database.row("SELECT channel FROM orders")
        assert row is not None
        assert row["channel"] == OTHER
        again = with_token(reread(connected), self.token(store), by=TESTER)
        assert (again.connection, again.account["channel"]) == ("connected", "Wholesale")

    def test_shipbob_is_told_where_to_call_and_its_messages_wake_the_flow(
        self, store: Sandbox, connected: Integration, settings: Settings, client: Client
    ) -> None:
        settings.PUBLIC_URL = "https://portal.example"
        registration.look()
        assert registration.register_due() == 1
        row = store.world.database.row("SELECT * FROM subscriptions")
        assert row is not None
        body, now = json.dumps({"topic": "order.shipped", "data": {}}), int(time.time())
        signed = {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(now),
            "webhook-signature": signature(row["secret"], "msg_1", now, body),
        }
        path = row["url"].removeprefix("https://portal.example")
        for headers, status in ((signed, 202), (signed | {"webhook-signature": "v1,AAAA"}, 401)):
            answer = client.post(path, body, content_type="application/json", headers=headers)
            assert answer.status_code == status
        assert state_of(connected, "fulfillments").woken_at is not None
        registration.end(connected)
        assert store.world.sender.subscriptions() == []

    def test_its_shipping_methods_come_with_its_locations(self, connected: Integration) -> None:
        run_flow(connected, "locations")
        offered = ShippingMethod.across.filter(source=connected.source).order_by("pk").values_list("code", flat=True)
        assert list(offered) == ["Standard", "Expedited", "2-Day", "Overnight"]
