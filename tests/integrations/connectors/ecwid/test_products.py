"""Products of a store become canonical records and back; and a real (local) store's catalogue comes here whole."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integrations import lifecycle
from integrations.connect import client_of
from integrations.connectors.ecwid import catalogue, products
from integrations.connectors.ecwid.catalogue import Catalogue
from integrations.connectors.ecwid.mapping import Settings
from integrations.connectors.ecwid.sandbox.server import Sandbox
from integrations.kit.mapped import DoesNotFit
from integrations.models import Integration
from orders.models import OrderException, Product, Publication
from portal.kit import json
from tests.integrations.conftest import TESTER, run_flow

SAMPLES = Path(__file__).parent / "samples"
STORE = {"currency": "EUR", "weight_unit": "GRAM", "dimensions_unit": "MM"}


def sample(**changes: Any) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads((SAMPLES / "product__variations.json").read_bytes())
    return raw | changes


def test_a_product_with_variations_is_a_parent_and_its_children() -> None:
    parent, moss, rust = products.product(sample(), STORE, Settings())
    told = parent.model_dump(by_alias=True, exclude_none=True, exclude={"source_doc"}, mode="json")
    assert told == {
        "extProductApiId": "71000202", "extProductId": "71000202", "sku": "SCARF", "name": "Wool scarf",
        "kind": "parent", "status": "active", "description": "<p>Warm.</p>", "upc": "0123456789012",
        "vendor": "Northmoor", "cost": "12.25", "costCurrency": "EUR", "taxable": True, "harmonizedCode": "6117.10",
        "prices": [{"name": "price", "value": "40.5", "currency": "EUR"},
                   {"name": "compareAtPrice", "value": "49", "currency": "EUR"}],
        "weight": "250", "weightUnit": "g", "length": "30.0", "width": "20.0", "dimensionsUnit": "cm",
        "imageURLs": ["https://pictures.example/scarf-1.jpg", "https://pictures.example/scarf-2.jpg"],
        "variantOptions": [], "bundleItems": [], "notTracked": False,
        "extProductCreatedAt": "2026-06-01T08:00:00Z", "extProductUpdatedAt": "2026-09-14T10:21:35Z",
    }  # fmt: skip
    assert (moss.kind, moss.parent_ext_api_id, moss.name) == ("child", "71000202", "Wool scarf (Moss)")
    assert moss.ext_product_api_id == "71000202-421616301"
    assert [moss.prices[0].value, moss.weight] == [42, 250]
    # It has its price from its product, raised by its option; its weight, barcode and counting are its own.
    assert [rust.prices[0].value, rust.weight] == [Decimal("44.55"), 260]
    assert (rust.upc, rust.not_tracked) == ("0123456789029", True)
    assert [one.value for one in rust.variant_options] == ["Rust"]


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({"combinations": []}, ["simple"]),
        ({"combinations": [{"id": 5, "options": []}]}, ["simple"]),
        ({"combinations": [{"id": 5, "options": [], "sku": "SCARF"}]}, ["simple"]),
        ({"combinations": [], "compositeComponents": [{"productId": 1, "quantity": 2}]}, ["bundle"]),
        ({"isSampleProduct": True}, []),
    ],
)
def test_what_kind_a_product_is(changes: dict[str, Any], kinds: list[str]) -> None:
    assert [one.kind for one in products.product(sample(**changes), STORE, Settings())] == kinds


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"sku": ""}, "sku"), ({"id": "7"}, "id"), ({"price": "cheap"}, "price"), ({"combinations": {}}, "combinations")],
)
def test_what_does_not_fit_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(DoesNotFit) as refused:
        products.product(sample(**changes), STORE, Settings())
    assert refused.value.field == field


def test_only_what_differs_is_written_and_what_came_from_there_is_the_same() -> None:
    raw = sample()
    document = {
        "sku": "SCARF", "name": "Wool scarf", "prices": [{"value": "40.50"}, {"name": "compareAtPrice", "value": 49}],
        "cost": Decimal("12.25"), "upc": "0123456789012", "description": "<p>Warm.</p>", "status": "active",
    }  # fmt: skip
    document["prices"][0]["value"] = Decimal("40.50")  # type: ignore[index]
    assert products.differences(document, raw, is_variant=False) == {}
    changed = document | {"name": "Woollen scarf", "hideInStore": True}
    assert products.differences(changed, raw, is_variant=False) == {"name": "Woollen scarf", "enabled": False}
    new = products.outgoing(changed | {"variantOptions": [{"name": "Colour", "value": "Moss"}]}, is_variant=True)
    assert (new["options"], new["quantity"], "name" in new) == ([{"name": "Colour", "value": "Moss"}], 0, False)


@pytest.fixture
def shop(integration: Integration) -> Integration:
    return lifecycle.save_flows(integration, {"products": "pull"}, by=TESTER)


def whole(shop: Integration) -> Integration:
    """Ask for the whole catalogue."""
    return lifecycle.save_settings(shop, Settings(whole_catalogue=True), sync_from=None, by=TESTER)


def skus(shop: Integration, **which: object) -> set[str]:
    rows = Publication.across.filter(source=shop.source, state="published", **which)
    return set(rows.values_list("sku", flat=True))


@pytest.mark.django_db
def test_the_whole_catalogue_comes_where_a_person_wants_it(shop: Integration, sandbox: Sandbox) -> None:
    older = "UPDATE products SET updated = 1700000000, body = json_set(body, '$.updateTimestamp', 1700000000)"
    sandbox.world.database.run(older)
    outcome = run_flow(shop, "products")
    assert outcome is not None
    assert (outcome.created, Product.across.count()) == (0, 0), "they were there before the integration"
    outcome = run_flow(whole(shop), "products")
    assert outcome is not None
    assert (outcome.created, outcome.refused) == (17, 0)
    assert "TIN-ROUND-M" in skus(shop)
    child = Product.across.get(sku="TIN-ROUND-M")
    assert (child.kind, child.parent.sku if child.parent else "", child.owner) == ("child", "TIN-ROUND", shop.source)
    again = run_flow(shop, "products")
    assert again is not None
    assert (again.created, again.updated, again.is_news) == (0, 0, False)


@pytest.mark.django_db
def test_changes_deletions_and_variations_that_are_gone_are_followed(shop: Integration, sandbox: Sandbox) -> None:
    run_flow(whole(shop), "products")
    shelf = sandbox.store.shelf
    tin, pot = (next(one for one in shelf.all() if one["sku"] == sku) for sku in ("TIN-ROUND", "POT-GLASS-10"))
    tin["name"] = "Round tin, new"
    tin["combinations"] = tin["combinations"][:2]
    shelf.save(tin)
    shelf.delete(pot["id"])
    shelf.add(pot | {"name": "Glass pot, made anew"})
    broken = shelf.add(pot | {"sku": "BROKEN", "price": "cheap"})
    outcome = run_flow(shop, "products")
    assert outcome is not None
    assert (outcome.deleted, outcome.refused) == (1, 1)
    assert Product.across.get(sku="TIN-ROUND").name == "Round tin, new"
    assert "TIN-ROUND-L" not in skus(shop)
    assert Product.across.get(sku="POT-GLASS-10", deleted_at=None).name == "Glass pot, made anew"
    (problem,) = OrderException.across.filter(type="product_unreadable", state="active")
    assert "price" in problem.message
    shelf.save(broken | {"price": 5})
    run_flow(shop, "products")
    assert not OrderException.across.filter(type="product_unreadable", state="active").exists()


@pytest.mark.django_db
def test_a_product_is_found_made_and_changed_there(
    integration: Integration, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(integration)[0]
    assert isinstance(client, Catalogue)
    assert client.find_product("NOTHING") is None
    found = client.find_product("TIN-ROUND-M")
    assert found is not None
    assert (found[0].count("-"), found[1]["weight"]) == (1, Decimal("0.4"))
    some, pot = ["NOTHING", "TIN-ROUND-M", "POT-GLASS-10"], client.find_product("POT-GLASS-10")
    assert pot is not None
    told = {"TIN-ROUND-M": found[0], "POT-GLASS-10": pot[0]}
    before = len(sandbox.ledger())
    assert client.ids_of(some) == client.ids_of(some * 20) == told
    assert len(sandbox.ledger()) == before + 2
    monkeypatch.setattr(catalogue, "_PAGE", 3)  # to read all of it is more than to ask three times
    assert client.ids_of(some) == told
    assert len(sandbox.ledger()) == before + 2 + 1 + len(some)
    made = client.put_product({"sku": "NEW", "name": "New", "prices": [{"value": Decimal("3.5")}]}, "")
    below = {"sku": "NEW-RED", "parentExtProductApiId": made, "variantOptions": [{"name": "Colour", "value": "Red"}]}
    child = client.put_product(below, "")
    assert client.find_product("NEW-RED") == (child, client.find_product("NEW-RED")[1])  # type: ignore[index]
    before = len(sandbox.ledger())
    client.put_product(below, child)
    client.put_product({"sku": "NEW", "name": "New", "prices": [{"value": Decimal("3.50")}]}, made)
    assert {call["method"] for call in sandbox.ledger()[before:]} == {"GET"}
    client.put_product({"sku": "NEW", "name": "Newer"}, made)
    (product,) = (one for one in sandbox.store.shelf.all() if one["sku"] == "NEW")
    assert (product["name"], product["price"], product["quantity"]) == ("Newer", 3.5, 0)
