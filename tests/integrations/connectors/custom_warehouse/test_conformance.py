"""A warehouse of one's own through the suite of warehouses: it is told by signed messages, and reports by our API."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from pytest_django import Settings

from integrations import lifecycle
from integrations.connectors.custom_warehouse.sandbox import server
from integrations.connectors.custom_warehouse.sandbox.server import Door, Fault, serve
from integrations.connectors.custom_warehouse.sandbox.warehouse import Warehouse
from integrations.custom import keys
from integrations.models import Call, Integration
from integrations.sync.outcome import Outcome
from orders.models import Source
from orders.requests.references import reference_of
from portal.tenancy.models import Organization
from tests.integrations.conformance_shipping import FulfillmentConformance
from tests.integrations.conftest import TESTER, reread
from tests.integrations.warehouse_sandbox import SKU
from tests.portal.api.conftest import Program


@dataclass
class Sandbox:
    """The small warehouse, its door, and what it was given."""

    warehouse: Warehouse
    door: Door
    program: Program
    secrets: keys.Secrets = field(default_factory=keys.Secrets)

    def api(self, method: str, path: str, body: Any) -> Any:
        answer = self.program.get(path) if method == "GET" else self.program.post(path, body)
        assert answer.status_code < 300, answer.data
        return answer.data


class TestCustomWarehouse(FulfillmentConformance):
    connector = "custom_warehouse"
    warehouse: Warehouse

    def serve(self, settings: Settings) -> Iterator[Sandbox]:
        warehouse = Warehouse(lambda *_told: None)
        with pytest.MonkeyPatch.context() as patch, serve(warehouse, "") as door:
            patch.setattr(server, "LATE", 1.0)
            settings.ALLOWED_PRIVATE_HOSTS = [f"127.0.0.1:{door.server_port}"]
            sandbox = Sandbox(warehouse, door, Program())
            warehouse.api = sandbox.api
            self.warehouse = warehouse
            yield sandbox

    @pytest.fixture
    def connected(self, organization: Organization, store: Sandbox) -> Integration:
        added = lifecycle.add(organization, self.connector, name="Warehouse", by=TESTER)
        store.secrets = keys.begin(added, by=TESTER, user=None)
        store.program = Program(store.secrets.key)
        store.door.secret = store.secrets.signing
        made = keys.save_address(added, store.door.url, by=TESTER)
        store.warehouse.open()
        self.stock(store, SKU, 50)
        return made

    def token(self, store: Sandbox) -> dict[str, str]:
        return {"key": store.secrets.key, "signing": store.secrets.signing, "address": store.door.url}

    def stock(self, store: Sandbox, sku: str, units: int) -> None:
        store.warehouse.count(sku, units)

    def placed(self, store: Sandbox) -> list[str]:
        return list(store.warehouse.asked)

    def canceled(self, store: Sandbox) -> list[str]:
        return [name for name, one in store.warehouse.asked.items() if one.canceled]

    def pack(self, store: Sandbox, reference: str, units: int | None = None) -> None:
        store.warehouse.ship(reference, units)

    def refuse_cancel(self, store: Sandbox, reference: str) -> None:
        store.warehouse.asked[reference].keeps = True

    def fault(self, store: Sandbox, kind: str, *, times: int | None = None) -> None:
        store.door.fault = Fault(kind, times)

    def heal(self, store: Sandbox) -> None:
        store.door.fault = Fault()

    def pulled(self, integration: Integration, flow: str = "fulfillments") -> Outcome:
        """Nothing is asked: it tells by itself."""
        self.warehouse.report()
        return Outcome()

    # It has no words for a request that hangs: it accepts or rejects. So there is nothing to ask of it.
    test_what_hangs_there_is_told_until_it_goes_on = None  # type: ignore[assignment]

    def test_a_lost_access_holds_requests_back_until_somebody_connects_again(
        self, source: Source, store: Sandbox, connected: Integration
    ) -> None:
        """Here the secret was replaced, and the warehouse does not know the new one yet."""
        requests = [self.asked(source, connected, number) for number in (1001, 1002)]
        store.door.secret = "whsec_" + "A" * 44
        self.send()
        assert (reread(connected).status, self.problems()) == ("error", ["integration_failed"])
        assert Call.objects.filter(status__gte=400).count() == 1
        store.door.secret = keys.rotate(reread(connected), by=TESTER)
        keys.save_address(reread(connected), store.door.url, by=TESTER)
        self.send()
        assert sorted(self.placed(store)) == sorted(reference_of(one.public_id) for one in requests)
        assert (reread(connected).status, self.problems()) == ("connected", [])

    def test_without_an_address_it_fetches_and_nothing_is_lost(
        self, source: Source, store: Sandbox, connected: Integration
    ) -> None:
        keys.save_address(connected, "", by=TESTER)
        request = self.asked(source, connected)
        self.send()
        assert (self.placed(store), self.problems()) == ([], [])
        store.warehouse.fetch()
        store.warehouse.ship_all()
        request.refresh_from_db()
        assert (request.status, request.ext_reference_id, self.problems()) == ("fulfilled", "W-1", [])
