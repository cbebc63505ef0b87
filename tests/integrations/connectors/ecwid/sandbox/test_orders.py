"""Orders over HTTP: found, read, changed, created, deleted."""

import gzip
import json
import sqlite3
import urllib.request
from decimal import Decimal
from typing import Any

import pytest

from integrations.connectors.ecwid.sandbox.server import Sandbox
from integrations.kit.sandbox.database import Database
from tests.integrations.connectors.ecwid.sandbox.conftest import NOON, Caller, Clock


def seconds_apart(sandbox: Sandbox, clock: Clock, count: int) -> list[str]:
    """Place orders ten seconds apart and return their ids, the oldest first."""
    placed = []
    for _ in range(count):
        placed.append(sandbox.place_order({"CUP-SET-2": 1})["id"])
        clock.forward(10)
    return placed


def ids(page: dict[str, list[dict[str, str]]]) -> list[str]:
    return [item["id"] for item in page["items"]]


def test_pages_hold_every_order_once_and_the_newest_comes_first(sandbox: Sandbox, api: Caller, clock: Clock) -> None:
    placed = seconds_apart(sandbox, clock, 5)
    pages = [api.get("orders", limit=2, offset=offset) for offset in (0, 2, 4)]
    assert [ids(page) for page in pages] == [placed[:2:-1], [placed[2], placed[1]], [placed[0]]]
    assert [(p["total"], p["count"], p["offset"], p["limit"]) for p in pages] == [
        (5, 2, 0, 2),
        (5, 2, 2, 2),
        (5, 1, 4, 2),
    ]


def test_a_limit_above_a_hundred_counts_as_a_hundred(api: Caller) -> None:
    assert api.get("orders", limit=5000)["limit"] == 100


@pytest.mark.parametrize("bad", [{"limit": "0"}, {"limit": "x"}, {"offset": "-1"}, {"offset": "9" * 5000}])
def test_paging_that_makes_no_sense_is_refused(api: Caller, bad: dict[str, str]) -> None:
    assert api.refused("GET", "orders", params=bad) == (400, "WRONG_PARAMETER")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (str(int(NOON) + 10), 2),
        ("2026-09-13 12:00:10 +0000", 2),
        ("2026-09-13 14:00:10 +0200", 2),
        ("2026-09-13 12:00:10", 2),
        ("2026-09-13", 3),
        ("2026-09-14", 0),
    ],
)
def test_a_moment_may_be_written_in_four_ways(
    sandbox: Sandbox, api: Caller, clock: Clock, text: str, found: int
) -> None:
    seconds_apart(sandbox, clock, 3)
    assert api.get("orders", createdFrom=text)["total"] == found


def test_a_moment_nobody_can_read_is_refused(api: Caller) -> None:
    assert api.refused("GET", "orders", params={"updatedFrom": "yesterday"}) == (400, "WRONG_PARAMETER")


def test_a_change_moves_an_order_into_the_window_of_changes(sandbox: Sandbox, api: Caller, clock: Clock) -> None:
    first, *_ = seconds_apart(sandbox, clock, 3)
    clock.forward(100)
    assert api.send("PUT", f"orders/{first}", json={"privateAdminNotes": "VIP"}).json() == {"updateCount": 1}
    window = {"updatedFrom": int(clock.at), "updatedTo": int(clock.at)}
    assert ids(api.get("orders", **window)) == [first]


def test_a_page_of_changes_is_found_before_an_order_is_read(
    sandbox: Sandbox, api: Caller, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads all that changed in a minute would read every order once for each page."""
    placed = seconds_apart(sandbox, clock, 3)
    asked: list[tuple[str, tuple[Any, ...]]] = []
    rows = Database.rows

    def listening(database: Database, sql: str, *values: Any) -> list[sqlite3.Row]:
        asked.append((sql, values))
        return rows(database, sql, *values)

    monkeypatch.setattr(Database, "rows", listening)
    assert ids(api.get("orders", updatedFrom=int(clock.at) - 100, limit=2, offset=1)) == [placed[1], placed[0]]
    sql, values = next(one for one in asked if "LIMIT" in one[0])
    plan = [row["detail"] for row in rows(sandbox.world.database, f"EXPLAIN QUERY PLAN {sql}", *values)]
    assert any("COVERING INDEX order_index_changed" in step for step in plan), plan


def test_search_finds_by_ids_words_and_status(sandbox: Sandbox, api: Caller) -> None:
    paid = sandbox.place_order({"TIN-ROUND-S": 1})
    waiting = sandbox.place_order({"POT-GLASS-10": 1}, payment_status="AWAITING_PAYMENT")
    assert ids(api.get("orders", paymentStatus="AWAITING_PAYMENT,REFUNDED")) == [waiting["id"]]
    assert ids(api.get("orders", keywords="glass pot")) == [waiting["id"]]
    assert ids(api.get("orders", email=paid["email"].upper())) == [paid["id"]]
    assert ids(api.get("orders", ids=f"{paid['id']},{waiting['internalId']}")) == [waiting["id"], paid["id"]]
    assert ids(api.get("orders", fulfillmentStatus="SHIPPED")) == []
    assert api.refused("GET", "orders", params={"paymentStatus": "MAYBE"}) == (400, "WRONG_PARAMETER")


def test_abandoned_carts_show_only_to_those_who_ask(sandbox: Sandbox, api: Caller) -> None:
    sandbox.place_order({"CUP-SET-2": 1}, payment_status="INCOMPLETE")
    assert api.get("orders")["total"] == 0
    assert api.get("orders", paymentStatus="INCOMPLETE")["total"] == 1


def test_only_the_wanted_fields_come_back(sandbox: Sandbox, api: Caller) -> None:
    order = sandbox.place_order({"TIN-ROUND-S": 2, "CUP-SET-2": 1})
    page = api.get("orders", responseFields="total,items(id,items(sku,quantity))")
    lines = [{"sku": "TIN-ROUND-S", "quantity": 2}, {"sku": "CUP-SET-2", "quantity": 1}]
    assert page == {"total": 1, "items": [{"id": order["id"], "items": lines}]}
    assert api.refused("GET", "orders", params={"responseFields": "items(id"}) == (400, "WRONG_PARAMETER")


def test_an_order_is_read_by_its_public_and_its_internal_id(sandbox: Sandbox, api: Caller) -> None:
    order = sandbox.place_order()
    assert api.get(f"orders/{order['id']}") == order == api.get(f"orders/{order['internalId']}")
    assert api.refused("GET", "orders/NOPE1") == (404, "ORDER_NOT_FOUND")


@pytest.mark.parametrize(("gross", "rate"), [(False, "8"), (True, "19")])
def test_the_sums_of_an_order_hold_to_the_cent(sandbox: Sandbox, gross: bool, rate: str) -> None:
    sandbox.add_store(1004, "Kettle", currency="EUR", prices_include_tax=gross, tax_rate=rate)
    for _ in range(30):
        text = json.dumps(sandbox.place_order(store_id=1004))
        order = json.loads(text, parse_float=Decimal, parse_int=Decimal)
        shipping = order.get("shippingOption", {}).get("shippingRate", Decimal(0))
        assert order["total"] == order["subtotal"] + shipping + (0 if gross else order["tax"])
        assert sum(item["price"] * item["quantity"] for item in order["items"]) == order["subtotal"]
        assert sum(item["tax"] for item in order["items"]) == order["tax"]
        assert sum(item["shipping"] for item in order["items"]) == shipping


def test_sending_tracking_changes_just_that(sandbox: Sandbox, api: Caller, clock: Clock) -> None:
    order = sandbox.place_order()
    clock.forward(60)
    body = {
        "fulfillmentStatus": "SHIPPED",
        "trackingNumber": "94001",
        "internalId": 5,
        "total": order["total"],
        "refunds": 3,
    }
    assert api.send("PUT", f"orders/{order['id']}", json=body).json() == {"updateCount": 1}
    times = {"updateTimestamp": int(clock.at), "updateDate": "2026-09-13 12:01:00 +0000"}
    assert (
        api.get(f"orders/{order['id']}") == order | {"fulfillmentStatus": "SHIPPED", "trackingNumber": "94001"} | times
    )
    assert api.send("PUT", f"orders/{order['id']}", json=body).json() == {"updateCount": 0}


@pytest.mark.parametrize(
    "body", [{"paymentStatus": "MAYBE"}, {"fulfillmentStatus": "GONE"}, {"items": [{"name": "x"}]}]
)
def test_a_change_that_makes_no_sense_is_refused_and_changes_nothing(
    sandbox: Sandbox, api: Caller, body: dict[str, object]
) -> None:
    order = sandbox.place_order()
    assert api.send("PUT", f"orders/{order['id']}", json=body).status_code == 400
    assert api.get(f"orders/{order['id']}") == order


def test_an_old_status_is_named_with_its_successor(sandbox: Sandbox, api: Caller) -> None:
    order = sandbox.place_order()
    answer = api.send("PUT", f"orders/{order['id']}", json={"paymentStatus": "QUEUED"})
    assert answer.json() == {"errorMessage": "Status QUEUED is deprecated, use AWAITING_PAYMENT instead"}


def test_sent_lines_replace_all_lines(sandbox: Sandbox, api: Caller) -> None:
    order = sandbox.place_order({"TIN-ROUND-S": 2, "CUP-SET-2": 1})
    kept = order["items"][0]
    api.send(
        "PUT", f"orders/{order['id']}", json={"items": [{"id": kept["id"], "name": "Tin", "price": 7, "quantity": 1}]}
    )
    assert api.get(f"orders/{order['id']}")["items"] == [kept | {"name": "Tin", "price": 7, "quantity": 1}]


def test_selling_takes_from_the_shelf_and_cancelling_puts_back(sandbox: Sandbox, api: Caller) -> None:
    def stock(sku: str) -> int:
        product = api.get("products", sku=sku)["items"][0]
        return int(next((c["quantity"] for c in product["combinations"] if c.get("sku") == sku), product["quantity"]))

    order = sandbox.place_order({"TIN-ROUND-S": 4, "CUP-SET-2": 1})
    assert (stock("TIN-ROUND-S"), stock("CUP-SET-2")) == (60, 56)
    api.send("PUT", f"orders/{order['id']}", json={"paymentStatus": "CANCELLED"})
    assert (stock("TIN-ROUND-S"), stock("CUP-SET-2")) == (64, 57)


def test_a_deleted_order_is_gone_and_listed_as_deleted(sandbox: Sandbox, api: Caller, clock: Clock) -> None:
    order = sandbox.place_order()
    clock.forward(5)
    assert api.send("DELETE", f"orders/{order['id']}").json() == {"deleteCount": 1}
    assert api.get("orders")["total"] == 0
    assert api.refused("GET", f"orders/{order['id']}") == (404, "ORDER_NOT_FOUND")
    gone = {"id": order["internalId"], "orderId": order["id"], "date": "2026-09-13 12:00:05 +0000"}
    assert api.get("orders/deleted", from_date=int(clock.at))["items"] == [gone]
    assert api.get("orders/deleted", from_date=int(clock.at) + 1)["total"] == 0


def test_an_order_made_elsewhere_is_kept_as_sent(sandbox: Sandbox, api: Caller) -> None:
    api.token = sandbox.issue_token(["read_orders", "create_orders"])
    line = {"name": "Soy candle", "price": 15, "quantity": 2}
    body = {"subtotal": 30, "total": 40, "email": "a@example.com", "paymentStatus": "PAID", "items": [line],
            "fulfillmentStatus": "AWAITING_PROCESSING"}  # fmt: skip
    made = api.send("POST", "orders", json=body).json()
    kept = api.get(f"orders/{made['orderid']}")
    assert (kept["internalId"], kept["total"], kept["items"][0]["name"]) == (made["id"], 40, "Soy candle")
    del body["email"]
    assert api.send("POST", "orders", json=body).json() == {"errorMessage": "Field Order.email is absent"}


def test_bodies_that_are_no_json_objects_are_refused(sandbox: Sandbox, api: Caller) -> None:
    path = f"orders/{sandbox.place_order()['id']}"
    assert api.send("PUT", path, data="{}").status_code == 415
    for text in ("{", "[]", "42"):
        assert api.send("PUT", path, data=text, headers={"Content-Type": "application/json"}).status_code == 400


def test_answers_are_compressed_for_those_who_ask(sandbox: Sandbox, api: Caller) -> None:
    sandbox.place_orders(3)
    plain = api.send("GET", "orders", headers={"Accept-Encoding": "identity"})
    headers = {"Authorization": f"Bearer {api.token}", "Accept-Encoding": "gzip"}
    with urllib.request.urlopen(urllib.request.Request(f"{api.root}/orders", headers=headers), timeout=10) as packed:
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.read()) == plain.content
    assert "Content-Encoding" not in plain.headers


@pytest.mark.usefixtures("nothing_collected")
@pytest.mark.parametrize("text", ['{"total": NaN}', "[" * 100_000, '{"items": 5}'])
def test_bodies_that_are_no_json_or_no_order_are_refused(sandbox: Sandbox, api: Caller, text: str) -> None:
    order = sandbox.place_order()
    answer = api.send("PUT", f"orders/{order['id']}", data=text, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert api.get(f"orders/{order['id']}") == order


def test_half_characters_are_kept_as_they_were_sent(sandbox: Sandbox, api: Caller) -> None:
    order = sandbox.place_order()
    api.send("PUT", f"orders/{order['id']}", json={"email": "a\ud83d@example.com"})
    assert api.get("orders")["items"][0]["email"] == "a\ud83d@example.com"


def test_an_order_may_be_dated_back(sandbox: Sandbox, api: Caller) -> None:
    order = sandbox.place_order()
    api.send("PUT", f"orders/{order['id']}", json={"createDate": "2026-01-02 03:04:05 +0100"})
    assert api.get(f"orders/{order['id']}", responseFields="createDate,createTimestamp") == {
        "createDate": "2026-01-02 02:04:05 +0000",
        "createTimestamp": 1_767_319_445,
    }
    assert api.refused("PUT", f"orders/{order['id']}", json={"createDate": "soon"}) == (400, "WRONG_PARAMETER")


def test_two_stores_do_not_see_each_other(sandbox: Sandbox, api: Caller) -> None:
    sandbox.add_store(1004, "Kettle & Co", prefix="K-", suffix="/A")
    order = sandbox.place_order(store_id=1004)
    assert api.get("orders")["total"] == 0
    other = Caller(f"{sandbox.api_url}/1004", sandbox.issue_token(store_id=1004))
    assert other.get(f"orders/{order['id'].replace('/', '%2F')}") == order
    assert order["id"].startswith("K-")
    assert order["id"].endswith("/A")
