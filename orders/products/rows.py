"""Reading and locking products: whole, with what their documents tell, and in one order."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Prefetch, QuerySet

from orders.models import BundleItem, Product, Publication


def whole(rows: QuerySet[Product]) -> QuerySet[Product]:
    """Return rows with everything that their documents tell, but without the owner's own document."""
    beside: list[Any] = [
        Prefetch("bundle_items", BundleItem.across.order_by("position"), to_attr="parts"),
        Prefetch(
            "publications",
            Publication.across.select_related("source").order_by("source__name", "pk"),
            to_attr="channels",
        ),
    ]
    return (
        rows.select_related("organization", "owner", "parent")
        .defer("source_doc", "facets", "parent__content", "parent__facets", "parent__kept", "parent__source_doc")
        .prefetch_related(*beside)
    )


def lock(ids: Iterable[int]) -> dict[int, Product]:
    """Lock products in the order of their numbers, in this transaction, and return them whole by number."""
    rows = Product.across.select_for_update().filter(pk__in=list(ids)).order_by("pk")
    locked = list(rows.values_list("pk", flat=True))  # read apart: a join would bring the parent of before the wait
    return {one.pk: one for one in whole(Product.across.filter(pk__in=locked)).order_by("pk")}


def lock_catalogue(organization_id: int) -> None:
    """Let one at a time make products or change SKUs in an organization, until the transaction ends.

    So two channels that report the same SKU at one moment make one product, and nobody meets the constraint.
    Take it before products are locked, and after the source (`orders.locks.lock_source`).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('orders.products'), %s)", [organization_id % 2**31])
