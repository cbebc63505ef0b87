"""The pages of products, asked by somebody who may, by a colleague who only looks, and by a stranger."""

import re
from typing import Any

import pytest
from django.test import Client

from orders.inventory.listen import catch_up
from orders.models import Order, Product, Publication, Source, VirtualCommit
from orders.shown.product import _shown
from portal.audit.models import History
from portal.events.dispatch import drain
from portal.kit import json
from tests.factories import make_location, make_order
from tests.orders.inventory.stock import stock
from tests.orders.products.making import WHEN, parts, product, record, report

pytestmark = pytest.mark.django_db
FORM = {"sku": "SET-1", "name": "Tea set", "kind": "simple", "status": "active"}


def url(one: Product, rest: str = "") -> str:
    return f"/products/{one.public_id}{rest}"


def form_of(client: Client, one: Product) -> dict[str, str]:
    """Return what the form of a product would send as it stands."""
    fields = client.get(url(one, "/edit")).context["form"]
    told = {name: fields[name].value() or "" for name in fields.fields}
    told |= {"inventoryNotTracked": "on"} if fields["inventoryNotTracked"].value() else {}
    rows = {f"part-{row.token}-{key}": getattr(row, key) for row in fields.part_rows for key in ("sku", "quantity")}
    return {key: str(value) for key, value in (told | rows).items() if value is not False}


@pytest.fixture
def tea(source: Source) -> Product:
    report(source, record(upc="4006381333931", vendor="Leaf Ltd"), record("p2", "TIN-1", name="Tin"))
    return product("TEA-1")


def test_the_list_finds_by_what_people_know(as_owner: Client, tea: Product) -> None:
    for asked in ("q=tea-1", "q=green", "q=4006381333931", "q=No p1", "f=vendor~equals~leaf ltd"):
        told = as_owner.get(f"/products.json?{asked}").json()
        assert [row["sku"] for row in told["rows"]] == ["TEA-1"], asked
    channel = tea.channels[0].source.public_id
    told = as_owner.get(f"/products.json?f=published[].integrationId~contains_any~{channel}").json()
    assert told["count"] == 2
    assert "Leaf Ltd" in as_owner.get("/products").content.decode()


def test_a_product_is_added_with_its_faults_beside_their_fields(as_owner: Client, tea: Product) -> None:
    wrong = FORM | {"sku": "tea-1", "prices": "cheap"}
    answer = as_owner.post("/products/new", wrong)
    assert answer.status_code == 422
    assert "“cheap” is no price" in answer.content.decode()
    answer = as_owner.post("/products/new", wrong | {"prices": "9.5 gbp\nTrade: 7 GBP"})
    assert "“tea-1” is the SKU of “Green tea”." in answer.content.decode()
    assert 'value="Tea set"' in answer.content.decode()
    given = {
        "prices": "9.5 gbp\nTrade: 7 GBP",
        "weight": "0.25",
        "weightUnit": "kg",
        "tags": "gift\nnew",
        "taxable": "no",
    }
    assert as_owner.post("/products/new", FORM | given).status_code == 302
    made = product("SET-1")
    assert made.owner is None
    assert made.content["prices"] == [
        {"value": 9.5, "currency": "GBP"},
        {"name": "Trade", "value": 7, "currency": "GBP"},
    ]
    assert (made.content["tags"], made.content["taxable"], made.kept) == (["gift", "new"], False, {})


BUNDLES = [
    ({"part-0-sku": "SET-1"}, "A bundle cannot hold itself."),
    ({"part-0-sku": "TEA-1", "part-1-sku": "tea-1"}, "“tea-1” stands here twice."),
    ({"part-0-sku": "OLD-SET"}, "“OLD-SET” is a bundle itself. Add what is in it instead."),
    ({"part-0-sku": "NOWHERE"}, "No product and no stock has the SKU “NOWHERE”."),
    ({"part-0-sku": "TEA-1", "part-0-quantity": "0"}, "Write a whole number from 1 to 100,000."),
    ({"part-0-sku": "", "part-0-quantity": "2"}, "Write the SKU, or empty the row."),
    ({}, "Add at least one component, or choose another kind."),
]


@pytest.mark.parametrize(("rows", "told"), BUNDLES)
def test_a_bundle_that_cannot_be_is_refused_in_words(
    as_owner: Client, tea: Product, source: Source, rows: dict[str, str], told: str
) -> None:
    report(source, record("b", "OLD-SET", kind="bundle", bundleItems=[{"sku": "TEA-1", "quantity": 1}]))
    answer = as_owner.post("/products/new", FORM | {"kind": "bundle"} | rows)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Product.across.filter(sku="SET-1").exists()


def test_a_component_cannot_become_a_bundle(as_owner: Client, tea: Product, source: Source) -> None:
    report(source, record("b", "OLD-SET", kind="bundle", bundleItems=[{"sku": "TEA-1", "quantity": 1}]))
    given = form_of(as_owner, tea) | {"kind": "bundle", "part-0-sku": "TIN-1", "part-0-quantity": "1"}
    answer = as_owner.post(url(tea, "/edit"), given)
    assert "is a component of the bundle “OLD-SET”" in answer.content.decode()


def test_an_edit_keeps_what_was_typed_when_somebody_was_faster(as_owner: Client, tea: Product) -> None:
    given = form_of(as_owner, tea)
    assert as_owner.post(url(tea, "/edit"), given).status_code == 302
    assert product("TEA-1").version == 1  # nothing was typed, nothing is pinned
    assert as_owner.post(url(tea, "/edit"), given | {"name": "Sencha"}).status_code == 302
    answer = as_owner.post(url(tea, "/edit"), given | {"vendor": "Best Leaf", "name": "Gyokuro"})
    assert answer.status_code == 422
    assert "Olive Owner has changed this product while you had it open." in answer.content.decode()
    assert 'value="Gyokuro"' in answer.content.decode()
    again = {name: answer.context["form"][name].value() or "" for name in given}
    assert as_owner.post(url(tea, "/edit"), again).status_code == 302
    one = product("TEA-1")
    assert (one.name, one.content["vendor"], set(one.kept)) == ("Gyokuro", "Best Leaf", {"/name", "/vendor"})


def test_a_field_is_given_back_with_what_the_channel_says(as_owner: Client, tea: Product, source: Source) -> None:
    given = form_of(as_owner, tea) | {
        "name": "Mine",
        "kind": "bundle",
        "part-0-sku": "TIN-1",
        "part-0-quantity": "3",
    }
    as_owner.post(url(tea, "/edit"), given)
    report(
        source, record(name="Theirs", upc="4006381333931", vendor="Leaf Ltd", extProductUpdatedAt=WHEN.replace(day=2))
    )
    shown = as_owner.get(url(tea)).content.decode()
    assert "Set here by Olive Owner." in shown
    for path in ("/name", "/bundleItems", "/kind"):
        assert as_owner.post(url(tea, "/give-back"), {"path": path}).status_code == 302
    one = product("TEA-1")
    assert (one.name, one.kind, parts(one), one.kept) == ("Theirs", "simple", [], {})
    assert as_owner.post(url(tea, "/give-back"), {"path": "/name"}).status_code == 409


def test_how_it_stands_on_a_channel_is_set_there(as_owner: Client, tea: Product, source: Source) -> None:
    other = Source.across.create(organization=source.organization, name="Second shop", connector="ecwid")
    send = {"source": other.public_id, "sku": "T1", "buffer": "-1", "state": "tobepublished"}
    assert as_owner.post(url(tea, "/channels"), send).status_code == 422
    assert as_owner.post(url(tea, "/channels"), send | {"buffer": "5"}).status_code == 302
    own = Publication.across.get(source=other)
    assert (own.sku, own.buffer, own.state, own.not_tracked) == ("T1", 5, "tobepublished", False)
    assert as_owner.post(url(tea, "/channels"), {"source": other.public_id, "remove": "1"}).status_code == 302
    assert not Publication.across.filter(source=other).exists()
    assert [row.summary for row in History.across.filter(entity_id=tea.pk).order_by("-id")[:2]] == [
        "Taken away from Second shop.", "Changed how it stands at Second shop.",
    ]  # fmt: skip


def test_the_page_shows_stock_bundles_variants_and_history(as_owner: Client, tea: Product, source: Source) -> None:
    level = stock(make_location(source), "TEA-1", on_hand=12)
    report(
        source,
        record("b", "SET", name="Tea set", kind="bundle", bundleItems=[{"sku": "TEA-1", "quantity": 2}]),
        record("m", "MUG", name="Mug", kind="parent"),
        record("m1", "MUG-R", name="Red mug", kind="child", parentExtApiId="m"),
    )
    shown = as_owner.get(url(tea)).content.decode()
    for text in (
        f"/inventory/{level.public_id}",
        "12 units can be promised",
        "Tea set</a> × 2",
        "Brought by Tea shop.",
    ):
        assert text in shown, text
    assert "6 units can be promised" in as_owner.get(url(product("SET"))).content.decode()
    assert "Red mug" in as_owner.get(url(product("MUG"))).content.decode()
    assert "Mug</a>" in as_owner.get(url(product("MUG-R"))).content.decode()


def test_bulk_acts_are_asked_first_and_a_deletion_is_undone(as_owner: Client, tea: Product, source: Source) -> None:
    other = Source.across.create(organization=source.organization, name="Second shop", connector="ecwid")
    rows = {"row": list(Product.across.values_list("public_id", flat=True))}
    assert "Publish (2)" in as_owner.post("/products/bulk/publish", rows).content.decode()
    assert as_owner.post("/products/bulk/publish", rows | {"sure": "1"}).status_code == 422
    send = rows | {"sure": "1", "channel": other.public_id}
    assert as_owner.post("/products/bulk/publish", send).status_code == 302
    assert set(Publication.across.filter(source=other).values_list("state", flat=True)) == {"tobepublished"}
    assert as_owner.post("/products/bulk/unpublish", send).status_code == 302
    assert set(Publication.across.filter(source=other).values_list("state", flat=True)) == {"tobeunpublished"}
    assert as_owner.post("/products/bulk/tracking", rows | {"sure": "1", "counted": "no"}).status_code == 302
    assert product("TEA-1").not_tracked
    answer = as_owner.post("/products/bulk/delete", rows | {"sure": "1"}, follow=True)
    assert not Product.across.filter(deleted_at=None).exists()
    undo = re.search(r"/products/undo/\d+", answer.content.decode())
    assert undo is not None
    assert "Bring back" in as_owner.get(url(tea)).content.decode()
    assert as_owner.post(undo[0]).status_code == 302
    assert Product.across.filter(deleted_at=None).count() == 2


def test_a_changed_bundle_changes_what_waiting_orders_need(as_owner: Client, tea: Product, source: Source) -> None:
    place = make_location(source)
    stock(place, "TEA-1", on_hand=5)
    order = make_order(source)
    settle()
    assert needs(order) == {"tea-1": 2}
    given = form_of(as_owner, tea) | {"kind": "bundle", "part-0-sku": "TIN-1", "part-0-quantity": "3"}
    assert as_owner.post(url(tea, "/edit"), given).status_code == 302
    settle()
    assert needs(order) == {"tin-1": 6}
    as_owner.post("/products/bulk/tracking", {"row": [product("TIN-1").public_id], "sure": "1", "counted": "no"})
    settle()
    assert needs(order) == {}


def settle() -> None:
    drain("inventory")
    drain("products")
    catch_up()


def needs(order: Order) -> dict[str, int]:
    return dict(VirtualCommit.across.filter(order=order).values_list("sku_folded", "quantity"))


def test_an_order_links_its_lines_to_their_products(as_owner: Client, tea: Product, source: Source) -> None:
    order = make_order(source)
    assert f'href="{url(tea)}"' in as_owner.get(f"/orders/{order.public_id}").content.decode()


def test_who_may_only_look_changes_nothing_and_a_stranger_sees_nothing(
    as_colleague: Client, as_stranger: Client, tea: Product
) -> None:
    assert as_colleague.get(url(tea)).status_code == 200
    assert "Save channel" not in as_colleague.get(url(tea)).content.decode()
    for client, code in ((as_colleague, 403), (as_stranger, 404)):
        for rest, data in (("/edit", FORM), ("/delete", {}), ("/give-back", {}), ("/channels", {}), ("/restore", {})):
            assert client.post(url(tea, rest), data).status_code == code, rest
    assert as_stranger.get(url(tea, ".json")).status_code == 404
    assert product("TEA-1").version == 1


def test_suggestions_name_the_products_of_the_organization(as_owner: Client, as_stranger: Client, tea: Product) -> None:
    asked = "/lists/products/suggest?field=sku&q=t"
    assert [one["value"] for one in as_owner.get(asked).json()["options"]] == ["TEA-1", "TIN-1"]
    assert as_stranger.get(asked).json()["options"] == []
    words: dict[str, Any] = json.loads(as_owner.get(url(tea, ".json")).content)
    assert (words["sku"], words["published"][0]["status"]) == ("TEA-1", "published")


def test_prices_read_as_money_and_the_plain_price_needs_no_name() -> None:
    told = [{"name": "price", "value": 3.2, "currency": "USD"}, {"name": "Trade", "value": "1200", "currency": "USD"}]
    assert _shown("prices", {"prices": told}) == "3.20 USD\nTrade: 1,200.00 USD"
