"""Products from integrations: once each, whoever owns them, in whatever order they come."""

import itertools
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.documents.product import document
from orders.models import OrderException, Product, Publication, Source
from orders.products.rows import lock, whole
from orders.products.skus import our_skus, their_skus
from orders.products.take import TakenProducts, take_deleted_products, take_products
from orders.products.write import Part, Step, commit, create
from orders.records.refused import Refused
from portal.audit.actor import Actor
from portal.audit.at import as_of
from portal.audit.models import History
from portal.events.models import Event
from tests.factories import ingest, make_order, make_record
from tests.orders.products.making import CHANNEL, WHEN, parts, product, record, report
from tests.waiting import behind

pytestmark = pytest.mark.django_db
ANNA = Actor("user", "1", "Anna")
P = Publication.State


@pytest.fixture
def other(source: Source) -> Source:
    return Source.across.create(organization=source.organization, name="Second shop", connector="ecwid")


def edit(one: Product, by: Actor = ANNA, **step: Any) -> None:
    """Have a person change a product."""
    with transaction.atomic():
        rows = lock([one.pk])
        commit({one.pk: Step(by, "edited", "Changed by hand.", **step)}, rows)


def by_hand(source: Source, sku: str, **fields: Any) -> Product:
    made = Product(organization=source.organization)
    create([(made, Step(ANNA, "created", "Added by hand.", {"sku": sku, "name": sku, "kind": "simple"} | fields))])
    return product(sku)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"sku": " "}, "must not be empty"),
        ({"kind": "child"}, "must name its parent"),
        ({"kind": "child", "parentExtApiId": "p1"}, "cannot be its own parent"),
        ({"bundleItems": [{"sku": "A", "quantity": 1}]}, "only a bundle has bundleItems"),
        ({"kind": "bundle", "bundleItems": [{"sku": "tea-1", "quantity": 1}]}, "a bundle cannot hold itself"),
        ({"kind": "bundle", "bundleItems": [{"sku": "A", "quantity": 0}]}, "greater than 0"),
        ({"prices": [{"value": 9.5}]}, "not a binary float"),
    ],
)
def test_a_record_that_contradicts_itself_is_refused(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        record(**fields)


def test_a_product_is_made_once_and_an_unchanged_report_says_nothing(source: Source) -> None:
    told = record(weight="0.25", weightUnit="kg", upc="4006381333931", imageURLs=["https://example.com/tea.jpg"])
    assert report(source, told, told) == TakenProducts(created=1)
    events, history = Event.across.count(), History.across.count()
    assert report(source, told) == TakenProducts(unchanged=1)
    assert (Event.across.count(), History.across.count()) == (events, history)
    one = product("TEA-1")
    shown = document(one)
    assert {key: shown[key] for key in ("sku", "kind", "weightUnit", "upc", "integration", "extProductApiId")} == {
        "sku": "TEA-1", "kind": "simple", "weightUnit": "kg", "upc": "4006381333931",
        "integration": source.public_id, "extProductApiId": "p1",
    }  # fmt: skip
    assert one.source_doc == {"id": "p1"}
    assert one.facets["published[].integrationId"] == [source.public_id]
    assert [row["status"] for row in shown["published"]] == ["published"]


def test_what_changed_stands_in_history_and_event_and_can_be_undone_to_any_version(source: Source) -> None:
    report(source, record(vendor="Leaf Ltd"))
    before = document(product("TEA-1"))
    later = record(name="Sencha", vendor=None, extProductUpdatedAt=WHEN.replace(day=2))
    assert report(source, later) == TakenProducts(updated=1)
    one = product("TEA-1")
    row = History.across.get(entity_type="product", entity_id=one.pk, version=2)
    assert row.summary == "The channel changed: Name, Vendor."
    event = Event.across.get(name="product.updated")
    assert (event.payload["from"], event.payload["skus"], "/name" in event.payload["changes"]) == (1, ["tea-1"], True)
    then = as_of("product", {one.pk: 1}, {one.pk: (one.version, document(one))})[one.pk]
    assert {key: then.get(key) for key in ("name", "vendor", "published")} == {
        key: before[key] for key in ("name", "vendor", "published")
    }
    assert report(source, record(name="Stale", extProductUpdatedAt=WHEN)) == TakenProducts(unchanged=1)


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_a_product_finds_the_parent_that_it_was_given(source: Source) -> None:
    report(source, record("p", "P", kind="parent"), record("q", "Q", kind="parent"))
    report(source, record("c", "C", kind="child", parentExtApiId="p"))
    child = product("C")

    def locked() -> Product:
        with transaction.atomic():
            return lock([child.pk])[child.pk]

    found = behind(lambda: Product.across.filter(pk=child.pk).update(parent=product("Q")), locked)
    assert found.parent == product("Q")


def test_the_owner_writes_a_product_and_others_only_what_they_call_it(source: Source, other: Source) -> None:
    report(source, record())
    foreign = record(
        "x9", "TEA-1", name="Grüner Tee", upc="1", kind="bundle", bundleItems=[{"sku": "A", "quantity": 2}]
    )
    assert report(other, foreign) == TakenProducts(updated=1)
    one = product("TEA-1")
    assert (one.name, one.kind, "upc" in one.content, parts(one)) == ("Green tea", "simple", False, [])
    assert [(row.source.name, row.name) for row in one.channels] == [
        ("Second shop", "Grüner Tee"),
        ("Tea shop", "Green tea"),
    ]
    assert not OrderException.across.exists()
    mine = by_hand(source, "HAND-1")
    report(other, record("x10", "hand-1 ", name="From the shop"))
    one = product("hand-1", pk=mine.pk)
    assert (one.name, one.owner, len(one.channels)) == ("From the shop", None, 1)


def test_what_people_have_set_stays_and_knows_what_the_channel_says(source: Source) -> None:
    report(source, record())
    edit(product("TEA-1"), fields={"name": "Best tea", "upc": "77"}, parts=[Part("LEAF", 2)])
    report(source, record(name="Sencha", vendor="Leaf Ltd", extProductUpdatedAt=WHEN.replace(day=2)))
    one = product("TEA-1")
    assert (one.name, one.content["upc"], one.content["vendor"], parts(one)) == (
        "Best tea",
        "77",
        "Leaf Ltd",
        [("LEAF", 2)],
    )
    assert {path: (mark["name"], mark["theirs"]) for path, mark in one.kept.items()} == {
        "/name": ("Anna", "Sencha"), "/upc": ("Anna", None), "/bundleItems": ("Anna", []),
    }  # fmt: skip
    assert report(source, record(name="Sencha", vendor="Leaf Ltd")) == TakenProducts(unchanged=1)


def test_a_sku_that_people_have_changed_is_a_mapping(source: Source, other: Source) -> None:
    report(source, record("p1", "SHOP-1"), record("p2", "SAME"))
    edit(product("SHOP-1"), fields={"sku": "OUR-1"})
    report(source, record("p1", "SHOP-1", name="New", extProductUpdatedAt=WHEN.replace(day=2)))
    assert product("OUR-1").name == "New"
    assert their_skus(source, ["our-1", "SAME", "NONE"]) == {"our-1": "SHOP-1", "SAME": "SAME", "NONE": "NONE"}
    assert our_skus(source, ["shop-1", "SAME", "NONE"]) == {"shop-1": "OUR-1", "SAME": "SAME", "NONE": "NONE"}
    assert their_skus(other, ["OUR-1"]) == {"OUR-1": "OUR-1"}


@pytest.mark.parametrize(
    ("state", "status", "expected"),
    [
        (P.TO_BE_PUBLISHED, "active", P.PUBLISHED),
        (P.TO_BE_PUBLISHED, "inactive", P.TO_BE_PUBLISHED),
        (P.PUBLISHED, "inactive", P.UNPUBLISHED),
        (P.UNPUBLISHED, "active", P.PUBLISHED),
        (P.TO_BE_UNPUBLISHED, "active", P.TO_BE_UNPUBLISHED),
        (P.TO_BE_UNPUBLISHED, "inactive", P.UNPUBLISHED),
        (P.DISABLED, "active", P.DISABLED),
    ],
)
def test_a_report_moves_a_publication_but_overrules_nobody(source: Source, state: P, status: str, expected: P) -> None:
    report(source, record())
    Publication.across.update(state=state)
    report(source, record(status=status))
    assert Publication.across.get().state == expected


def test_what_cannot_be_is_refused_by_name_and_kept_as_it_came(source: Source) -> None:
    unread = Refused("p7", "name", "is missing.", b"{}")
    nul = record("p3", "NUL", sourceDoc={"deep": ["a\x00b"]})
    taken = take_products(source, [record("p1"), record("p2"), nul], by=CHANNEL, refused=[unread])
    assert taken == TakenProducts(created=1, refused=3)
    told = {row.cause_key.split(":")[1]: row for row in OrderException.across.filter(type="product_unreadable")}
    assert set(told) == {"p2", "p3", "p7"}
    assert "“TEA-1” is the SKU of another product already" in told["p2"].message
    assert bytes(told["p2"].raw or b"") == b'{"id":"p2"}'
    report(source, record("p2", "TEA-2"))
    assert {row.cause_key.split(":")[1] for row in OrderException.across.filter(state="active")} == {"p3", "p7"}
    report(source, record("p2", "tea-1", extProductUpdatedAt=WHEN.replace(day=2)))
    assert product("TEA-2").version == 1  # refused: the other one has it


def test_what_is_deleted_goes_where_its_owner_deletes_it_and_nobody_else_sells_it(
    source: Source, other: Source
) -> None:
    report(source, record("p1", "P"), record("c1", "C", kind="child", parentExtApiId="p1"), record("s1", "S"))
    report(other, record("x1", "S"))
    assert take_deleted_products(source, ["p1", "s1", "gone"], by=CHANNEL) == 3
    assert take_deleted_products(source, ["p1", "s1", "gone"], by=CHANNEL) == 0
    assert list(Product.across.filter(deleted_at=None).values_list("sku", flat=True)) == ["S"]
    assert {row.source.name: row.state for row in product("S").channels} == {
        "Tea shop": "unpublished", "Second shop": "published",
    }  # fmt: skip
    assert report(source, record("p1", "P")) == TakenProducts(updated=1)  # it is there again
    assert product("P").channels[0].state == "published"
    assert report(source, record("s2", "S")) == TakenProducts(updated=1)  # made anew there, under the same SKU
    edit(product("P"), deleted=True)
    assert report(source, record("p1", "P", name="Noise")) == TakenProducts(unchanged=1)
    assert not Product.across.filter(sku="P", deleted_at=None).exists()
    assert report(source, record("p9", "P")) == TakenProducts(created=1)
    told = Event.across.filter(entity_type="product").values_list("name", flat=True)
    assert set(told) == {"product.created", "product.updated", "product.deleted"}


def _page() -> list[Any]:
    return [
        record("a", "A", kind="parent"),
        record("a1", "A-1", kind="child", parentExtApiId="a", variantOptions=[{"name": "Size", "value": "1"}]),
        record("a2", "A-2", kind="child", parentExtApiId="a", extProductUpdatedAt=WHEN),
        record("a2", "A-2x", kind="child", parentExtApiId="b", extProductUpdatedAt=WHEN.replace(day=3)),
        record("b", "B", kind="parent"),
        record("k", "K", kind="bundle", bundleItems=[{"sku": "A-1", "quantity": 2}, {"sku": "a-1", "quantity": 1}]),
        record("s", "S", name="First", extProductUpdatedAt=WHEN),
        record("s", "S", name="Last", vendor="V", extProductUpdatedAt=WHEN.replace(day=2)),
    ]


@pytest.mark.django_db(transaction=False)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(8)), cuts=st.sets(st.integers(1, 8), max_size=3))
def test_any_order_in_any_pages_comes_out_the_same(source: Source, order: list[int], cuts: set[int]) -> None:
    records = [_page()[place] for place in order]
    bounds = [0, *sorted(cuts), len(records)]
    with transaction.atomic():
        for start, end in itertools.pairwise(bounds):
            report(source, *records[start:end])
        found = {
            one.sku: (one.name, one.kind, one.parent and one.parent.sku, parts(one), one.content.get("vendor"))
            for one in whole(Product.across.filter(deleted_at=None))
        }
        again = report(source, *records)
        transaction.set_rollback(True)
    assert found == {
        "A": ("Green tea", "parent", None, [], None),
        "A-1": ("Green tea", "child", "A", [], None),
        "A-2x": ("Green tea", "child", "B", [], None),
        "B": ("Green tea", "parent", None, [], None),
        "K": ("Green tea", "bundle", None, [("A-1", 3)], None),
        "S": ("Last", "simple", None, [], "V"),
    }
    assert again == TakenProducts(unchanged=6)


def test_orders_come_in_by_our_skus_where_the_channel_calls_a_product_otherwise(source: Source) -> None:
    report(source, record("TEA-1"))
    Publication.across.update(sku="shop-tea", sku_folded="shop-tea")
    lines = [{"uniqueId": "l1", "sku": "Shop-Tea", "quantity": 1}, {"uniqueId": "l2", "sku": "OTHER", "quantity": 1}]
    order = make_order(source, 7, lineItems=lines)
    assert [one["sku"] for one in order.content["lineItems"]] == ["TEA-1", "OTHER"]
    Publication.across.update(sku="else", sku_folded="else")
    assert ingest(source, make_record(7, lineItems=lines)).updated == 0
