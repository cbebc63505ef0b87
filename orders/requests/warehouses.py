"""What the warehouses behind locations can be told by us, by the connector of their integration.

    warehouses.register("shipbob", Warehouse(sends=True, cancels=True))      # integrations say so when they start

Where nothing is registered, a person tells the warehouse: *Mark as sent* and *Report shipment* on the request's page.
"""

from collections.abc import Callable
from dataclasses import dataclass

from orders.models import ShippingRequest, Source
from portal.kit.registry import Registry


@dataclass(frozen=True, slots=True)
class Warehouse:
    """What a connector does with shipping requests by itself."""

    sends: bool = False
    """It hands requests over."""
    cancels: bool = False
    """It tells the warehouse of a cancellation, and brings its answer."""
    waits: Callable[[ShippingRequest], str] | None = None
    """Why a request that is ready has not been handed over yet, in a sentence; empty while it is on its way."""


warehouses: Registry[Warehouse] = Registry("warehouse")
BY_HAND = Warehouse()


def warehouse_of(request: ShippingRequest) -> Warehouse:
    """Return what the integration of a request does by itself; nothing without one, or when it was deleted."""
    source = request.fulfillment_source
    if source is None or source.state == Source.State.DELETED or source.connector not in warehouses:
        return BY_HAND
    return warehouses.get(source.connector)
