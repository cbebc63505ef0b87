"""Locking orders: one function, one order of locking (orders by id, then what hangs on them)."""

from collections.abc import Iterable

from orders.models import Order


def lock(ids: Iterable[int], *, with_content: bool = True, skip_locked: bool = False) -> dict[int, Order]:
    """Lock orders in this transaction and return them by id.

    Without content the big document is not read; with `skip_locked`, what others hold is left out.
    """
    rows = Order.across.select_for_update(skip_locked=skip_locked, of=("self",)).filter(pk__in=list(ids))
    rows = rows.defer("source_doc", "terms") if with_content else rows.defer("source_doc", "terms", "content")
    return {order.pk: order for order in rows.order_by("pk")}


def lock_source(source_id: int) -> None:
    """Let one ingest at a time work on a source, until the transaction ends."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('orders.source'), %s)", [source_id % 2**31])
