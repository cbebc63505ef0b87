"""Ecwid does what every connector does."""

from collections.abc import Iterator
from typing import Any

from pytest_django import Settings

from integrations import lifecycle
from integrations.connect import with_token
from integrations.connectors.ecwid.sandbox.server import Sandbox, serve
from integrations.models import Integration
from orders.models import Order
from portal.tenancy.models import Organization
from tests.integrations.conformance import Conformance
from tests.integrations.conformance_parcels import ParcelsConformance
from tests.integrations.conftest import TESTER, point_at, run_flow


class TestEcwid(Conformance):
    connector = "ecwid"

    def serve(self, settings: Settings) -> Iterator[Sandbox]:
        with serve() as running:
            point_at(settings, running)
            yield running

    def token(self, store: Sandbox) -> dict[str, str]:
        return {"store_id": str(store.store.store.id), "token": store.private_token}

    def place(self, store: Sandbox, count: int = 1) -> list[str]:
        return [order["id"] for order in store.place_orders(count)]

    def change(self, store: Sandbox, number: str) -> None:
        store.store.orders.update(number, {"orderComments": "Changed"})

    def cancel(self, store: Sandbox, number: str) -> None:
        store.store.orders.update(number, {"paymentStatus": "CANCELLED"})

    def delete(self, store: Sandbox, number: str) -> None:
        store.store.orders.delete(number)

    def fault(self, store: Sandbox, kind: str, *, times: int | None = None) -> None:
        settings: dict[str, Any] = {"seconds": 5} if kind in ("slow", "rate_limited") else {}
        store.set_fault(kind, times=times, **settings)

    def heal(self, store: Sandbox) -> None:
        store.clear_faults()


class TestEcwidParcels(ParcelsConformance):
    def serve(self, settings: Settings) -> Iterator[Sandbox]:
        with serve() as running:
            point_at(settings, running)
            yield running

    def connect(self, organization: Organization, channel: Sandbox) -> Integration:
        flows = {"orders": "pull", "fulfillments": "push"}
        added = lifecycle.add(organization, "ecwid", name="Tea shop", flows=flows, by=TESTER)
        self.reconnect(channel, added)
        return Integration.across.select_related("source", "organization").get(pk=added.pk)

    def reconnect(self, channel: Sandbox, integration: Integration) -> None:
        token = {"store_id": str(channel.store.store.id), "token": channel.private_token}
        with_token(integration, token, by=TESTER)

    def order(self, channel: Sandbox, integration: Integration) -> Order:
        placed = channel.place_order({"TIN-ROUND-S": 2})
        run_flow(integration)
        return Order.across.get(ext_order_api_id=str(placed["internalId"]))

    def shown(self, channel: Sandbox, order: Order) -> list[str]:
        found = channel.store.orders.get(order.ext_order_api_id) or {}
        return [one for one in str(found.get("trackingNumber") or "").split(", ") if one]

    def is_complete(self, channel: Sandbox, order: Order) -> bool:
        return bool((channel.store.orders.get(order.ext_order_api_id) or {}).get("fulfillmentStatus") == "SHIPPED")

    def refuse(self, channel: Sandbox, order: Order) -> None:
        channel.store.orders.delete(order.ext_order_api_id)

    def fault(self, channel: Sandbox, kind: str, *, times: int | None = None) -> None:
        channel.set_fault("cut" if kind == "lost" else kind, times=times)

    def heal(self, channel: Sandbox) -> None:
        channel.clear_faults()
