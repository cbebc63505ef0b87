"""Suggestions from the catalogue: SKUs and names for the list's filters and for the editor of bundles."""

from collections.abc import Sequence
from typing import cast

from django.db.models import QuerySet

from orders.documents.product import ENTITY, PRODUCT
from orders.lists.products import sources
from orders.models import Product
from portal.filters.fields import Choice, Field
from portal.kit.text import fold
from portal.tenancy.models import Organization
from portal.ui.suggest import MOST, Suggestion, Suggestions, suggestions

_CHANNELS = frozenset({"integration", "published[].integrationId"})
_KNOWN = frozenset({"sku", "name", "bundleItems[].sku"}) | _CHANNELS


def knows(field: Field) -> bool:
    """Say whether there are suggestions for a field."""
    return field.path in _KNOWN


def find(organization: Organization, field: Field, text: str) -> Sequence[Suggestion]:
    """Return what fits a text: those that begin with it first, each with the name or the SKU beside it."""
    if field.path in _CHANNELS:
        return [Suggestion(key, name) for key, name in sources(organization) if fold(text) in fold(name)]
    rows = cast("QuerySet[Product]", Product.objects.within(organization)).filter(deleted_at=None)
    for word in fold(text).split():
        rows = rows.filter(sku_folded__contains=word) | rows.filter(name_folded__contains=word)
    column = "name" if field.path == "name" else "sku"
    first = list(rows.filter(**{f"{column}_folded__startswith": fold(text)}).order_by(f"{column}_folded")[:MOST])
    rest = rows.exclude(pk__in=[one.pk for one in first]).order_by(f"{column}_folded")[: MOST - len(first)]
    found = [*first, *rest]
    return [
        Suggestion(one.name, note=one.sku) if column == "name" else Suggestion(one.sku, note=one.name) for one in found
    ]


def named(organization: Organization, field: Field) -> Sequence[Choice]:
    """Return the channels by name, for the fields that hold their IDs."""
    return sources(organization) if field.path in _CHANNELS else ()


suggestions.register("products", Suggestions("products", ENTITY, lambda: PRODUCT, knows, find, named))
