"""What became of an order's units, and the words for it."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.lifecycle.order import OrderStatus
from orders.lifecycle.shipping_request import CLOSED, EDGES, RequestStatus, can_move
from orders.requests.tally import Asked, status_after, summed, tally, told

S, O = RequestStatus, OrderStatus  # noqa: E741
READY, SENT, PARTIAL, CANCELED, FAILED = (
    S.READY_FOR_FULFILLMENT,
    S.SENT_TO_FULFILLMENT,
    S.PARTIAL_FULFILLMENT,
    S.CANCELED_RESTOCK,
    S.FAILED,
)


def order(*quantities: int, **fields: Any) -> dict[str, Any]:
    lines = [{"uniqueId": f"l{n}", "sku": f"S{n}", "quantity": count} for n, count in enumerate(quantities, start=1)]
    return {"lineItems": lines} | fields


def asked(line: int, status: str, quantity: int, fulfilled: int = 0, **more: Any) -> Asked:
    return Asked(f"l{line}", f"s{line}", status, quantity, fulfilled, **more)


@pytest.mark.parametrize(
    ("requests", "becomes", "words"),
    [
        ([], O.READY_FOR_FULFILLMENT, ["unrouted", "unsent", "unfulfilled"]),
        ([asked(1, READY, 1)], O.READY_FOR_FULFILLMENT, ["partiallyRouted", "unsent", "unfulfilled"]),
        ([asked(1, READY, 3)], O.READY_FOR_FULFILLMENT, ["routed", "unsent", "unfulfilled"]),
        ([asked(1, SENT, 2), asked(1, READY, 1)], O.READY_FOR_FULFILLMENT, ["routed", "partiallySent", "unfulfilled"]),
        ([asked(1, SENT, 3)], O.SENT_TO_FULFILLMENT, ["routed", "sent", "unfulfilled"]),
        ([asked(1, SENT, 2)], O.READY_FOR_FULFILLMENT, ["partiallyRouted", "partiallySent", "unfulfilled"]),
        ([asked(1, PARTIAL, 3, 1)], O.PARTIAL_FULFILLMENT, ["routed", "sent", "partiallyFulfilled"]),
        ([asked(1, S.FULFILLED, 3, 3)], O.FULFILLED, ["routed", "sent", "fulfilled"]),
        ([asked(1, CANCELED, 3, 3)], O.FULFILLED, ["routed", "sent", "fulfilled"]),
        ([asked(1, CANCELED, 3)], O.READY_FOR_FULFILLMENT, ["unrouted", "unsent", "unfulfilled"]),
        ([asked(1, FAILED, 3)], O.READY_FOR_FULFILLMENT, ["unrouted", "unsent", "unfulfilled", "failed"]),
        ([asked(1, SENT, 3, rejected=1)], O.READY_FOR_FULFILLMENT,
         ["partiallyRouted", "partiallySent", "unfulfilled"]),
        ([asked(1, S.FULFILLED, 3, 5)], O.FULFILLED, ["routed", "sent", "fulfilled"]),
    ],
)  # fmt: skip
def test_an_order_of_three_units(requests: list[Asked], becomes: OrderStatus, words: list[str]) -> None:
    lines = tally(order(3), requests)
    assert (status_after(O.READY_FOR_FULFILLMENT, lines) or O.READY_FOR_FULFILLMENT) == becomes
    assert told(order(3), lines)["disposition"] == words


@pytest.mark.parametrize("status", [O.REVIEW_REQUIRED, O.ON_HOLD, O.CANCELED, O.ARCHIVED, O.FULFILLED])
def test_what_a_person_keeps_back_is_not_moved(status: OrderStatus) -> None:
    assert status_after(status, tally(order(3), [asked(1, SENT, 3)])) is None


def test_more_of_one_line_does_not_stand_for_another() -> None:
    lines = tally(order(2, 2), [asked(1, S.FULFILLED, 2, 4)])
    assert status_after(O.SENT_TO_FULFILLMENT, lines) == O.PARTIAL_FULFILLMENT
    assert (summed(lines).fulfilled, lines["l2"].open) == (2, 2)


def test_what_was_taken_out_and_what_ships_by_itself_is_not_waited_for() -> None:
    document = order(3, 1, dispositions=[{"uniqueId": "l1", "values": [{"type": "canceled", "quantity": 2}]}])
    document["lineItems"][1]["requiresShipping"] = False
    lines = tally(document, [asked(1, SENT, 1)])
    assert status_after(O.READY_FOR_FULFILLMENT, lines) == O.SENT_TO_FULFILLMENT
    entry = {"uniqueId": "l1", "values": [
        {"type": "canceled", "quantity": 2}, {"type": "routed", "quantity": 1}, {"type": "sent", "quantity": 1},
    ]}  # fmt: skip
    assert told(document, lines)["dispositions"] == [entry]


def component(sku: str, status: str, quantity: int, fulfilled: int, per_bundle: int) -> Asked:
    return Asked("l1", sku, status, quantity, fulfilled, bundle_sku="BOX", per_bundle=per_bundle)


def test_a_bundle_is_shipped_when_all_its_components_are() -> None:
    tea = component("tea", PARTIAL, 4, 4, 2)
    found = tally(order(2), [tea, component("cup", PARTIAL, 2, 1, 1)])["l1"]
    assert (found.routed, found.fulfilled, found.open) == (2, 1, 0)
    half = [tea, component("cup", CANCELED, 2, 0, 1)]
    assert tally(order(2), half)["l1"].open == 0  # what is begun is not asked for a second time
    gone = [component("tea", CANCELED, 4, 0, 2), component("cup", CANCELED, 2, 0, 1)]
    assert tally(order(2), gone)["l1"].open == 2


counts = st.integers(0, 9)
some_requests = st.lists(
    st.builds(
        lambda line, status, units, done: Asked(f"l{line}", f"s{line}", status, units, min(units, done)),
        st.integers(1, 2), st.sampled_from(list(S)), st.integers(1, 9), counts,
    ),
    max_size=6,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=2, max_size=2), some_requests)
def test_units_always_add_up(quantities: list[int], requests: list[Asked]) -> None:
    document = order(*quantities)
    lines = tally(document, requests)
    for one in lines.values():
        assert one.open == max(one.wanted - one.routed, 0)
        assert one.fulfilled <= one.sent <= one.routed
    again = told(told(document, lines), lines)
    assert again == told(document, lines)  # saying it twice changes nothing
    assert all(value["quantity"] > 0 for entry in again.get("dispositions", ()) for value in entry["values"])
    if status_after(O.READY_FOR_FULFILLMENT, lines) == O.FULFILLED:
        assert all(one.fulfilled >= one.wanted for one in lines.values())


def test_fractions_are_kept() -> None:
    document = {"lineItems": [{"uniqueId": "l1", "sku": "S", "quantity": Decimal("2.5")}]}
    assert tally(document, [Asked("l1", "s", READY, Decimal("1.25"))])["l1"].open == Decimal("1.25")


@pytest.mark.parametrize(
    ("old", "to"),
    [
        ("readyForFulfillment", "sentToFulfillment"),
        ("pendingInventory", "readyForFulfillment"),
        ("pendingShippingLabel", "readyForFulfillment"),
        ("readyForFulfillment", "fulfilled"),  # told before it was sent
        ("sentToFulfillment", "partialFulfillment"),
        ("sentToFulfillment", "failed"),
        ("failed", "readyForFulfillment"),
        ("partialFulfillment", "canceled"),
        ("canceledRestock", "fulfilled"),  # the cancellation crossed the shipment
    ],
)
def test_a_request_may(old: str, to: str) -> None:
    assert can_move(old, to)


@pytest.mark.parametrize(
    ("old", "to"),
    [
        ("fulfilled", "canceled"),
        ("canceled", "readyForFulfillment"),
        ("canceled", "canceledRestock"),
        ("sentToFulfillment", "readyForFulfillment"),
        ("readyForFulfillment", "new"),
        ("partialFulfillment", "sentToFulfillment"),
    ],
)
def test_a_request_may_not(old: str, to: str) -> None:
    assert not can_move(old, to)


def test_every_status_has_edges_and_what_is_closed_opens_only_by_a_shipment() -> None:
    assert set(EDGES) == set(S)
    for status in CLOSED:
        assert EDGES[status] <= {S.FULFILLED, S.PARTIAL_FULFILLMENT}
