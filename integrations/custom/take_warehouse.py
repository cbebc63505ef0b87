"""The doors of a warehouse of one's own: parcels, stock, locations, and its answers to shipping requests."""

from collections.abc import Sequence
from itertools import starmap

from integrations.custom import answers, mapping, shapes
from integrations.custom.doors import Door, Fault, Good, Row, actor, doors
from integrations.models import Integration
from integrations.sync import locations
from orders.fulfillments.find import find
from orders.fulfillments.take import take as take_parcels
from orders.fulfillments.write import known_of
from orders.inventory.take import take_levels
from orders.models import ExternalLocation, Location, ShippingRequest
from orders.records.refused import Refused
from orders.requests import handover
from orders.requests.references import reference_of

WAREHOUSE = "custom_warehouse"


def take_fulfillments(integration: Integration, good: Sequence[Good], bad: Sequence[Refused]) -> list[Row]:
    """Take parcels in, each once by its ID. One whose request is not known is kept, and a person hears of it."""
    ids = [one.shape.id for one in good]
    before = set(known_of(ids, integration.source))
    records = [mapping.fulfillment(one.shape, one.raw) for one in good]
    if records:
        take_parcels(integration.source, records, by=actor(integration))
        _note(integration, {one.shape.shipping_request_id for one in good})
    after = set(known_of(ids, integration.source))
    return [_parcel(one, before, after) for one in ids]


def _note(integration: Integration, names: set[str]) -> None:
    """Note of requests that are shipped before their warehouse has said that it took them: it has them."""
    found, _refused = find(integration.source, names)
    rows = ShippingRequest.across.filter(pk__in={one.request_id for one in found.values()}, ext_reference_id="")
    for pk, public_id in rows.order_by("pk").values_list("pk", "public_id"):
        handover.taken(pk, actor(integration), reference=reference_of(public_id))


def _parcel(name: str, before: set[str], after: set[str]) -> Row:
    if name in before:
        return Row(name, "unchanged")
    if name in after:
        return Row(name, "created")
    told = "No shipping request of this warehouse has this ID. The report is kept, and taken when it is known."
    return Row(name, "kept", (Fault("/shipping_request_id", "unknown", told),))


def take_inventory(integration: Integration, good: Sequence[Good], bad: Sequence[Refused]) -> list[Row]:
    """Take counts and changes of stock in; a change counts once by its event."""
    names = {one.shape.location_id for one in good}
    here = ExternalLocation.across.filter(source=integration.source, ext_location_id__in=names)
    known = set(here.values_list("ext_location_id", flat=True))
    if good:
        take_levels(integration.source, [mapping.level(one.shape) for one in good], by=actor(integration))
    return [_level(one.shape, known) for one in good]


def _level(told: shapes.Inventory, known: set[str]) -> Row:
    if told.location_id in known:
        return Row(told.sku, "taken")
    words = "No location of this warehouse has this ID. Send the location first."
    return Row(told.sku, "refused", (Fault("/location_id", "unknown", words),))


def take_locations(integration: Integration, good: Sequence[Good], bad: Sequence[Refused]) -> list[Row]:
    """Make or update locations; those that are not named stay as they are."""
    source = integration.source
    ids = [one.shape.id for one in good]
    before = set(_locations_of(integration, ids))
    there = locations.keep(integration, [mapping.location(one.shape) for one in good if one.shape.active])
    gone = [one.shape.id for one in good if not one.shape.active]
    rows = ExternalLocation.across.filter(source=source, ext_location_id__in=gone, active=True)
    closed = locations.close(list(rows)) if gone else 0
    made = set(_locations_of(integration, ids)) - before
    mine = Location.across.filter(source=source, fulfillment_source=None, ships_by_hand=False)
    mine.filter(externals__ext_location_id__in=made).update(fulfillment_source=source)
    changed = bool(there.updated or closed)
    return [Row(one, "created" if one in made else "changed" if changed else "unchanged") for one in ids]


def _locations_of(integration: Integration, ids: Sequence[str]) -> list[str]:
    rows = ExternalLocation.across.filter(source=integration.source, ext_location_id__in=ids)
    return list(rows.values_list("ext_location_id", flat=True))


def take_answers(integration: Integration, good: Sequence[Good], bad: Sequence[Refused]) -> list[Row]:
    """Take the answers to shipping requests in, one after the other."""
    return list(starmap(answers.take, ((integration, one.shape) for one in good)))


doors.register(
    "fulfillments", Door("fulfillments", WAREHOUSE, "fulfillments", shapes.Fulfillment, take_fulfillments)
)  # fmt: skip
doors.register(
    "inventory", Door("inventory", WAREHOUSE, "inventory", shapes.Inventory, take_inventory, name="sku")
)  # fmt: skip
doors.register("locations", Door("locations", WAREHOUSE, "locations", shapes.Location, take_locations))
doors.register(
    "shipping_request_answers",
    Door("shipping_request_answers", WAREHOUSE, "shipping_requests", shapes.Answer, take_answers),
)
