"""The suite for warehouses, passed by a client that does what the protocols say: so the suite itself is right."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from integrations.capabilities import CancelAnswer, Reports, Trouble
from integrations.kit import pace
from integrations.kit.errors import UNREACHABLE
from integrations.models import Integration
from orders.records.fulfillment import FulfillmentRecord
from orders.records.level import LevelRecord
from portal.kit import http
from tests.integrations.conformance_shipping import FulfillmentConformance
from tests.integrations.outbound.conftest import registered
from tests.integrations.outbound.house import KEY, House, answered, declined, unanswered

FAULTS = {
    "server_error": lambda: answered(500),
    "rate_limited": lambda: answered(429, pause=30),
    "revoked": lambda: answered(401),
}


class TestHouse(FulfillmentConformance):
    connector = KEY

    def serve(self, settings: Settings) -> Iterator[House]:
        with pytest.MonkeyPatch.context() as patch:
            house = registered(settings, patch)
            house.refuses = {self.unknown_sku: declined("sku_unknown", "No product has the SKU NO-SUCH-SKU")}
            yield house

    def token(self, store: House) -> dict[str, str]:
        return {"token": "t0ken-of-the-house"}

    def stock(self, store: House, sku: str, units: int) -> None:
        store.refuses.pop(sku, None)
        level = {"sku": sku, "extLocationId": "w1", "onHand": units}
        store.counts = [Reports(levels=(LevelRecord.model_validate(level),))]

    def placed(self, store: House) -> list[str]:
        return list(store.requests)

    def canceled(self, store: House) -> list[str]:
        return list(store.canceled)

    def pack(self, store: House, reference: str, units: int | None = None) -> None:
        number = len(store.reports) + 1
        lines = [{"sku": "TEA-1", "quantity": units}] if units else []
        told = {"extFulfillmentId": f"P{number}", "shipment": reference, "trackingNumber": ["1Z9"], "lineItems": lines}
        parcel = FulfillmentRecord.model_validate(told)
        store.reports.append(Reports(parcels=(parcel,), cursor={"page": number}, taken=(f"P{number}",)))
        store.cancels = lambda reference: CancelAnswer(agreed=False, reason="It is packed")

    def refuse_cancel(self, store: House, reference: str) -> None:
        store.cancels = lambda reference: CancelAnswer(agreed=False, reason="It is picked")

    def hold(self, store: House, reference: str, *, solved: bool = False) -> None:
        trouble = Trouble(reference, "warehouse_trouble", "On hold: the address is incomplete", over=solved)
        store.reports.append(Reports(troubles=(trouble,), cursor={"page": len(store.reports) + 1}))

    def fault(self, store: House, kind: str, *, times: int | None = None) -> None:
        if kind == "lost":
            store.breaks.append(unanswered(http.TimedOut("No answer in time"), UNREACHABLE))
        else:
            store.fails += [FAULTS[kind]() for _ in range(times or 20)]
        if kind == "rate_limited":
            for integration in Integration.across.all():
                pace.pause(integration.pk, 30)

    def heal(self, store: House) -> None:
        store.fails.clear()
        store.breaks.clear()
