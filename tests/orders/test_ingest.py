"""Taking orders in: once each, kept edits kept, bad ones named."""

import datetime as dt
from decimal import Decimal

import pytest

from orders.ingest.take import Taken, take, take_deleted
from orders.lifecycle import edits
from orders.lifecycle.order import OrderStatus
from orders.models import Hold, Order, OrderException, OrderLine, Source
from orders.records.refused import Refused
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.events.models import Event
from tests.factories import CHANNEL, PLACED, ingest, make_order, make_record

LATER = PLACED + dt.timedelta(minutes=5)
pytestmark = pytest.mark.django_db


def test_a_new_order_is_written_with_lines_history_and_event(source: Source) -> None:
    assert ingest(source, make_record()) == Taken(created=1)
    order = Order.across.get()
    assert (order.ext_order_id, order.status, order.total, order.version) == ("#1001", "new", Decimal("48.20"), 1)
    assert order.content["lineItems"][0]["itemPrice"] == Decimal("20.00")
    assert list(OrderLine.across.values_list("sku", "quantity")) == [("TEA-1", Decimal(2))]
    assert History.across.get().summary == "Ingested from Tea shop as “New”."
    assert Event.across.get().name == "order.created"


def test_an_unchanged_order_changes_nothing_and_says_nothing(source: Source) -> None:
    ingest(source, make_record())
    assert ingest(source, make_record(extOrderUpdatedAt=LATER)) == Taken(unchanged=1)
    assert (History.across.count(), Event.across.count()) == (1, 1)


def test_the_same_order_twice_in_a_page_counts_once_in_its_newest_version(source: Source) -> None:
    newer = make_record(extOrderUpdatedAt=LATER, totalPrice="50.00")
    assert ingest(source, newer, make_record()) == Taken(created=1)
    assert Order.across.get().total == Decimal("50.00")


def test_a_changed_order_is_updated_with_before_and_after(source: Source) -> None:
    ingest(source, make_record())
    assert ingest(source, make_record(extOrderUpdatedAt=LATER, totalPrice="50.00")) == Taken(updated=1)
    row = History.across.get(version=2)
    total = next(change for change in row.changes if change["path"] == "/totalPrice")
    assert (total["old"], total["value"]) == (Decimal("48.20"), Decimal("50.00"))
    assert Order.across.get().total == Decimal("50.00")


def test_changed_lines_are_rewritten(source: Source) -> None:
    ingest(source, make_record())
    lines = [{"uniqueId": "l9", "sku": "TIN-9", "quantity": 3}]
    ingest(source, make_record(extOrderUpdatedAt=LATER, lineItems=lines))
    assert list(OrderLine.across.values_list("sku", "quantity")) == [("TIN-9", Decimal(3))]


def test_an_older_report_is_passed_over(source: Source) -> None:
    ingest(source, make_record(extOrderUpdatedAt=LATER, totalPrice="50.00"))
    assert ingest(source, make_record(totalPrice="1.00")) == Taken(unchanged=1)
    assert Order.across.get().total == Decimal("50.00")


def test_a_cancellation_in_the_channel_cancels_an_order_on_hold_and_ends_its_hold(
    source: Source, owner: object
) -> None:
    order = make_order(source)
    edits.hold(order.pk, until=LATER, next_status=OrderStatus.READY_FOR_FULFILLMENT, reason="Wait", by=Actor.system())
    assert ingest(source, make_record(extOrderUpdatedAt=LATER, canceled=True, paymentStatus="canceled")) == Taken(
        updated=1
    )
    order.refresh_from_db()
    assert (order.status, order.hold_until) == ("canceled", None)
    assert Hold.across.get().outcome == "superseded"


def test_a_refused_record_becomes_an_exception_and_the_rest_of_the_page_is_taken(source: Source) -> None:
    bad = Refused("1002", "items.0.quantity", "must not be negative", b'{"id": 1002}')
    assert take(source, [make_record()], refused=[bad], by=CHANNEL) == Taken(created=1, refused=1)
    problem = OrderException.across.get()
    assert problem.message == "Order 1002, items.0.quantity: must not be negative"
    assert bytes(problem.raw or b"") == b'{"id": 1002}'


def test_a_refused_record_met_again_is_counted_and_closed_when_it_fits(source: Source) -> None:
    bad = Refused("1001", "total", "must be a number", b"{}")
    take(source, [], refused=[bad], by=CHANNEL)
    take(source, [], refused=[bad], by=CHANNEL)
    assert OrderException.across.get().times == 2
    ingest(source, make_record())
    assert OrderException.across.get().state == "resolved"


def test_an_order_deleted_in_the_channel_is_canceled_and_hidden_once(source: Source) -> None:
    order = make_order(source)
    assert take_deleted(source, ["1001", "unknown"], by=CHANNEL) == 1
    assert take_deleted(source, ["1001"], by=CHANNEL) == 0
    order.refresh_from_db()
    assert order.status == "canceled"
    assert order.deleted_at is not None


def test_the_same_number_in_two_stores_is_two_orders(source: Source) -> None:
    other = Source.across.create(organization=source.organization, name="Other shop", connector="ecwid")
    ingest(source, make_record())
    ingest(other, make_record())
    assert Order.across.count() == 2


POISON = {
    "NUL in the channel's own document": {"sourceDoc": {"userAgent": "a\u0000b"}},
    "a number no database holds": {"sourceDoc": {"weight": Decimal("1e999999")}},
    "half a surrogate pair": {"sourceDoc": {"name": "\ud800"}},
    "a sum that overflows": {
        "lineItems": [{"uniqueId": str(n), "sku": "A", "quantity": 999_999_999_999} for n in range(9)]
    },
    "a number that folds to eighteen times its length": {"extOrderId": "\ufdfa" * 300},
}


@pytest.mark.parametrize("fields", POISON.values(), ids=POISON.keys())
def test_what_cannot_be_stored_is_refused_alone_and_the_rest_of_its_page_is_taken(
    source: Source, fields: dict[str, object]
) -> None:
    page = [make_record(n) for n in range(1, 6)]
    page.insert(2, make_record(666, **fields))
    assert take(source, page, by=CHANNEL) == Taken(created=5, refused=1)
    assert "666" in OrderException.across.get().message
    assert bytes(OrderException.across.get().raw or b"") != b""


def test_an_update_that_cannot_be_stored_leaves_the_order_as_it_was(source: Source) -> None:
    ingest(source, make_record(1), make_record(2))
    changed = {"extOrderUpdatedAt": LATER, "totalPrice": "50.00"}
    poison = make_record(1, **changed, sourceDoc={"note": "\u0000"})
    assert ingest(source, poison, make_record(2, **changed)) == Taken(updated=1, refused=1)
    assert dict(Order.across.values_list("ext_order_api_id", "total")) == {"1": Decimal("48.20"), "2": Decimal("50.00")}


def test_a_report_that_differs_only_in_its_cancellation_is_news(source: Source) -> None:
    ingest(source, make_record())
    assert ingest(source, make_record(extOrderUpdatedAt=LATER, canceled=True)) == Taken(updated=1)
    assert Order.across.get().status == "canceled"


def test_a_late_report_is_passed_over_even_after_one_that_told_nothing_new(source: Source) -> None:
    ingest(source, make_record())
    ingest(source, make_record(extOrderUpdatedAt=LATER))
    between = LATER - dt.timedelta(minutes=1)
    assert ingest(source, make_record(extOrderUpdatedAt=between, totalPrice="50.00")) == Taken(unchanged=1)
    assert Order.across.get().total == Decimal("48.20")
