"""Products over HTTP: found, read, and their stock set and moved."""

from typing import Any

import pytest

from integrations.connectors.ecwid.sandbox.server import Sandbox
from tests.integrations.connectors.ecwid.sandbox.conftest import Caller, Clock


def product(api: Caller, sku: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = api.get("products", sku=sku)["items"]
    return found[0]


def test_the_demo_shop_has_twelve_products_of_every_kind(api: Caller) -> None:
    page = api.get("products")
    assert (page["total"], page["count"]) == (12, 12)
    assert [p["sku"] for p in page["items"] if p["unlimited"]] == ["TEA-MINT-080", "GIFT-CARD-25"]
    assert [p["sku"] for p in page["items"] if "quantity" not in p] == ["TEA-MINT-080", "GIFT-CARD-25"]
    assert [len(p["combinations"]) for p in page["items"] if p["combinations"]] == [3, 3]


def test_a_variation_is_found_by_its_sku_inside_its_product(api: Caller) -> None:
    assert product(api, "TIN-SQUARE-RED")["sku"] == "TIN-SQUARE"
    assert api.get("products", keyword="oolong*")["items"][0]["sku"] == "TEA-OOLONG-050"
    assert api.get("products", sortBy="PRICE_DESC", limit=1)["items"][0]["sku"] == "POT-GLASS-10"
    assert api.refused("GET", "products", params={"sortBy": "SIZE_ASC"}) == (400, "WRONG_PARAMETER")
    assert api.refused("GET", "products/5") == (404, "PRODUCT_NOT_FOUND")


def test_stock_is_set_and_the_product_counts_as_changed(api: Caller, clock: Clock) -> None:
    clock.forward(60)
    path = f"products/{product(api, 'CUP-SET-2')['id']}"
    assert api.send("PUT", path, json={"quantity": 40}).json() == {"updateCount": 1}
    assert api.send("PUT", path, json={"quantity": 40}).json() == {"updateCount": 0}
    changed = api.get("products", updatedFrom=int(clock.at))["items"]
    assert [(p["sku"], p["quantity"]) for p in changed] == [("CUP-SET-2", 40)]


@pytest.mark.parametrize("body", [{"quantity": "many"}, {"quantity": True}, {"price": -1}, {"unlimited": 1}])
def test_stock_and_prices_that_make_no_sense_are_refused(api: Caller, body: dict[str, object]) -> None:
    path = f"products/{product(api, 'CUP-SET-2')['id']}"
    assert api.refused("PUT", path, json=body) == (400, "WRONG_PARAMETER")
    assert product(api, "CUP-SET-2")["quantity"] == 57


def test_stock_may_fall_below_zero_with_a_warning(api: Caller) -> None:
    path = f"products/{product(api, 'CUP-SET-2')['id']}/inventory"
    assert api.send("PUT", path, json={"quantityDelta": -7}).json() == {"updateCount": 1}
    below = {"updateCount": 1, "warning": "Stock became negative"}
    assert api.send("PUT", path, json={"quantityDelta": -51}).json() == below
    assert product(api, "CUP-SET-2")["quantity"] == -1


def test_a_variation_without_its_own_sku_shares_the_stock_of_its_product(sandbox: Sandbox, api: Caller) -> None:
    tin = product(api, "TIN-SQUARE")
    green, _, plain = (c["id"] for c in tin["combinations"])
    path = f"products/{tin['id']}/combinations"
    assert api.send("PUT", f"{path}/{green}", json={"quantity": 5}).json() == {"updateCount": 1}
    assert api.refused("PUT", f"{path}/{plain}", json={"quantity": 5}) == (400, "DIFFERENT_COMBINATION_STOCK")
    assert api.send("PUT", f"{path}/{plain}/inventory", json={"quantityDelta": 1}).status_code == 400
    assert api.refused("PUT", f"{path}/9/inventory", json={"quantityDelta": 1}) == (404, "COMBINATION_NOT_FOUND")
    sandbox.place_order({"TIN-SQUARE": 3})
    assert [c["quantity"] for c in api.get(path)] == [5, 9, 45]
    assert product(api, "TIN-SQUARE")["quantity"] == 45
