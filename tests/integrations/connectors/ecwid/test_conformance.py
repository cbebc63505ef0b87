"""Ecwid does what every connector does."""

from collections.abc import Iterator
from typing import Any

from pytest_django import Settings

from integrations.connectors.ecwid.sandbox.server import Sandbox, serve
from tests.integrations.conformance import Conformance
from tests.integrations.conftest import point_at


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
