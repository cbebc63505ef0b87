"""What `integrations.diagnose` judges, read from the tables: four queries."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from integrations.diagnose import Facts, Finding, Place, Ships, diagnose
from integrations.manifest import Direction, Manifest, Role
from integrations.models import Integration
from integrations.outbound.held import cause_of
from integrations.registry import connectors
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import ExternalLocation, Location, ShippingRequest
from portal.deliveries.models import Delivery
from portal.kit.claims import State


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding in words, with the page where it is mended."""

    sentence: str
    cure: str
    url: str
    blocks: bool


def findings(integration: Integration) -> list[Shown]:
    """Return what is in the way of an integration, the worst first; nothing before it was connected for once."""
    if integration.enabled_at is None:
        return []
    return [_shown(one) for one in diagnose(facts_of(integration))]


def facts_of(integration: Integration) -> Facts:
    """Read how an integration is set up."""
    manifest = connectors.get(integration.connector)
    on, off = _flows(integration, manifest)
    fulfills = manifest.role is Role.FULFILLMENT_CHANNEL
    return Facts(
        name=integration.name,
        fulfills=fulfills,
        keeps=manifest.role is Role.BACK_OFFICE,
        on=on,
        off=off,
        labels={flow.key: str(flow.label) for flow in manifest.flows},
        fetches=manifest.own_api is not None,
        works=integration.is_active,
        places=_places(integration),
        waiting=_waiting(integration) if fulfills else 0,
        held=_held(integration),
    )


def _shown(one: Finding) -> Shown:
    url = reverse("orders:location", args=[one.location]) if one.location else ""
    return Shown(_(one.sentence).format(**one.values), _(one.cure).format(**one.values), url, one.blocks)


def _flows(integration: Integration, manifest: Manifest) -> tuple[frozenset[str], frozenset[str]]:
    """Return the flows that are on, and those that are off and could be on."""
    chosen = [(flow, Direction(integration.flows.get(flow.key, flow.initial))) for flow in manifest.flows]
    on = {flow.key for flow, way in chosen if way is not Direction.DISABLED and way in flow.built}
    off = {flow.key for flow, way in chosen if way is Direction.DISABLED and flow.built - {Direction.DISABLED}}
    return frozenset(on), frozenset(off)


def _places(integration: Integration) -> Sequence[Place]:
    names = ExternalLocation.across.filter(source_id=integration.source_id)
    rows = Location.across.filter(
        Q(pk__in=names.values("location_id")) | Q(fulfillment_source_id=integration.source_id),
        organization_id=integration.organization_id, deleted_at=None, pickup=False,
    )  # fmt: skip
    rows = rows.select_related("fulfillment_source").order_by("name", "pk")
    found = rows.prefetch_related(Prefetch("externals", queryset=names, to_attr="names_there"))
    return [_place(one, integration) for one in found]


def _place(one: Location, integration: Integration) -> Place:
    names: list[ExternalLocation] = getattr(one, "names_there", [])
    shipper = one.fulfillment_source
    return Place(
        public_id=one.public_id,
        name=one.name,
        active=one.active,
        named=bool(names),
        reported=any(name.active for name in names),
        ships=_ships(one, integration),
        shipper=shipper.name if shipper else "",
    )


def _ships(one: Location, integration: Integration) -> Ships:
    shipper = one.fulfillment_source
    if shipper is None:
        return Ships.PEOPLE if one.ships_by_hand else Ships.NOBODY
    if shipper.pk == integration.source_id:
        return Ships.SELF
    known = shipper.connector in connectors
    sells = known and connectors.get(shipper.connector).role is Role.SELLING_CHANNEL
    return Ships.STORE if sells else Ships.WAREHOUSE


def _waiting(integration: Integration) -> int:
    rows = ShippingRequest.across.filter(organization_id=integration.organization_id, deleted_at=None)
    ready = rows.filter(status=RequestStatus.READY_FOR_FULFILLMENT.value)
    return ready.filter(fulfillment_source_id=integration.source_id).count()


def _held(integration: Integration) -> int:
    rows = Delivery.across.filter(organization_id=integration.organization_id, held_for=cause_of(integration))
    return rows.filter(state=State.PARKED).count()
