"""Which units of a report are booked on which line: pure."""

from decimal import Decimal
from typing import Any

import pytest

from orders.fulfillments.booking import Asked, Why, book
from orders.fulfillments.quantities import complete, rejected_words, request_status
from orders.lifecycle.shipping_request import RequestStatus
from orders.records.fulfillment import FulfillmentLine, FulfillmentRecord
from orders.requests import tally as counting

S = RequestStatus


def lines() -> list[Asked]:
    """Return 3 teas, a box of 2 cups and 1 lid each (2 of them), and 1 more tea on another line."""
    return [
        Asked(0, "l1", "TEA-1", "tea-1", "Tea", 3),
        Asked(1, "l2", "CUP", "cup", "Cup", 4, "box", 2),
        Asked(2, "l2", "LID", "lid", "Lid", 2, "box", 1),
        Asked(3, "l3", "TEA-1", "tea-1", "Tea", 1),
    ]


def told(*lines: tuple[Any, ...]) -> list[FulfillmentLine]:
    return [FulfillmentLine(unique_id=one[0], sku=one[1], quantity=one[2]) for one in lines]


TOO_MUCH, OTHER, ELSEWHERE = Why.TOO_MUCH, Why.OTHER_SKU, Why.ASKED_ELSEWHERE
CASES: list[tuple[str, list[FulfillmentLine], dict[int, int], list[tuple[str, int, Why]]]] = [
    ("by SKU, folded", told((None, " tea-1 ", 2)), {0: 2}, []),
    ("by line", told(("l3", None, 1)), {3: 1}, []),
    ("by both", told(("l3", "TEA-1", 1)), {3: 1}, []),
    ("a SKU of two lines fills one after the other", told((None, "TEA-1", 4)), {0: 3, 3: 1}, []),
    ("too much", told((None, "TEA-1", 6)), {0: 3, 3: 1}, [("TEA-1", 2, TOO_MUCH)]),
    ("a named line takes only its own", told(("l3", "TEA-1", 2)), {3: 1}, [("TEA-1", 1, TOO_MUCH)]),
    ("the same line twice", told((None, "CUP", 3), (None, "cup", 2)), {1: 4}, [("cup", 1, TOO_MUCH)]),
    ("another SKU", told((None, "COFFEE", 1)), {}, [("COFFEE", 1, OTHER)]),
    ("another SKU on a known line", told(("l1", "COFFEE", 1)), {}, [("COFFEE", 1, OTHER)]),
    ("an unknown line with a known SKU", told(("x", "LID", 1)), {2: 1}, []),
    ("an unknown line alone", told(("x", None, 1)), {}, [("", 1, OTHER)]),
    ("what the warehouse calls it", told((None, "W-TEA", 1)), {0: 1}, []),
    ("a bundle by its SKU", told((None, "BOX", 2)), {1: 4, 2: 2}, []),
    ("a bundle by its line", told(("l2", None, 1)), {1: 2, 2: 1}, []),
    ("too many bundles", told((None, "BOX", 3)), {1: 4, 2: 2}, [("BOX", 1, TOO_MUCH)]),
    ("nothing named: all that is open", [], {0: 3, 1: 4, 2: 2, 3: 1}, []),
]


@pytest.mark.parametrize(("what", "reported", "booked", "left"), CASES, ids=[case[0] for case in CASES])
def test_what_is_booked(
    what: str, reported: list[FulfillmentLine], booked: dict[int, int], left: list[tuple[str, int, Why]]
) -> None:
    found = book(reported, lines(), {"w-tea": "tea-1"})
    assert found.units == booked
    assert [(one.sku, one.quantity, one.why) for one in found.left] == left


def test_what_somebody_else_was_asked_for_is_not_booked() -> None:
    found = book(told((None, "TEA-1", 3)), lines(), {}, {("l1", "tea-1"): 1})
    assert found.units == {0: 1}
    assert [(one.quantity, one.why) for one in found.left] == [(2, ELSEWHERE)]


def asked(status: str, *units: tuple[int, int, int]) -> list[counting.Asked]:
    return [counting.Asked("l1", "tea-1", status, *one) for one in units]


@pytest.mark.parametrize(
    ("present", "units", "becomes"),
    [
        (S.SENT_TO_FULFILLMENT, [(2, 0, 0)], S.SENT_TO_FULFILLMENT),
        (S.SENT_TO_FULFILLMENT, [(2, 1, 0)], S.PARTIAL_FULFILLMENT),
        (S.SENT_TO_FULFILLMENT, [(2, 2, 0), (1, 1, 0)], S.FULFILLED),
        (S.SENT_TO_FULFILLMENT, [(2, 0, 2)], S.FAILED),
        (S.SENT_TO_FULFILLMENT, [(2, 0, 1)], S.SENT_TO_FULFILLMENT),
        (S.SENT_TO_FULFILLMENT, [(2, 1, 1)], S.PARTIAL_FULFILLMENT),
        (S.CANCELED, [(2, 1, 0)], S.CANCELED),
        (S.CANCELED_RESTOCK, [(2, 2, 0)], S.FULFILLED),
        (S.READY_FOR_FULFILLMENT, [(2, 2, 0)], S.FULFILLED),
    ],
)
def test_what_a_request_is_then(present: S, units: list[tuple[int, int, int]], becomes: S) -> None:
    assert request_status(present, asked(present, *units)) == becomes


@pytest.mark.parametrize(
    ("units", "words"), [([(2, 0, 0)], []), ([(2, 0, 1)], ["partiallyRejected"]), ([(2, 0, 2)], ["rejected"])]
)
def test_what_a_warehouse_rejected_is_told_while_it_is_open(
    units: list[tuple[int, int, int]], words: list[str]
) -> None:
    document = {"lineItems": [{"uniqueId": "l1", "sku": "TEA-1", "quantity": 2}]}
    mine = asked(S.SENT_TO_FULFILLMENT, *units)
    assert rejected_words(document, counting.tally(document, mine), mine) == words
    elsewhere = [*mine, counting.Asked("l1", "tea-1", S.READY_FOR_FULFILLMENT, 2)]
    assert rejected_words(document, counting.tally(document, elsewhere), elsewhere) == []


def test_an_order_knows_since_when_it_is_fulfilled() -> None:
    document = {"lineItems": [], "disposition": ["fulfilled"]}
    then = complete(document, {}, [], was="sentToFulfillment", becomes="fulfilled", at="2026-01-05T10:00:00.000Z")
    assert then == document | {"fulfilledAt": "2026-01-05T10:00:00.000Z"}
    assert complete(then, {}, [], was="fulfilled", becomes="fulfilled", at="later") == then
    assert complete(then, {}, [], was="fulfilled", becomes="archived", at="later") == document


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"lineItems": [{"quantity": 1}]}, "lineItems.0"),
        ({"lineItems": [{"sku": "TEA-1", "quantity": 0}]}, "lineItems.0.quantity"),
        ({"extFulfillmentId": ""}, "extFulfillmentId"),
        ({"trackingNumber": ["\x00"]}, "trackingNumber.0"),
        ({"shippingCharge": "-1"}, "shippingCharge"),
        ({"fulfillmentType": "lost"}, "fulfillmentType"),
    ],
)
def test_a_report_that_does_not_fit_is_refused_by_name(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(ValueError) as refused:
        FulfillmentRecord.model_validate({"extFulfillmentId": "P1", "shipment": "#1001"} | wrong)
    assert field.split(".")[0] in str(refused.value)


def test_parts_of_units_are_kept() -> None:
    found = book(told((None, "TEA-1", "1.5")), lines(), {})
    assert found.units == {0: Decimal("1.5")}
