"""The invented million, at the size of a test: its documents are real ones, its shape is the data's."""

import datetime as dt
from collections import Counter

import pytest
from django.db import connection

from bench import builder, million, shapes, sql_filters
from bench.shop import Shop
from orders.documents.catalogue import ORDER
from orders.documents.columns import columns, content
from orders.models import Hold, Order, OrderLine, Source
from orders.records.order import OrderRecord
from portal.filters.check import check
from portal.kit import json
from portal.tenancy.models import Organization, User

END = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
ORDERS = 400


@pytest.fixture(scope="module")
def shape() -> shapes.Shape:
    return shapes.shape(300)


def test_an_invented_order_is_one_that_a_channel_could_have_handed_in(shape: shapes.Shape) -> None:
    for number in range(0, ORDERS, 7):
        document, _status = shapes.document(number, ORDERS, shape, END)
        told = json.loads(json.dumps(content(OrderRecord.model_validate(document))))
        assert {name: told[name] for name in document} == json.loads(json.dumps(document))


def test_the_same_number_gives_the_same_order(shape: shapes.Shape) -> None:
    assert shapes.document(5, ORDERS, shape, END) == shapes.document(5, ORDERS, shape, END)


def test_orders_have_three_lines_in_the_mean_and_some_have_many(shape: shapes.Shape) -> None:
    assert sum(shape.counts) / len(shape.counts) == pytest.approx(3, abs=0.01)
    assert min(shape.counts) == 1
    assert max(shape.counts) > 10


def test_orders_spread_over_two_years_and_few_are_open(shape: shapes.Shape) -> None:
    made = [shapes.document(number, 3_000, shape, END) for number in range(0, 3_000, 3)]
    placed = [dt.datetime.fromisoformat(document["extOrderCreatedAt"]) for document, _ in made]
    assert max(placed) < END
    assert 700 < (max(placed) - min(placed)).days <= 731
    stands = Counter(status.value for _, status in made)
    assert stands["fulfilled"] > stands["archived"] > stands["canceled"] > 0


@pytest.mark.django_db(transaction=True)
def test_the_rows_are_those_that_ingest_would_have_written(monkeypatch: pytest.MonkeyPatch) -> None:
    made = shapes.shape(300)
    monkeypatch.setattr(shapes, "shape", lambda: made)
    million.fill(ORDERS, processes=1, end=END)
    assert Order.across.count() == ORDERS
    assert OrderLine.across.count() == sum(Order.across.values_list("line_count", flat=True))
    assert Hold.across.count() == Order.across.filter(status="onHold").count()
    for order in Order.across.order_by("pk")[::40]:
        told = columns(order.content, Source.across.get(pk=order.source_id).public_id)
        assert (order.facets, order.country_folded, order.total) == (told.facets, told.country_folded, told.total)
    _asked_as_measured()


def _asked_as_measured() -> None:
    """Ask the twelve filters and the builder's edits once; with so few rows the planner is told to use indexes."""
    organization, at = Organization.objects.get(), END + dt.timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SET enable_seqscan = off")
    try:
        for one in sql_filters.filters():
            assert [check(tree, ORDER) for tree in one.trees] == [[]] * len(one.trees)
            assert not one.indexed or sql_filters.read_whole(one, organization, dt.UTC, at) == set(), one.name
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET enable_seqscan")
    shop = Shop(organization, Source.across.order_by("pk")[0], User.objects.get())
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patch:
        patch.setattr(builder, "WARM", 0)
        patch.setattr(builder, "TIMES", 1)
        assert len(builder.measure(shop)) == 1 + len(builder.EDITS)
