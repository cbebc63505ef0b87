"""The lines of an order with links to their products, where there are such: many shops keep no products here."""

from dataclasses import replace

from django.urls import reverse

from orders.models import Order
from orders.products.queries import by_skus
from orders.shown.facts import Lines
from portal.kit.text import fold


def linked(order: Order, lines: Lines) -> Lines:
    """Return the same lines, each with the address of its product.

    No query where the order was read with its products (`orders.queries.one`), else one for all of them.
    """
    known: list[list[str]] | None = order.__dict__.get("line_products")
    if known is None:
        skus = {line.sku for line in lines.shown if line.sku}
        known = [[sku, one.public_id] for sku, one in by_skus(order.organization, skus).items()] if skus else []
    if not known:
        return lines
    urls = {sku: reverse("orders:product", args=[public_id]) for sku, public_id in known}
    return replace(lines, shown=[replace(line, product=urls.get(fold(line.sku), "")) for line in lines.shown])
