from itertools import islice

import pytest

from bench import database, handwritten, multiply, plain_django, whole_path
from bench.data import _invented
from bench.shop import open_shop
from orders.models import Hold, Order, OrderLine
from orders.search import search

pytestmark = pytest.mark.django_db(transaction=True)
RECORDS = tuple(islice(_invented(), 4))


def test_the_product_and_both_hands_leave_the_same_rows() -> None:
    shop = open_shop()
    assert whole_path.fill(shop, RECORDS).orders == 4
    tables = handwritten.read_back()
    left = {one.table: sum(map(len, one.by_order.values())) for one in tables}
    assert left["orders_order"] == left["orders_hold"] == left["automations_run"] == 4
    assert left["portal_history"] == 8
    for write in (handwritten.write_in_pipeline, handwritten.write_by_copy):
        database.empty()
        assert not Order.across.exists()
        assert write(tables) > 0
        assert handwritten.count(handwritten.read_back()) == handwritten.count(tables)


def test_the_plain_way_holds_each_order_once() -> None:
    shop = open_shop()
    assert plain_django.in_one_process(shop, RECORDS) > 0
    assert set(Order.across.values_list("status", flat=True)) == {"onHold"}
    assert OrderLine.across.count() == sum(len(record.line_items) for record in RECORDS)


def test_copied_orders_have_their_own_rows_and_most_are_done_with() -> None:
    shop = open_shop()
    whole_path.fill(shop, RECORDS)
    multiply.multiply(10)
    assert Order.across.count() == Hold.across.count() == 40
    assert Order.across.filter(status="onHold").count() == Hold.across.filter(ended_at=None).count() == 12
    assert OrderLine.across.count() == 10 * sum(len(record.line_items) for record in RECORDS)
    number, rows = RECORDS[0].ext_order_id, Order.objects.within(shop.organization)
    for one in (number, f"{number}-3"):
        assert [order.ext_order_id for order in search(rows, one).rows] == [one]
