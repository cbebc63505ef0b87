"""What the pages show of integrations."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_stubs_ext import StrOrPromise

from integrations.manifest import Direction, Manifest, Role
from integrations.models import Connection, FlowState, Integration, SyncRun
from integrations.registry import connectors
from orders.models import Location, OrderException
from portal.tenancy.models import Organization

NEWS = ("orders", "fulfillments")
"""Flows whose last good run says how an integration is: a store brings orders, a warehouse parcels."""


@dataclass(frozen=True, slots=True)
class FlowLine:
    """One flow as an arrow: towards us, away from us, or none."""

    label: StrOrPromise
    direction: Direction
    icon: str
    words: StrOrPromise


@dataclass(frozen=True, slots=True)
class Health:
    """How an integration is, in one sentence and the moment it speaks of."""

    sentence: str
    at: dt.datetime | None = None
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """An integration as lists and heads of pages show it."""

    integration: Integration
    manifest: Manifest
    health: Health
    flows: tuple[FlowLine, ...]


def present(organization: Organization) -> QuerySet[Integration]:
    """Return the organization's integrations that are not deleted, by name."""
    return Integration.objects.within(organization).filter(deleted_at=None).order_by("name", "pk")


def locations_of(integration: Integration) -> QuerySet[Location]:
    """Return the locations that the integration names, places to collect last."""
    named = Location.across.filter(externals__source_id=integration.source_id, externals__active=True)
    return named.order_by("pickup", "name")


def rows(organization: Organization) -> list[Row]:
    """Return every integration with its health, in three queries."""
    found = list(present(organization))
    states = _by_integration(FlowState.objects.filter(integration__in=found).defer("cursor"))
    newest = SyncRun.objects.filter(integration__in=found, flow__in=NEWS, error="").exclude(created=0, updated=0)
    ids = newest.values("integration").annotate(last=Max("id")).values_list("last", flat=True)
    runs = {run.integration_id: run for run in SyncRun.objects.filter(pk__in=ids)}
    return [row_of(one, states.get(one.pk, []), runs.get(one.pk)) for one in found]


def health_card(organization: Organization) -> dict[str, object]:
    """Return what the dashboard shows of the connected systems."""
    return {"rows": rows(organization)}


def row(integration: Integration) -> Row:
    """Return one integration with its health."""
    runs = SyncRun.objects.filter(integration=integration, flow__in=NEWS, error="").exclude(created=0, updated=0)
    return row_of(integration, list(integration.flow_states.defer("cursor")), runs.order_by("-id").first())


def row_of(integration: Integration, states: Sequence[FlowState], run: SyncRun | None) -> Row:
    """Put a row together."""
    manifest = connectors.get(integration.connector)
    return Row(integration, manifest, health(integration, manifest, states, run), flow_lines(integration, manifest))


def health(integration: Integration, manifest: Manifest, states: Sequence[FlowState], run: SyncRun | None) -> Health:
    """Say how an integration is."""
    if not integration.enabled:
        return Health(_("Switched off: nothing is pulled and nothing is sent."))
    if integration.connection == Connection.NOT_CONFIGURED:
        return Health(_("Not connected yet: approve the access to begin."))
    if integration.connection == Connection.CONNECTING:
        return Health(_("Waiting for your approval on the page of %(name)s.") % {"name": manifest.name})
    if integration.cause:
        return Health(integration.cause, tone="red")
    if manifest.own_api is not None:
        return _heard(integration)
    if manifest.role is Role.FULFILLMENT_CHANNEL:
        return _shipping(integration, states, run)
    if manifest.role is Role.BACK_OFFICE:
        return Health(_("Ready: orders can be pushed to it."))
    return _flowing(integration, states, run)


def _shipping(integration: Integration, states: Sequence[FlowState], run: SyncRun | None) -> Health:
    """Say how a warehouse is that requests are sent to."""
    if integration.flows.get("shipping_requests") != Direction.PUSH:
        return Health(_("No shipping requests are sent: choose it under Flows in the settings."), tone="amber")
    parcels = next((state for state in states if state.flow == "fulfillments"), None)
    if parcels is not None and parcels.failures:
        return Health(_("The last try did not work; the next one follows."), parcels.next_at, tone="amber")
    if run is not None:
        return Health(pulled(run), run.started_at)
    if parcels is None or parcels.last_ok_at is None:
        return Health(_("Ready: shipping requests go out as orders are routed to it."))
    return Health(_("No parcels yet. Last looked"), parcels.last_ok_at)


def _heard(integration: Integration) -> Health:
    """Say when a system that calls us was heard of last."""
    last = integration.last_ok_at
    if last is None or last - integration.connection_since < dt.timedelta(seconds=1):
        return Health(_("Ready. Nothing has been sent yet: try an example under Connection."))
    return Health(_("Last heard of"), last)


def _flowing(integration: Integration, states: Sequence[FlowState], run: SyncRun | None) -> Health:
    orders = next((state for state in states if state.flow == "orders"), None)
    if integration.flows.get("orders") != Direction.PULL or orders is None:
        return Health(_("No orders are pulled: choose it under Flows in the settings."), tone="amber")
    if orders.failures:
        return Health(_("The last try did not work; the next one follows."), orders.next_at, tone="amber")
    if run is not None:
        return Health(pulled(run), run.started_at)
    if orders.last_ok_at is None:
        return Health(_("The first look at the store is under way."))
    return Health(_("No orders yet. Last looked"), orders.last_ok_at)


def pulled(run: SyncRun) -> str:
    """Say what a run brought."""
    if run.flow == "fulfillments":
        return ngettext("Took in %(n)s parcel", "Took in %(n)s parcels", run.created) % {"n": run.created}
    if run.created:
        return ngettext("Pulled %(n)s order", "Pulled %(n)s orders", run.created) % {"n": run.created}
    return ngettext("Updated %(n)s order", "Updated %(n)s orders", run.updated) % {"n": run.updated}


def flow_lines(integration: Integration, manifest: Manifest) -> tuple[FlowLine, ...]:
    """Return the flows that are on, as arrows."""
    lines = []
    for flow in manifest.flows:
        direction = Direction(integration.flows.get(flow.key, flow.initial))
        if direction is not Direction.DISABLED:
            icon = "arrow-down" if direction is Direction.PULL else "arrow-up"
            lines.append(FlowLine(flow.label, direction, icon, flow.directions[direction]))
    return tuple(lines)


def refused_orders(integration: Integration) -> QuerySet[OrderException]:
    """Return the orders of this store that could not be read and are not mended yet, newest first."""
    rows = OrderException.across.filter(
        organization_id=integration.organization_id,
        type="record_refused",
        state=OrderException.State.ACTIVE,
        entity_type="source",
        entity_id=integration.source_id,
    )
    return rows.defer("raw").order_by("-last_seen_at")


def in_error(organization: Organization) -> int:
    """Count the integrations that need a person: the badge of the menu."""
    broken = present(organization).filter(enabled=True)
    return (broken.filter(connection=Connection.ERROR) | broken.exclude(cause="")).count()


def _by_integration(states: QuerySet[FlowState]) -> dict[int, list[FlowState]]:
    found: dict[int, list[FlowState]] = {}
    for state in states:
        found.setdefault(state.integration_id, []).append(state)
    return found
