"""Merging two locations: what moves, what is carried over by the ledger, and what keeps them apart."""

import pytest
from django.db import transaction
from django.db.models import Sum

from orders.locations.merge import CannotMerge, merge, preview
from orders.models import ExternalLocation, InventoryLevel, LedgerEntry, Location, RoutingCard, ShippingRequest, Source
from orders.requests.locks import lock_requests
from orders.routing import cards
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.events.models import Event
from portal.tenancy.models import Organization
from tests.factories import make_card, make_location
from tests.orders.requests.making import fresh, level, ready_order, request_for, stock
from tests.waiting import behind

pytestmark = pytest.mark.django_db
OLIVE = Actor("user", "1", "Olive Owner")


@pytest.fixture
def shop_side(source: Source) -> Location:
    return make_location(source, "w1", "Reno (shop)", fulfillment_source=None)


@pytest.fixture
def warehouse_side(organization: Organization) -> Location:
    warehouse = Source.across.create(organization=organization, name="3PL", connector="ecwid")
    return make_location(warehouse, "RNO", "Reno (3PL)")


def sums_agree() -> bool:
    """Every level is the sum of its own ledger."""
    return all(
        LedgerEntry.across.filter(level=one).aggregate(on_hand=Sum("on_hand"), committed=Sum("committed"))
        == {"on_hand": one.on_hand, "committed": one.committed}
        for one in InventoryLevel.across.exclude(location=None)
    )


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_a_request_finds_it_where_it_was_moved_to(
    source: Source, shop_side: Location, warehouse_side: Location
) -> None:
    """A parcel is reported while two locations become one: its request is there, and not gone."""
    request = request_for(ready_order(source), warehouse_side)

    def locked() -> dict[int, ShippingRequest]:
        with transaction.atomic():
            return lock_requests([request.pk])

    found = behind(lambda: merge(shop_side, warehouse_side, by=OLIVE), locked)
    assert {pk: one.location for pk, one in found.items()} == {request.pk: shop_side}


def test_everything_of_one_location_goes_to_the_other(
    source: Source, shop_side: Location, warehouse_side: Location
) -> None:
    stock(warehouse_side, "TEA-1", 9)
    stock(warehouse_side, "CUP", 4)
    stock(shop_side, "CUP", 3)
    stock(shop_side, "CUP", -3)
    request = request_for(ready_order(source), warehouse_side)
    card = make_card(source.organization, warehouse_side, shop_side)
    told = preview(shop_side, warehouse_side)
    assert [one.ext_location_id for one in told.externals] == ["RNO"]
    assert (told.levels, told.clashing, told.live, told.cards) == (2, [], 1, [card])
    assert told.gains == ["3PL ships from here."]

    merged = merge(shop_side, warehouse_side, by=OLIVE)

    assert level(merged, "tea-1") == (9, 2, 0), "moved with its commitment"
    assert level(merged, "cup") == (4, 0, 0), "carried over into the record that said nothing"
    assert sums_agree()
    assert fresh(request).location_id == merged.pk
    assert Event.across.filter(name="shippingRequest.updated", entity_id=request.pk).exists()
    assert set(ExternalLocation.across.values_list("location_id", flat=True)) == {merged.pk}
    assert merged.fulfillment_source_id == warehouse_side.fulfillment_source_id
    assert RoutingCard.across.get().definition["destinations"] == [{"locations": [merged.public_id]}]
    gone = Location.across.get(pk=warehouse_side.pk)
    assert (gone.active, gone.deleted_at is not None) == (False, True)
    lines = History.across.filter(entity_type="location").order_by("id").values_list("entity_id", "summary")
    assert list(lines) == [
        (merged.pk, "Took over “Reno (3PL)”: 1 names, 2 stock records, 1 shipping requests."),
        (gone.pk, "Merged into “Reno (shop)”."),
    ]


@pytest.mark.parametrize("locked", [False, True])
def test_figures_that_two_systems_report_are_never_added_up(
    shop_side: Location, warehouse_side: Location, locked: bool
) -> None:
    stock(shop_side, "TEA-1", 0 if locked else 5)
    stock(warehouse_side, "TEA-1", 9)
    InventoryLevel.across.filter(location=warehouse_side).update(locked=locked)
    told = preview(shop_side, warehouse_side)
    assert (told.clashing, told.possible, told.levels) == (["TEA-1"], False, 0)
    with pytest.raises(CannotMerge, match="Both have stock of the same SKU"):
        merge(shop_side, warehouse_side, by=OLIVE)
    assert level(warehouse_side) == (9, 0, 0)
    assert Location.across.filter(deleted_at=None).count() == 2


def test_a_location_is_not_merged_with_itself_nor_with_one_that_is_gone(
    shop_side: Location, warehouse_side: Location
) -> None:
    with pytest.raises(CannotMerge, match="with itself"):
        merge(shop_side, shop_side, by=OLIVE)
    merge(shop_side, warehouse_side, by=OLIVE)
    with pytest.raises(CannotMerge, match="not there any more"):
        merge(shop_side, warehouse_side, by=OLIVE)


def test_a_card_names_the_location_that_stays_once(shop_side: Location, warehouse_side: Location) -> None:
    card = make_card(shop_side.organization, warehouse_side)
    assert cards.cards_with(shop_side) == []
    merge(shop_side, warehouse_side, by=OLIVE)
    assert cards.cards_with(shop_side) == [card]
    told = History.across.get(entity_type="routing_card")
    assert (told.version, told.summary) == (2, "“Reno (3PL)” was merged into “Reno (shop)”.")
