"""Many rows in one statement come out as the ORM would have written them."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.models import Order, ShippingRequestLine, Source
from portal.kit.bulk import copy_new, update_rows
from tests.factories import make_location, make_order
from tests.orders.inventory.stock import make_request

pytestmark = pytest.mark.django_db
WHEN = dt.datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=dt.UTC)
NASTY = 'a "quoted" \\ % {brace} é\t🫖'


@pytest.fixture
def order(source: Source) -> Order:
    return make_order(source)


def test_rows_are_changed_to_any_value_in_one_statement(order: Order) -> None:
    other = make_order(order.source, 1002)
    values = {
        "content": order.content | {"note": NASTY, "totalPrice": Decimal("0.10")}, "tags_folded": ["a,b", NASTY],
        "total": Decimal("12.345678"), "hold_until": None, "last_routed_at": WHEN, "customer_name": NASTY,
        "email_folded": None, "source_doc": None, "terms": "'tea':1",
    }  # fmt: skip
    rows = [(pk, *values.values()) for pk in (order.pk, other.pk)]
    with CaptureQueriesContext(connection) as asked:
        assert update_rows(Order, list(values), rows, touched=["updated_at"]) == 2
        assert update_rows(Order, list(values), []) == 0
    assert len(asked) == 1
    for before in (order, other):
        after = Order.across.get(pk=before.pk)
        assert {name: getattr(after, name) for name in values} == values
        assert (after.version, after.status) == (before.version, before.status)
        assert after.updated_at != before.updated_at


def test_new_rows_get_keys_and_what_the_database_has_a_default_for(order: Order) -> None:
    request = make_request(order, make_location(order.source))
    made = [
        ShippingRequestLine(
            organization=order.organization, request=request, position=place, unique_id="l1", sku=NASTY,
            sku_folded=NASTY, quantity=Decimal("1.5"),
        )
        for place in (7, 8)
    ]  # fmt: skip
    copy_new(made)
    copy_new([])
    for one in made:
        row = ShippingRequestLine.across.get(pk=one.pk)
        assert (row.position, row.sku, row.per_bundle) == (one.position, NASTY, 1)
        assert (row.quantity, row.fulfilled) == (Decimal("1.5"), Decimal(0))
        one.position += 10
        one.save()
    assert sorted(request.lines.values_list("position", flat=True)) == [0, 17, 18]
