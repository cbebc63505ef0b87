"""Which integrations hand shipping requests over by themselves."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from integrations.manifest import Direction, Manifest
from integrations.models import Integration
from integrations.registry import connectors
from orders.models import ShippingRequest
from orders.requests.references import reference_of
from orders.requests.warehouses import Warehouse, warehouses
from portal.deliveries.models import Delivery
from portal.kit.claims import State

FLOW = "shipping_requests"
KIND = "shipping_request"


def waits(request: ShippingRequest) -> str:
    """Say why a request that is ready has not been handed over yet; nothing while it is on its way."""
    row = Delivery.across.filter(
        organization_id=request.organization_id, kind=KIND, key=reference_of(request.public_id)
    ).first()
    if row is not None and row.state == State.PARKED:
        return row.last_error
    integration = by_source([request.fulfillment_source_id or 0]).get(request.fulfillment_source_id or 0)
    if integration is None or is_working(integration):
        return ""
    name = {"name": integration.name}
    if not integration.enabled:
        return _("“%(name)s” is switched off.") % name
    if not integration.is_active:
        return _("“%(name)s” is not connected.") % name
    return _("The flow “Shipping requests” of “%(name)s” is off.") % name


HANDS_OVER = Warehouse(sends=True, cancels=True, waits=waits)


def register_warehouses() -> None:
    """Say to the orders which connectors send requests: those that have the flow built."""
    for manifest in connectors.all():
        if sends(manifest) and manifest.key not in warehouses:
            warehouses.register(manifest.key, HANDS_OVER)


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
