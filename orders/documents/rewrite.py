"""Writing the columns that repeat the document again, for orders that are here already.

When the form of a column changes (a new column, another field in the facets), a migration calls
`rewrite_columns`, or a person `manage.py refresh_facets`: by batches, so that no transaction is long, and
again from where it was cut off.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection, transaction

from orders.documents.catalogue import ORDER
from orders.documents.columns import columns
from portal.filters.facets import Facets
from portal.kit import json

BATCH = 1_000
REWRITTEN = ("facets", "terms", "country_folded")


class Batch(NamedTuple):
    """How many orders one transaction has written, and the last one's ID: from there it goes on."""

    orders: int
    last: int


def rewrite_columns(model: Any, *, after: int = 0, batch: int = BATCH) -> int:
    """Write the columns of every row of `model` again whose ID is beyond `after`, and those of its lines.

    `model` is the order's model, as the migration that calls has it. Returns how many orders.
    """
    return sum(done.orders for done in rewriting(model, after=after, batch=batch))


def rewriting(model: Any, *, after: int = 0, batch: int = BATCH) -> Iterator[Batch]:
    """Do the same step by step: each batch that is yielded is committed."""
    while True:
        with transaction.atomic():
            rows = model._base_manager.select_for_update().filter(pk__gt=after).order_by("pk")
            some = list(rows.only("pk", "content", "facets")[:batch])
            for row in some:
                told = columns(row.content, row.facets.get("integration", ""))
                for name in REWRITTEN:
                    setattr(row, name, getattr(told, name))
            model._base_manager.bulk_update(some, REWRITTEN)
            _rewrite_lines(some)
        if not some:
            return
        after = some[-1].pk
        yield Batch(len(some), after)


def stale(model: Any, lines: Any, *, after: int = 0, batch: int = BATCH) -> Iterator[tuple[Batch, int]]:
    """Yield each batch with how many of its orders have facets that differ from those of their document."""
    facets = Facets(ORDER)
    while True:
        rows = model._base_manager.filter(pk__gt=after).order_by("pk")
        some = list(rows.only("pk", "content", "facets")[:batch])
        if not some:
            return
        after = some[-1].pk
        kept: dict[int, dict[int, Any]] = {}
        for order, position, told in lines._base_manager.filter(order__in=[row.pk for row in some]).values_list(
            "order_id", "position", "facets"
        ):
            kept.setdefault(order, {})[position] = told
        old = sum(_differs(row, kept.get(row.pk, {}), facets) for row in some)
        yield Batch(len(some), after), old


def _differs(order: Any, lines: Mapping[int, Any], facets: Facets) -> bool:
    told = facets.of(order.content | {"integration": order.facets.get("integration", "")})
    if told != order.facets:
        return True
    return any(facets.of_line(line) != lines.get(position) for position, line in enumerate(order.content["lineItems"]))


def _rewrite_lines(orders: Sequence[Any]) -> None:
    facets = Facets(ORDER)
    rows = [
        (order.pk, position, json.dumps_text(facets.of_line(line)))
        for order in orders
        for position, line in enumerate(order.content["lineItems"])
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE orders_orderline l SET facets = n.facets
            FROM unnest(%s::bigint[], %s::int[], %s::jsonb[]) AS n(order_id, position, facets)
            WHERE l.order_id = n.order_id AND l.position = n.position AND l.facets <> n.facets
            """,
            [[row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]],
        )
