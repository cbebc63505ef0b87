"""What bundles are made of, and which products are not counted at all."""

from collections.abc import Iterable
from dataclasses import dataclass

from orders.models import BundleItem, Product


@dataclass(frozen=True, slots=True)
class Part:
    """One SKU of a bundle, and how many of it one bundle holds."""

    sku: str
    sku_folded: str
    per: int


Parts = dict[str, tuple[Part, ...]]


def parts_of(organization_id: int, folded_skus: Iterable[str]) -> Parts:
    """Return the components of those SKUs that are bundles, by folded SKU."""
    rows = BundleItem.across.filter(
        organization_id=organization_id, bundle__deleted_at=None, bundle__kind=Product.Kind.BUNDLE,
        bundle__organization_id=organization_id, bundle__sku_folded__in=set(folded_skus),
    ).order_by("bundle_id", "position")  # fmt: skip
    found: dict[str, list[Part]] = {}
    for bundle, sku, folded, per in rows.values_list("bundle__sku_folded", "sku", "sku_folded", "quantity"):
        found.setdefault(bundle, []).append(Part(sku, folded, per))
    return {bundle: tuple(parts) for bundle, parts in found.items()}


def untracked(organization_id: int, folded_skus: Iterable[str]) -> frozenset[str]:
    """Return those of the SKUs whose product says that its stock is not counted."""
    rows = Product.across.filter(
        organization_id=organization_id, sku_folded__in=set(folded_skus), deleted_at=None, not_tracked=True
    )
    return frozenset(rows.values_list("sku_folded", flat=True))
