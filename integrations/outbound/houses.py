"""Which integrations hand shipping requests over by themselves."""

from collections.abc import Iterable

from django.db.models import QuerySet

from integrations.manifest import Direction, Manifest
from integrations.models import Integration
from integrations.registry import connectors
from orders.requests.warehouses import Warehouse, warehouses

FLOW = "shipping_requests"


def register_warehouses() -> None:
    """Say to the orders which connectors send requests: those that have the flow built."""
    for manifest in connectors.all():
        if sends(manifest) and manifest.key not in warehouses:
            warehouses.register(manifest.key, Warehouse(sends=True, cancels=True))


def sends(manifest: Manifest) -> bool:
    """Say whether a connector can hand requests over."""
    return any(flow.key == FLOW and Direction.PUSH in flow.built for flow in manifest.flows)


def senders_of(organization_id: int) -> "QuerySet[Integration]":
    """Return the integrations of an organization that can hand requests over, whether or not they may now."""
    keys = [one.key for one in connectors.all() if sends(one)]
    rows = Integration.across.filter(organization_id=organization_id, connector__in=keys, deleted_at=None)
    return rows if keys else rows.none()


def is_working(integration: Integration) -> bool:
    """Say whether requests go out: it is on and connected, and so is the flow."""
    return integration.is_active and integration.flows.get(FLOW) == Direction.PUSH


def by_source(source_ids: Iterable[int]) -> dict[int, Integration]:
    """Return the integrations behind sources; deleted ones are left out."""
    rows = Integration.across.filter(source_id__in=list(source_ids), deleted_at=None)
    return {one.source_id: one for one in rows.select_related("source", "organization")}
