"""The list of orders, the search box, and acts on the ticked rows."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import cast

import pytest
from django.test import Client

from orders.by_hand import work
from orders.by_hand.acts import ACTS, Act
from orders.lifecycle import edits
from orders.lifecycle.order import OrderStatus
from orders.many import Done
from orders.models import Order, OrderWork, Source
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.kit import json
from portal.kit.jobs import bells, watchers
from portal.kit.json import Json
from portal.tenancy.models import Membership
from tests.factories import PLACED, make_order, make_orders

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system()
DUE = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


def numbers(client: Client, query: str = "") -> list[str]:
    """The order numbers that the list shows, in its order."""
    response = client.get(f"/orders.json{query}")
    assert response.status_code == 200
    return [row["order"] for row in json.loads(response.content)["rows"]]


def statuses(*orders: Order) -> list[str]:
    return [Order.across.values_list("status", flat=True).get(pk=order.pk) for order in orders]


def hold(order: Order) -> None:
    edits.hold(order.pk, until=DUE, next_status=OrderStatus.READY_FOR_FULFILLMENT, reason="Wait", by=SYSTEM)


def test_the_newest_order_comes_first(as_owner: Client, source: Source) -> None:
    for number, hours in ((1, 5), (2, 1), (3, 3)):
        make_order(source, number, extOrderCreatedAt=PLACED - dt.timedelta(hours=hours))
    assert numbers(as_owner) == ["#2", "#3", "#1"]


def test_the_list_shows_what_an_order_is_known_by(as_owner: Client, source: Source) -> None:
    order = make_order(source, 1001)
    text = as_owner.get("/orders").content.decode()
    for shown in ("#1001", "Ana Ruiz", "Tea shop", "48.20", "New", f"/orders/{order.public_id}"):
        assert shown in text


def test_the_colleague_sees_the_list_without_ticks(as_colleague: Client, source: Source) -> None:
    make_order(source, 1001)
    text = as_colleague.get("/orders").content.decode()
    assert "#1001" in text
    assert "data-pick" not in text


def test_the_stranger_sees_an_empty_list(as_stranger: Client, source: Source) -> None:
    make_order(source, 1001)
    assert numbers(as_stranger) == []
    assert "No orders yet" in as_stranger.get("/orders").content.decode()


def test_the_views_show_exactly_their_orders(as_owner: Client, source: Source) -> None:
    held, review, ready, canceled, archived, _new = make_orders(source, range(1, 7))
    hold(held)
    for order, move in ((review, "review"), (ready, "ready"), (canceled, "cancel"), (archived, "archive")):
        edits.move(order.pk, move, by=SYSTEM)
    assert numbers(as_owner, "?view=on-hold") == ["#1"]
    assert numbers(as_owner, "?view=person") == ["#2"]
    assert numbers(as_owner, "?view=ready") == ["#3"]
    assert numbers(as_owner, "?view=canceled") == ["#4"]
    assert numbers(as_owner, "?view=archived") == ["#5"]
    assert sorted(numbers(as_owner)) == ["#1", "#2", "#3", "#4", "#6"]


def test_an_archived_order_is_found_by_its_number(as_owner: Client, source: Source) -> None:
    edits.move(make_order(source, 77).pk, "archive", by=SYSTEM)
    assert numbers(as_owner) == []
    assert numbers(as_owner, "?q=77") == ["#77"]


def test_deleted_orders_are_left_out(as_owner: Client, source: Source) -> None:
    order = make_order(source, 1)
    Order.across.filter(pk=order.pk).update(deleted_at=DUE)
    assert numbers(as_owner) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1001", ["#1001"]),
        ("#1001", ["#1001"]),
        ("100", ["#1001", "#1002"]),
        ("ANA@example.com", ["#1001"]),
        ("ana@ex", ["#1001"]),
        ("bo@", ["#1002"]),
        ("ruiz", ["#1001"]),
        ("okaf", ["#1002"]),
        ("Ana Ruiz", ["#1001"]),
        ("tea-1", ["#1001", "#1002"]),
        ("CUP", ["#1002"]),
        ("Strauß", ["#1002"]),
        ("nobody", []),
        ("'; --", []),
        ("& | ! ( :*", []),
    ],
)
def test_the_search_box_finds(as_owner: Client, source: Source, text: str, found: list[str]) -> None:
    lines = [{"uniqueId": "a", "sku": "TEA-1", "quantity": 1}, {"uniqueId": "b", "sku": "CUP-4", "quantity": 1}]
    make_order(source, 1001)
    bo = {"firstName": "Strauß", "lastName": "Okafor"}
    make_order(source, 1002, email="bo@example.com", customer=bo, shippingAddress=bo, lineItems=lines)
    response = as_owner.get("/orders.json", {"q": text})
    assert sorted(row["order"] for row in json.loads(response.content)["rows"]) == found


def test_what_is_exactly_that_comes_alone(as_owner: Client, source: Source) -> None:
    make_orders(source, (10, 100, 1000))
    assert numbers(as_owner, "?q=10") == ["#10"]


def test_the_box_on_top_goes_straight_to_the_one_order(as_owner: Client, as_stranger: Client, source: Source) -> None:
    order = make_order(source, 1001)
    make_order(source, 1002)
    assert as_owner.get("/search?q=1001")["Location"] == f"/orders/{order.public_id}"
    assert as_owner.get(f"/search?q={order.public_id}")["Location"] == f"/orders/{order.public_id}"
    assert as_owner.get("/search?q=ana")["Location"] == "/orders?q=ana"
    assert as_stranger.get("/search?q=1001")["Location"] == "/orders?q=1001"


def test_the_list_is_exported_as_csv(as_owner: Client, source: Source) -> None:
    make_order(source, 1001, customer={"firstName": "=HYPERLINK(1)"})
    response = as_owner.get("/orders.csv?columns=order,customer,total")
    text = response.getvalue().decode("utf-8-sig")
    assert text.splitlines() == ["Order,Customer,Total,Total currency", "#1001,'=HYPERLINK(1),48.200000,USD"]


def picked(*orders: Order, **more: str) -> dict[str, object]:
    return {"row": [order.public_id for order in orders], **more}


def test_before_an_act_on_many_it_says_to_how_many(as_owner: Client, source: Source) -> None:
    first, second, third = make_orders(source, (1, 2, 3))
    hold(first)
    hold(second)
    response = as_owner.post("/orders/bulk/release", picked(first, second, third))
    text = response.content.decode()
    assert "“Release hold” will be done to 2 orders." in text
    assert "1 × New" in text
    assert statuses(first, second, third) == ["onHold", "onHold", "new"]


def test_an_act_on_many_tells_what_could_not_be_done(as_owner: Client, source: Source) -> None:
    first, second, third = make_orders(source, (1, 2, 3))
    hold(first)
    hold(second)
    everything = picked(first, second, third, sure="1", back="/orders?view=on-hold")
    response = as_owner.post("/orders/bulk/release", everything, follow=True)
    assert response.redirect_chain == [("/orders?view=on-hold", 302)]
    assert "Release hold: 2 done, 1 could not: #3, it is “New”, not on hold" in response.content.decode()
    assert statuses(first, second, third) == ["readyForFulfillment", "readyForFulfillment", "new"]
    assert set(History.across.filter(verb="released").values_list("actor_name", flat=True)) == {"Olive Owner"}


@pytest.mark.parametrize(
    ("key", "becomes"), [("ready", "readyForFulfillment"), ("archive", "archived"), ("cancel", "canceled")]
)
def test_many_orders_are_moved_at_once(as_owner: Client, source: Source, key: str, becomes: str) -> None:
    orders = make_orders(source, range(1, 6))
    as_owner.post(f"/orders/bulk/{key}", picked(*orders[:3], sure="1"))
    assert statuses(*orders) == [becomes] * 3 + ["new"] * 2


def test_what_is_so_already_is_left_and_says_so(as_owner: Client, source: Source) -> None:
    first, second = make_orders(source, (1, 2))
    edits.move(first.pk, "cancel", by=SYSTEM)
    answer = as_owner.post("/orders/bulk/cancel", picked(first, second, sure="1"), follow=True)
    assert "1 done, 1 could not: #1, it is “Canceled” already" in answer.content.decode()


@pytest.mark.parametrize("status", ["sentToFulfillment", "partialFulfillment", "fulfilled"])
def test_what_a_warehouse_has_is_not_made_ready(as_owner: Client, source: Source, status: str) -> None:
    fresh, there = make_orders(source, (1, 2))
    Order.across.filter(pk=there.pk).update(status=status)
    assert "1 ×" in as_owner.post("/orders/bulk/ready", picked(fresh, there)).content.decode()
    answer = as_owner.post("/orders/bulk/ready", picked(fresh, there, sure="1"), follow=True)
    assert "#2, it is “" in answer.content.decode()
    assert statuses(fresh, there) == ["readyForFulfillment", status]
    page = as_owner.get(f"/orders/{there.public_id}").content.decode()
    assert f"/orders/{there.public_id}/do/ready" not in page


def test_all_that_match_the_filter_are_meant(as_owner: Client, source: Source) -> None:
    held, other = make_orders(source, (1, 2))
    hold(held)
    query = "f=status~is_one_of~onHold"
    as_owner.post("/orders/bulk/cancel", {"all": "1", "query": query, "sure": "1"})
    assert statuses(held, other) == ["canceled", "new"]


def test_a_filter_that_cannot_be_read_means_no_order(as_owner: Client, source: Source) -> None:
    order = make_order(source, 1)
    as_owner.post("/orders/bulk/cancel", {"all": "1", "query": "f=status~is_one_of~nonsense", "sure": "1"})
    assert statuses(order) == ["new"]


def test_nobody_else_moves_our_orders(as_colleague: Client, as_stranger: Client, source: Source) -> None:
    order = make_order(source, 1)
    assert as_colleague.post("/orders/bulk/cancel", picked(order, sure="1")).status_code == 403
    assert as_stranger.post("/orders/bulk/cancel", picked(order, sure="1")).status_code == 200
    assert as_stranger.post("/orders/bulk/cancel", {"all": "1", "query": "", "sure": "1"}).status_code == 200
    assert statuses(order) == ["new"]


def test_one_does_not_go_back_to_a_strange_address(as_owner: Client, source: Source) -> None:
    order = make_order(source, 1)
    response = as_owner.post("/orders/bulk/ready", picked(order, sure="1", back="https://evil.example/"))
    assert response["Location"] == "/orders"


def done_to(client: Client, key: str, *orders: Order, **values: str) -> OrderWork:
    client.post(f"/orders/bulk/{key}", picked(*orders, sure="1", **values))
    return OrderWork.across.latest("id")


def test_what_was_done_to_many_is_undone_and_what_cannot_be_says_why(as_owner: Client, source: Source) -> None:
    first, second = make_orders(source, (1, 2))
    hold(second)
    done = done_to(as_owner, "archive", first, second)
    assert statuses(first, second) == ["archived", "archived"]
    address = f"/orders/acts/{done.public_id}"
    assert "2 of 2 dealt with" in " ".join(as_owner.get(address).content.decode().split())
    as_owner.post(f"{address}/undo")
    assert statuses(first, second) == ["reviewRequired", "reviewRequired"]
    assert as_owner.post(f"{address}/undo", follow=True).content.decode().count("cannot be undone any more")
    moved = done_to(as_owner, "ready", first)
    edits.move(first.pk, "cancel", by=Actor.system())
    answer = as_owner.post(f"/orders/acts/{moved.public_id}/undo", follow=True)
    assert "It was “Review required” and is “Canceled” now: that is not given back." in answer.content.decode()


def tags(*orders: Order) -> list[list[str]]:
    return [Order.across.get(pk=one.pk).content["tags"] for one in orders]


def test_tags_are_given_to_many_and_taken_back(as_owner: Client, source: Source) -> None:
    first, second = make_orders(source, (1, 2))
    assert as_owner.post("/orders/bulk/tag", picked(first, sure="1", tags=" ")).status_code == 422
    done = done_to(as_owner, "tag", first, second, tags="gift\nVIP")
    assert tags(first, second) == [["vip", "gift"]] * 2
    assert "/tags" in Order.across.get(pk=first.pk).kept
    as_owner.post(f"/orders/acts/{done.public_id}/undo")
    assert tags(first, second) == [["vip"]] * 2


def test_many_are_deleted_and_brought_back_and_a_stranger_does_neither(
    as_owner: Client, as_stranger: Client, source: Source
) -> None:
    first, second = make_orders(source, (1, 2))
    done = done_to(as_owner, "delete", first, second)
    assert not Order.across.filter(deleted_at=None).exists()
    assert as_stranger.post(f"/orders/acts/{done.public_id}/undo").status_code == 404
    as_owner.post(f"/orders/acts/{done.public_id}/undo")
    assert Order.across.filter(deleted_at=None).count() == 2


def test_what_is_left_of_many_is_the_workers_and_one_that_fails_stops_nobody(
    source: Source, owner: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = make_orders(source, range(1, 6))
    monkeypatch.setattr("orders.many.AT_ONCE", 0.0)
    done = work.ask(source.organization, "review", [one.pk for one in orders], {}, user=owner.user)
    assert (done.finished_at, statuses(*orders)) == (None, ["new"] * 5)
    real = ACTS["review"].do

    def fails(some: Mapping[int, Order], values: Json, by: Actor) -> Done:
        if orders[2].pk in some:
            raise RuntimeError("Broken")
        return real(some, values, by)

    monkeypatch.setitem(cast("dict[str, Act]", ACTS), "review", replace(ACTS["review"], do=fails))
    assert "orders.work" in bells
    assert "work on orders left behind" in watchers
    work.ring_for_due()
    work.run_due()
    assert statuses(*orders) == ["reviewRequired"] * 2 + ["new"] + ["reviewRequired"] * 2
    assert done.items.get(outcome="left").why == "RuntimeError: Broken"
