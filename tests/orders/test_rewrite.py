"""The columns that repeat the document, written again for orders that were here before them."""

import pytest

from orders.documents.rewrite import rewrite_columns
from orders.models import Order, OrderLine, Source
from tests.factories import make_orders

pytestmark = pytest.mark.django_db


def rows() -> list[tuple[object, ...]]:
    return list(Order.across.order_by("pk").values_list("terms", "country_folded", "facets"))


def test_what_is_written_again_is_what_ingest_writes(source: Source) -> None:
    make_orders(source, range(1, 6))
    before, lines = rows(), list(OrderLine.across.order_by("pk").values())
    assert "'e:ana@example.com'" in str(before[0][0])
    assert before[0][1] == "us"
    Order.across.update(terms="", country_folded=None, facets={"integration": source.public_id})
    OrderLine.across.update(facets={"gone": 1})
    assert rewrite_columns(Order, batch=2) == 5
    assert rows() == before
    assert list(OrderLine.across.order_by("pk").values()) == lines


def test_it_goes_on_from_where_it_was_cut_off(source: Source) -> None:
    orders = make_orders(source, (1, 2, 3))
    Order.across.update(terms="")
    assert rewrite_columns(Order, after=orders[1].pk) == 1
    assert [bool(terms) for terms, _, _ in rows()] == [False, False, True]
