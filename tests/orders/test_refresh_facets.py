"""`manage.py refresh_facets`: what filters read beside an order is written again."""

import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from orders.documents import rewrite
from orders.models import Order, OrderLine, Source
from tests.factories import make_order

pytestmark = pytest.mark.django_db


def run(*arguments: Any) -> str:
    out = io.StringIO()
    call_command("refresh_facets", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def orders(source: Source) -> list[Order]:
    """Three orders; the facets of the first, and of a line of the second, are as an older catalogue wrote them."""
    line = {"uniqueId": "l1", "sku": "TEA-1", "quantity": 1, "taxable": True}
    made = [make_order(source, number, orderTax="3.20", lineItems=[line]) for number in (1, 2, 3)]
    Order.across.filter(pk=made[0].pk).update(facets={"integration": source.public_id})
    OrderLine.across.filter(order=made[1]).update(facets={})
    return made


def tax(order: Order) -> Any:
    return Order.across.get(pk=order.pk).facets.get("orderTax")


def test_a_dry_run_counts_and_writes_nothing(orders: list[Order]) -> None:
    assert run("--dry-run") == "2 of 3 orders are out of date.\n"
    assert tax(orders[0]) is None


def test_orders_and_lines_are_written_again_by_batches(orders: list[Order]) -> None:
    assert run("--batch", "2").splitlines() == [
        f"2 orders written; the last one is {orders[1].pk}.",
        f"3 orders written; the last one is {orders[2].pk}.",
        "Done: 3 orders.",
    ]
    assert tax(orders[0]) == Decimal("3.20")
    assert OrderLine.across.get(order=orders[1]).facets["taxable"] is True
    assert run("--dry-run") == "0 of 3 orders are out of date.\n"


def test_it_goes_on_where_it_was_stopped(orders: list[Order], monkeypatch: pytest.MonkeyPatch) -> None:
    lines = rewrite._rewrite_lines

    def stop_at_the_second(some: Any) -> None:
        if some and some[0].pk == orders[1].pk:
            raise KeyboardInterrupt
        lines(some)

    monkeypatch.setattr(rewrite, "_rewrite_lines", stop_at_the_second)
    with pytest.raises(CommandError, match=f"Go on with --after {orders[0].pk}") as stopped:
        run("--batch", "1")
    assert stopped.value.returncode == 130
    monkeypatch.undo()
    assert run("--after", str(orders[0].pk)).endswith("Done: 2 orders.\n")
    assert run("--dry-run") == "0 of 3 orders are out of date.\n"


def test_a_batch_of_nothing_is_refused(db: None) -> None:
    with pytest.raises(CommandError, match="at least 1"):
        run("--batch", "0")
