"""What a SKU is called elsewhere: ours to an integration's and back, by publications (behaviour.md 5.6)."""

from collections.abc import Iterable

from django.db.models import QuerySet

from orders.models import Publication, Source
from portal.kit.text import fold


def their_skus(source: Source, skus: Iterable[str]) -> dict[str, str]:
    """Return what the integration calls each of our SKUs: by the product's publication there, else the same."""
    asked = list(dict.fromkeys(skus))
    rows = _published(source).filter(product__sku_folded__in={fold(sku) for sku in asked}).exclude(sku="")
    told = dict(rows.values_list("product__sku_folded", "sku"))
    return {sku: told.get(fold(sku), sku) for sku in asked}


def our_skus(source: Source, skus: Iterable[str]) -> dict[str, str]:
    """Return what we call each SKU of the integration: the product published under it there, else the same.

    Where two products are published under one SKU, the one that was made first is meant.
    """
    asked = list(dict.fromkeys(skus))
    rows = _published(source).filter(sku_folded__in={fold(sku) for sku in asked}).order_by("-product_id")
    told = dict(rows.values_list("sku_folded", "product__sku"))
    return {sku: told.get(fold(sku), sku) for sku in asked}


def _published(source: Source) -> "QuerySet[Publication]":
    rows: QuerySet[Publication] = Publication.across.filter(
        source=source, organization_id=source.organization_id, product__deleted_at=None
    ).exclude(state=Publication.State.DISABLED)
    return rows
