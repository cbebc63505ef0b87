"""The order lines as rows: what filters by line and routing look through."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from orders.documents.catalogue import ORDER
from orders.models import Order, OrderLine
from portal.filters.facets import Facets
from portal.kit import json
from portal.kit.bulk import copy_rows
from portal.kit.json import Json
from portal.kit.text import fold

COLUMNS = (
    "organization_id", "order_id", "position", "unique_id", "sku", "sku_folded", "name_folded",
    "quantity", "item_price", "requires_shipping", "facets",
)  # fmt: skip
_FACETS = Facets(ORDER)


def line_rows(organization_id: int, order_id: int, content: Json) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of an order's lines in the order of `COLUMNS`."""
    for position, line in enumerate(content["lineItems"]):
        yield (
            organization_id, order_id, position, line["uniqueId"], line["sku"], fold(line["sku"]),
            None if (name := line.get("name")) is None else fold(name), line["quantity"], line.get("itemPrice"),
            line.get("requiresShipping", True), json.dumps_text(facets(line)),
        )  # fmt: skip


def facets(line: Json) -> Json:
    """Return the facets of a line of the document, whether it comes from a record or from the database."""
    named = line.get("customFields")
    return _FACETS.of_line(line | {"customFields": list(named)} if named.__class__ is tuple else line)


def write_lines(rows: Iterable[tuple[Any, ...]]) -> None:
    """Write new line rows."""
    copy_rows(OrderLine, COLUMNS, rows)


def rewrite_lines(orders: Sequence[Order]) -> None:
    """Replace the rows of orders whose lines have changed."""
    if not orders:
        return
    OrderLine.across.filter(order_id__in=[order.pk for order in orders]).delete()
    write_lines(row for order in orders for row in line_rows(order.organization_id, order.pk, order.content))
