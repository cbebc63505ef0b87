"""What pages ask of products. Each function is one query, or three where products are read whole."""

from collections.abc import Iterable
from typing import Any, cast

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from orders.models import BundleItem, InventoryLevel, Product
from orders.products.rows import whole
from portal.kit.ids import is_public_id
from portal.kit.text import fold
from portal.tenancy.models import Organization

MOST_VARIANTS = 200
MOST_BUNDLES = 50


def in_list(organization: Organization) -> QuerySet[Product]:
    """Return the products of a list, whole, and whether each is a component of a bundle; without deleted ones."""
    return _with_component(organization, _within(organization).filter(deleted_at=None))


def one(organization: Organization, public_id: str) -> Product:
    """Return a product, a deleted one too. Raises Http404, also for another organization's."""
    found = _with_component(organization, _within(organization).filter(public_id=public_id)).first()
    if found is None:
        raise Http404(_("There is no such product here."))
    return found


def _within(organization: Organization) -> QuerySet[Product]:
    return cast("QuerySet[Product]", Product.objects.within(organization))


def _with_component(organization: Organization, rows: QuerySet[Product]) -> QuerySet[Product]:
    inside = BundleItem.objects.within(organization).filter(sku_folded=OuterRef("sku_folded"), bundle__deleted_at=None)
    return whole(rows).annotate(component=Exists(inside))


def search(rows: QuerySet[Product], text: str) -> QuerySet[Product]:
    """Find by any part of the SKU or the name, by barcode, and by what a channel calls it."""
    wanted = fold(text)
    told = Q(sku_folded__contains=wanted) | Q(name_folded__contains=wanted) | Q(public_id=wanted[:16])
    exactly = text.strip()
    there = _published(
        rows,
        Q(publications__sku_folded=wanted)
        | Q(publications__ext_product_id=exactly)
        | Q(publications__ext_product_api_id=exactly),
    )
    return rows.filter(told | Q(content__upc=exactly) | Q(content__partId=exactly) | Q(pk__in=there))


def _published(rows: QuerySet[Any], how: Q) -> QuerySet[Any]:
    """Return the numbers of those of the products that are on a channel in this way."""
    bare: QuerySet[Any] = rows.order_by().select_related(None).prefetch_related(None).filter(how).values("pk")
    return bare


def by_id(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Return the products that an ID means: our own, `ext:` or `api:` and what a channel calls it, or a SKU."""
    if is_public_id(text):
        return rows.filter(public_id=text)
    kind, colon, rest = text.partition(":")
    names = {"ext": "ext_product_id", "api": "ext_product_api_id"}
    if colon and kind in names:
        return rows.filter(pk__in=_published(rows, Q(**{f"publications__{names[kind]}": rest})))
    return rows.filter(sku_folded=fold(text))


def variants_of(product: Product) -> list[Product]:
    """Return the variants of a parent, by SKU."""
    rows = _within(product.organization).filter(parent=product, deleted_at=None)
    return list(rows.only("public_id", "sku", "name", "content").order_by("sku_folded")[:MOST_VARIANTS])


def bundles_with(product: Product) -> list[tuple[Product, int]]:
    """Return the bundles that hold a product, each with how many of it."""
    rows = BundleItem.objects.within(product.organization).filter(
        sku_folded=product.sku_folded, bundle__deleted_at=None
    )
    rows = rows.select_related("bundle").only("quantity", "bundle__public_id", "bundle__sku", "bundle__name")
    return [(row.bundle, row.quantity) for row in rows.order_by("bundle__sku_folded")[:MOST_BUNDLES]]


def stock_of(product: Product) -> list[InventoryLevel]:
    """Return the stock records of a product's SKU, places first by name."""
    rows = InventoryLevel.objects.within(product.organization).filter(sku_folded=product.sku_folded)
    return list(rows.select_related("location").order_by("location__name", "pk"))


def by_skus(organization: Organization, skus: Iterable[str]) -> dict[str, Product]:
    """Return the living products of SKUs, by folded SKU, with their names alone."""
    rows = _within(organization).filter(sku_folded__in={fold(sku) for sku in skus}, deleted_at=None)
    return {one.sku_folded: one for one in rows.only("public_id", "sku", "sku_folded", "name", "kind")}


def stocked_skus(organization: Organization, skus: Iterable[str]) -> set[str]:
    """Return which folded SKUs have stock records."""
    stock = InventoryLevel.objects.within(organization).filter(sku_folded__in=set(skus))
    return set(stock.values_list("sku_folded", flat=True))
