"""The API of shops and warehouses of one's own: what is taken, what is refused, and that nothing counts twice."""

from collections.abc import Callable
from typing import Any

import pytest

from integrations import lifecycle
from integrations.custom import keys
from integrations.models import Integration, KeptAnswer
from orders.models import Fulfillment, InventoryLevel, Location, Order, OrderException, ShippingRequest
from orders.requests.cancel import cancel
from portal.kit.json import Json
from portal.tenancy.models import Membership, Organization
from tests.integrations.conftest import TESTER, reread
from tests.integrations.custom.conftest import an_order, make
from tests.portal.api.conftest import Program, make_key

pytestmark = pytest.mark.django_db
Made = tuple[Integration, keys.Secrets]
Routed = Callable[..., ShippingRequest]


def test_an_order_is_taken_once_and_follows_the_shop(shop: Program, store: Made) -> None:
    told = an_order()
    assert shop.post("/store/orders", told).data == {"id": "o-1", "status": "created"}
    assert shop.post("/store/orders", told).data == {"id": "o-1", "status": "unchanged"}
    order = Order.across.get(ext_order_api_id="o-1")
    assert (order.source, order.ext_order_id) == (store[0].source, "A-o-1")
    assert order.content["shippingAddress"]["country"] == "US"
    assert str(order.content["totalPrice"]) == "48.20"

    newer = told | {"updated_at": "2026-01-05T11:00:00+01:00", "note": "Ring twice"}
    assert shop.post("/store/orders", newer).data["status"] == "updated"
    assert shop.post("/store/orders", told).data["status"] == "stale"
    assert Order.across.get(pk=order.pk).content["orderNote"] == "Ring twice"
    assert lifecycle_runs(store[0]) == [(1, 0, 0), (0, 1, 0), (0, 0, 1)]


def lifecycle_runs(integration: Integration) -> list[tuple[int, int, int]]:
    rows = integration.runs.order_by("pk")
    return [(run.created, run.updated, run.left_out) for run in rows]


def test_a_list_takes_what_fits_and_says_of_the_rest_what_is_wrong(shop: Program) -> None:
    bad = an_order("o-2", total=48.2, lines=[{"id": "l1", "quantity": 0}])
    finished = an_order("o-3", status="closed")
    answer = shop.post("/store/orders", [an_order("o-1"), bad, finished, an_order("o-1")])
    assert answer.status_code == 200
    assert answer.data["counts"] == {"created": 2, "refused": 1, "left_out": 1}
    errors = {one["path"]: one["code"] for one in answer.data["results"][1]["errors"]}
    assert errors == {"/total": "wrong_form", "/lines/0/sku": "required", "/lines/0/quantity": "too_small"}
    exception = OrderException.across.get(type="record_refused", state="active")
    assert "o-2" in exception.message
    assert shop.post("/store/orders", an_order("o-2")).data["status"] == "created"
    assert not OrderException.across.filter(type="record_refused", state="active").exists()


@pytest.mark.parametrize(
    ("body", "status", "path"),
    [
        (b"{", 400, None),
        ([], 422, ""),
        ([1], 422, "/0"),
        ("[" + ",".join(["{}"] * 501) + "]", 413, None),
        (an_order(id="a\x00"), 422, "/id"),
        (an_order(id="x" * 129), 422, "/id"),
        (an_order(created_at="yesterday"), 422, "/created_at"),
        (an_order(currency="usd"), 422, "/currency"),
        (an_order(total="1e5"), 422, "/total"),
        (an_order(ship_to={"country": "USA"}), 422, "/ship_to/country"),
        (an_order(lines=[]), 422, "/lines"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_path(shop: Program, body: Any, status: int, path: str | None) -> None:
    answer = shop.post("/store/orders", body)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    if path is not None:
        assert answer.data["errors"][0]["path"] == path
    assert not Order.across.exists()


def test_an_order_is_canceled_and_an_unknown_one_is_not_found(shop: Program, barn: Program, routed: Routed) -> None:
    shop.post("/store/orders", an_order("o-7"))
    for status in ("cancelled", "unchanged"):
        answer = shop.post("/store/orders/o-7/cancel", {"reason": "Changed their mind"})
        assert (answer.status_code, answer.data["status"]) == (200, status)
    assert Order.across.get(ext_order_api_id="o-7").status == "canceled"
    assert shop.post("/store/orders/nobody/cancel", {}).status_code == 404
    sent = routed("o-8")
    name = f"sr-{sent.public_id}"
    barn.post("/warehouse/fulfillments", [parcel("f1", name, "l1", "TEA-1", 2), parcel("f2", name, "l2", "TIN-1", 1)])
    assert shop.post("/store/orders/o-8/cancel", {}).status_code == 202


def test_a_request_is_done_once_for_its_idempotency_key(shop: Program) -> None:
    first = shop.post("/store/orders", an_order(), **{"Idempotency-Key": "k1"})
    again = shop.post("/store/orders", an_order(), **{"Idempotency-Key": "k1"})
    assert first.data == again.data == {"id": "o-1", "status": "created"}
    assert again["Idempotency-Replayed"] == "true"
    other = shop.post("/store/orders", an_order("o-2"), **{"Idempotency-Key": "k1"})
    assert (other.status_code, other.data["type"]) == (409, "urn:switchyard:problem:other-content")
    assert shop.post("/store/orders", {}, **{"Idempotency-Key": "k2"}).status_code == 422
    assert list(KeptAnswer.objects.values_list("name", flat=True)) == ["k1"]


def test_a_warehouse_fetches_accepts_and_ships_in_parts(barn: Program, shop: Program, routed: Routed) -> None:
    request = routed()
    fetched = barn.get("/warehouse/shipping-requests").data
    assert fetched["more"] is False
    (told,) = fetched["rows"]
    name = f"sr-{request.public_id}"
    assert (told["id"], told["order_number"], told["location_id"]) == (name, "A-o-1", "w1")
    assert told["ship_to"]["name"] == "Ana Ruiz"
    assert told["lines"][0] == {
        "line_id": "l1", "sku": "TEA-1", "name": "Green tea", "quantity": 2, "unit_price": "20"
    }  # fmt: skip
    assert barn.get("/warehouse/shipping-requests").data == fetched  # looking marks nothing

    path = f"/warehouse/shipping-requests/{name}/answer"
    for status in ("updated", "unchanged"):
        assert barn.post(path, {"status": "accepted", "external_id": "W-77"}).data["status"] == status
    assert barn.get("/warehouse/shipping-requests").data["rows"] == []
    request.refresh_from_db()
    assert (request.status, request.ext_reference_id) == ("sentToFulfillment", "W-77")

    assert barn.post("/warehouse/fulfillments", parcel("f1", name, "l1", "TEA-1", 2)).data["status"] == "created"
    second = parcel("f2", "W-77", "l2", "TIN-1", 1)
    assert barn.post("/warehouse/fulfillments", [second, second, parcel("f3", "sr-none", "l1", "TEA-1", 1)]).data[
        "counts"
    ] == {"created": 2, "kept": 1}
    assert barn.post("/warehouse/fulfillments", second).data["status"] == "unchanged"
    request.refresh_from_db()
    assert (request.status, Fulfillment.across.count()) == ("fulfilled", 2)
    assert OrderException.across.filter(type="fulfillment_unmatched", state="active").count() == 1

    fed = shop.get("/store/fulfillments").data
    assert [one["tracking_numbers"] for one in fed["rows"]] == [["1Zf1"], ["1Zf2"]]
    assert fed["rows"][0]["lines"] == [{"line_id": "l1", "sku": "TEA-1", "quantity": 2}]
    assert shop.get("/store/fulfillments", {"cursor": fed["cursor"]}).data["rows"] == []
    assert len(shop.get("/store/fulfillments", {"since": "2026-01-01T00:00:00Z", "count": 1}).data["rows"]) == 1


def parcel(name: str, request: str, line: str, sku: str, units: int) -> Json:
    return {
        "id": name, "shipping_request_id": request, "shipped_at": "2026-01-06T12:00:00Z", "carrier": "UPS",
        "tracking_number": f"1Z{name}", "lines": [{"line_id": line, "sku": sku, "quantity": units}],
    }  # fmt: skip


def test_a_refusal_fails_the_request_and_tells_a_person(barn: Program, routed: Routed) -> None:
    request = routed()
    path = f"/warehouse/shipping-requests/sr-{request.public_id}/answer"
    assert barn.post(path, {"status": "rejected", "reason": "No such street"}).data["status"] == "updated"
    assert barn.post(path, {"status": "rejected", "reason": "No such street"}).data["status"] == "unchanged"
    request.refresh_from_db()
    assert request.status == "failed"
    assert "No such street" in OrderException.across.get(type="request_refused").message
    assert barn.post("/warehouse/shipping-requests/sr-0/answer", {"status": "accepted"}).status_code == 404


def test_a_cancellation_waits_for_the_answer_of_the_warehouse(barn: Program, routed: Routed) -> None:
    agreed, late = routed("o-1"), routed("o-2")
    for one in (agreed, late):
        barn.post(f"/warehouse/shipping-requests/sr-{one.public_id}/answer", {"status": "accepted"})
        cancel(ShippingRequest.across.get(pk=one.pk), TESTER)
    names = [one["id"] for one in barn.get("/warehouse/shipping-requests", {"status": "cancelled"}).data["rows"]]
    assert names == [f"sr-{agreed.public_id}", f"sr-{late.public_id}"]
    barn.post(f"/warehouse/shipping-requests/sr-{agreed.public_id}/answer", {"status": "cancelled"})
    barn.post(f"/warehouse/shipping-requests/sr-{late.public_id}/answer", {"status": "cancel_refused"})
    rows = ShippingRequest.across.order_by("pk").values_list("cancellation", flat=True)
    assert list(rows) == ["agreed", "refused"]
    assert OrderException.across.filter(type="cancel_refused", state="active").count() == 1
    assert barn.get("/warehouse/shipping-requests", {"status": "cancelled"}).data["rows"] == []


def test_stock_is_counted_and_a_change_counts_once(barn: Program, shop: Program) -> None:
    count = {"sku": "TEA-1", "location_id": "w1", "mode": "absolute", "available": 5, "committed": 2,
             "updated_at": "2026-01-05T10:00:00Z"}  # fmt: skip
    change = count | {"mode": "delta", "available": 3, "committed": 0, "event_id": "e1",
                      "updated_at": "2026-01-05T10:05:00Z"}  # fmt: skip
    assert barn.post("/warehouse/inventory", count).data == {"id": "TEA-1", "status": "taken"}
    barn.post("/warehouse/inventory", [change, change])
    barn.post("/warehouse/inventory", [change, count | {"available": 1, "updated_at": "2026-01-05T09:00:00Z"}])
    assert InventoryLevel.across.get(location__name="Barn").on_hand == 10
    assert barn.post("/warehouse/inventory", count | {"location_id": "w9"}).data["errors"][0]["path"] == "/location_id"
    assert barn.post("/warehouse/inventory", change | {"event_id": None}).status_code == 422
    fed = shop.get("/store/stock").data
    assert fed["rows"] == [{"sku": "TEA-1", "available": 10, "tracked": True}]
    assert shop.get("/store/stock", {"cursor": fed["cursor"]}).data["rows"] == []


def test_a_location_is_renamed_and_closed(barn: Program, warehouse: Made) -> None:
    place = Location.across.get(name="Barn")
    assert place.fulfillment_source == warehouse[0].source
    barn.post("/warehouse/locations", [{"id": "w1", "name": "Big barn"}, {"id": "w2", "name": "Shed"}])
    assert [one["name"] for one in barn.get("/warehouse/locations").data["rows"]] == ["Big barn", "Shed"]
    barn.post("/warehouse/locations", {"id": "w2", "name": "Shed", "active": False})
    assert not Location.across.get(name="Shed").active
    assert Location.across.get(pk=place.pk).active


def test_a_key_opens_what_is_its_integrations_alone(
    organization: Organization, shop: Program, barn: Program, routed: Routed, stranger: Membership
) -> None:
    request = routed()
    assert shop.get("/warehouse/shipping-requests").status_code == 403
    assert barn.post("/store/orders", an_order()).status_code == 403
    for path in ("/orders", "/shipments", "/fulfillments", "/locations", "/inventory"):
        assert shop.get(path).status_code == barn.get(path).status_code == 403
    everything = Program(make_key(organization).secret)
    assert "belongs to no integration" in everything.get("/store/stock").data["detail"]
    assert Program(make_key(stranger.organization).secret).get("/store/stock").status_code == 403

    other, secrets = make(organization, "custom_warehouse", "Shed")
    shed = Program(secrets.key)
    assert shed.get("/warehouse/shipping-requests").data["rows"] == []
    path = f"/warehouse/shipping-requests/sr-{request.public_id}/answer"
    assert shed.post(path, {"status": "accepted"}).status_code == 404
    assert ShippingRequest.across.get(pk=request.pk).status == "readyForFulfillment"
    keys.revoke_all(other)
    assert shed.get("/warehouse/shipping-requests").status_code == 401


def test_nothing_is_taken_while_switched_off_and_everything_afterwards(shop: Program, store: Made) -> None:
    lifecycle.save_flows(store[0], {"orders": "disabled"}, by=TESTER)
    off = shop.post("/store/orders", an_order())
    assert (off.status_code, off["Retry-After"]) == (503, "300")
    lifecycle.save_flows(reread(store[0]), {"orders": "pull"}, by=TESTER)
    lifecycle.disable(reread(store[0]), by=TESTER)
    assert shop.post("/store/orders", an_order()).status_code == 503
    lifecycle.enable(reread(store[0]), by=TESTER)
    assert shop.post("/store/orders", an_order()).status_code == 200
    lifecycle.delete(reread(store[0]), typed_name="Corner shop", by=TESTER)
    assert shop.post("/store/orders", an_order()).status_code in (401, 403)
