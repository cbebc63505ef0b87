"""What a warehouse's sandbox has to offer to the suite (`conformance_shipping`), and what its tests share.

`store` is whatever `serve` yields. Requests are named by our reference, as the sandbox's books have it.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from integrations import lifecycle
from integrations.connect import with_token
from integrations.models import FlowState, Integration
from integrations.sync.outcome import Outcome
from orders.exceptions.clear import close_gone
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import Location, OrderException, ShippingRequest, Source
from portal.audit.actor import Actor
from portal.deliveries.models import Delivery
from portal.deliveries.send import send_due
from portal.events.dispatch import drain
from portal.tenancy.models import Organization
from tests.integrations.conftest import TESTER, run_flow
from tests.orders.requests.making import ready_order, request_for

S = RequestStatus
OLIVE = Actor("user", "1", "Olive Owner")
SKU = "TEA-1"
ADDRESS = {
    "firstName": "Ana", "lastName": "Ruiz", "address1": "1 Main St", "city": "Reno", "stateOrProvince": "NV",
    "zipCodeOrPostalCode": "89501", "country": "US", "email": "ana@example.com", "phone": "775 555 0100",
}  # fmt: skip


class WarehouseSandbox:
    """Methods that raise NotImplementedError are what a connector has to bring."""

    connector: ClassVar[str]
    settles_later: ClassVar[bool] = False
    """The warehouse answers a cancellation later, among its reports."""
    unknown_sku: ClassVar[str] = "NO-SUCH-SKU"
    """A SKU that it refuses."""
    bad_address: ClassVar[Mapping[str, str]] = {**ADDRESS, "zipCodeOrPostalCode": "00000", "city": "Nowhere"}
    """An address that it refuses."""

    def serve(self, settings: Settings) -> Iterator[Any]:
        """Run the sandbox, point the settings at it, and yield it."""
        raise NotImplementedError

    def token(self, store: Any) -> dict[str, str]:
        """Return what a person would type in to connect."""
        raise NotImplementedError

    def stock(self, store: Any, sku: str, units: int) -> None:
        """Have so many units of a SKU on the shelf of the sandbox's first location, which `here` returns."""
        raise NotImplementedError

    def placed(self, store: Any) -> list[str]:
        """Return the references of all requests in the sandbox's books, one as often as it stands there."""
        raise NotImplementedError

    def canceled(self, store: Any) -> list[str]:
        """Return the references of the requests that are canceled there."""
        raise NotImplementedError

    def pack(self, store: Any, reference: str, units: int | None = None) -> None:
        """Ship a request: so many units of its only line, or all that is open of it, with a tracking number."""
        raise NotImplementedError

    def refuse_cancel(self, store: Any, reference: str) -> None:
        """Have the warehouse refuse to cancel a request: it is picked already."""
        raise NotImplementedError

    def hold(self, store: Any, reference: str, *, solved: bool = False) -> None:
        """Have a request hang at the warehouse, or go on."""
        raise NotImplementedError

    def fault(self, store: Any, kind: str, *, times: int | None = None) -> None:
        """Switch a fault on: rate_limited, server_error, lost (acts, and the answer never comes), revoked."""
        raise NotImplementedError

    def heal(self, store: Any) -> None:
        """Switch all faults off; a credential that was taken back is good again, or `token` tells a new one."""
        raise NotImplementedError

    # What follows is the suite's own.

    @pytest.fixture
    def store(self, settings: Settings) -> Iterator[Any]:
        yield from self.serve(settings)

    @pytest.fixture
    def connected(self, organization: Organization, store: Any) -> Integration:
        added = lifecycle.add(organization, self.connector, name="Warehouse", flows=self.flows(), by=TESTER)
        made = with_token(added, self.token(store), by=TESTER)
        assert made.connection == "connected", made.cause
        self.stock(store, SKU, 50)
        run_flow(made, "locations")
        return made

    def flows(self) -> dict[str, str]:
        """Return the directions to be chosen."""
        return {"shipping_requests": "push", "fulfillments": "pull", "inventory": "pull"}

    def here(self, integration: Integration) -> Location:
        """Return the first location that the warehouse has told of."""
        rows = Location.across.filter(externals__source=integration.source, fulfillment_source=integration.source)
        found = rows.order_by("externals__pk").first()
        assert found is not None, "The warehouse ships from none of its own locations."
        return found

    def asked(self, source: Source, integration: Integration, number: int = 1001, **fields: Any) -> ShippingRequest:
        """Return a request for two tins, made but not sent."""
        address = fields.pop("address", ADDRESS)
        order = ready_order(source, number, shippingAddress=address, **fields)
        return request_for(order, self.here(integration), 2)

    def send(self) -> None:
        """Send what is due, and what waits for its next attempt."""
        drain("warehouses")
        Delivery.across.exclude(state="done").update(next_at=Now(), lease_until=Now() - dt.timedelta(seconds=1))
        send_due()

    def pulled(self, integration: Integration, flow: str = "fulfillments") -> Outcome:
        outcome = run_flow(integration, flow)
        assert outcome is not None, FlowState.objects.get(integration=integration, flow=flow).last_error
        return outcome

    def problems(self) -> list[str]:
        close_gone()
        rows = OrderException.across.filter(state="active").order_by("pk")
        return list(rows.values_list("type", flat=True))
