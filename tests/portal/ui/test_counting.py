"""How lists count: exactly where that is soon known, else by a sample; and within their time."""

import time

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from orders.models import Order, Source
from portal.ui import counting
from tests.factories import make_orders


@pytest.fixture
def rows(source: Source) -> QuerySet[Order]:
    make_orders(source, range(1, 201))
    return Order.objects.within(source.organization)


def slow(rows: QuerySet[Order]) -> QuerySet[Order]:
    return rows.annotate(slow=RawSQL("pg_sleep(0.02)::text", [])).filter(slow="")


@pytest.mark.django_db
def test_what_is_soon_counted_is_counted_exactly(rows: QuerySet[Order]) -> None:
    assert counting.count(rows) == (200, False)
    assert counting.count(rows.filter(number_folded="#7")) == (1, False)
    assert counting.count(rows.none()) == (0, False)
    assert counting.count(rows.select_related("source").order_by("-placed_at")) == (200, False)


@pytest.mark.django_db
def test_beyond_the_bound_a_sample_tells(rows: QuerySet[Order], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "EXACT", 5)
    total, about = counting.count(rows)
    assert about
    assert 180 <= total <= 200  # some of the thousand places are the same row
    tens = rows.filter(number_folded__endswith="0")
    some, about = counting.count(tens)
    assert about
    assert 12 <= some <= 30
    assert counting.count(tens) == (some, True)


@pytest.mark.django_db
def test_an_estimate_tells_two_digits() -> None:
    assert [counting._rounded(one) for one in (0, 7, 99, 104, 105, 12_345, 987_654)] == [
        0, 7, 99, 100, 110, 12_000, 990_000,
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_count_that_takes_long_is_given_up_inside_a_transaction(rows: QuerySet[Order]) -> None:
    started = time.monotonic()
    number, about, late = counting.count_in_time(slow(rows), 50)
    assert (about, late) == (True, True)
    assert number > 0
    assert time.monotonic() - started < 2
    assert rows.count() == 200  # the transaction lives on
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() != ("50ms",)


@pytest.mark.django_db(transaction=True)
def test_a_count_that_takes_long_is_given_up_outside_of_transactions(source: Source) -> None:
    make_orders(source, range(1, 201))
    rows = Order.objects.within(source.organization)
    assert counting.count(rows) == (200, False)
    assert counting.count_in_time(slow(rows), 50).late
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() != ("50ms",)


@pytest.mark.django_db
def test_an_error_is_not_taken_for_a_late_answer(rows: QuerySet[Order]) -> None:
    broken = rows.annotate(wrong=RawSQL("1 / (total - total)", [])).filter(wrong=1)
    with pytest.raises(Exception, match="division by zero"), transaction.atomic():
        counting.count(broken)
