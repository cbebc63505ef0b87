"""What a warehouse keeps beside our products: what found each other, and what one side alone has. What people map."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from integrations.manifest import Direction, Role
from integrations.models import Integration, WarehouseItem
from integrations.registry import connectors
from integrations.sync import matching
from orders.models import BundleItem, Location, Product, Publication
from orders.products import editing
from portal.audit.actor import Actor
from portal.kit.text import fold

FLOW = "products"
_P = Publication.State


class CannotMap(ValueError):
    """Two SKUs cannot be the same thing; the message says why, for people."""


def are_kept(integration: Integration) -> bool:
    """Say whether it is a warehouse that tells what it keeps."""
    manifest = connectors.get(integration.connector)
    flows = [one for one in manifest.flows if one.key == FLOW and Direction.PULL in one.built]
    return manifest.role is Role.FULFILLMENT_CHANNEL and bool(flows)


def matched(integration: Integration) -> int:
    """Return how many products found what they are at the warehouse."""
    return _known(integration).count()


def ours(integration: Integration, text: str = "") -> "QuerySet[Product]":
    """Return products that the warehouse does not know, each with whether it is being made there (`asked`)."""
    rows = unknown_products(integration)
    wanted = fold(text.strip())
    return rows.filter(Q(sku_folded__contains=wanted) | Q(name_folded__contains=wanted)) if wanted else rows


def theirs(integration: Integration, text: str = "") -> "QuerySet[WarehouseItem]":
    """Return what the warehouse keeps and no product here is."""
    rows = unmatched_items(integration)
    wanted = fold(text.strip())
    return rows.filter(Q(sku_folded__contains=wanted) | Q(name__icontains=text.strip())) if wanted else rows


def mapped(integration: Integration, text: str = "") -> "QuerySet[Publication]":
    """Return the publications of products whose SKU there is another one."""
    rows = _known(integration).exclude(sku_folded=F("product__sku_folded")).select_related("product")
    if wanted := fold(text.strip()):
        rows = rows.filter(Q(sku_folded__contains=wanted) | Q(product__sku_folded__contains=wanted))
    return rows.order_by("product__sku_folded")


LISTS: Mapping[str, Callable[[Integration, str], "QuerySet[Any]"]] = {"ours": ours, "theirs": theirs, "mapped": mapped}
"""Each narrowed by a text to SKUs and names that hold it."""


def _known(integration: Integration) -> "QuerySet[Publication]":
    rows: QuerySet[Publication] = Publication.across.filter(
        source_id=integration.source_id, product__deleted_at=None
    ).exclude(ext_product_api_id="")
    return rows


def unmatched_items(integration: Integration) -> "QuerySet[WarehouseItem]":
    """Return what the warehouse keeps and no product here is, by SKU; at the end what has none there."""
    known = _known(integration).filter(ext_product_api_id=OuterRef("item_id"))
    rows: QuerySet[WarehouseItem] = WarehouseItem.across.filter(~Exists(known), integration=integration)
    nameless = ExpressionWrapper(Q(sku_folded=""), output_field=BooleanField())
    return rows.order_by(nameless, "sku_folded", "pk")


def unknown_products(integration: Integration) -> "QuerySet[Product]":
    """Return the products that could be shipped and that the warehouse does not know, by SKU.

    Left out are those that are switched off there, parents, and bundles that go out as their components.
    """
    there = Publication.across.filter(product_id=OuterRef("pk"), source_id=integration.source_id)
    rows: QuerySet[Product] = Product.objects.within(integration.organization).filter(
        ~Exists(there.filter(~Q(ext_product_api_id="") | Q(state=_P.DISABLED))), deleted_at=None
    )
    rows = rows.exclude(kind=Product.Kind.PARENT)
    whole = Location.across.filter(fulfillment_source_id=integration.source_id, preserve_bundles=True, deleted_at=None)
    if not whole.exists():
        rows = rows.exclude(Exists(BundleItem.across.filter(bundle_id=OuterRef("pk"))), kind=Product.Kind.BUNDLE)
    asked = there.filter(state=_P.TO_BE_PUBLISHED)
    return rows.annotate(asked=Exists(asked)).only("public_id", "sku", "name").order_by("sku_folded", "pk")


def join(integration: Integration, sku: str, theirs: str, *, by: Actor) -> tuple[Product, str]:
    """Say that a SKU of ours is one of theirs. Returns the product and their SKU as they write it. Raises CannotMap."""
    name = integration.name
    products = Product.objects.within(integration.organization).filter(sku_folded=fold(sku.strip()), deleted_at=None)
    product = products.first()
    if product is None:
        raise CannotMap(_("No product here has the SKU “%(sku)s”. Check how it is written.") % {"sku": sku.strip()})
    if product.kind == Product.Kind.PARENT:
        raise CannotMap(_("“%(sku)s” only groups its variants. Choose one of them.") % {"sku": product.sku})
    items = WarehouseItem.across.filter(integration=integration, sku_folded=fold(theirs.strip()))
    item = items.exclude(sku_folded="").order_by("-active", "pk").first()
    if item is None:
        told = {"name": name, "sku": theirs.strip()}
        raise CannotMap(_("%(name)s keeps nothing under the SKU “%(sku)s”. Check how it is written there.") % told)
    other = _known(integration).filter(sku_folded=item.sku_folded).exclude(product_id=product.pk).first()
    if other is not None:
        told = {"theirs": item.sku, "name": name, "ours": other.product.sku}
        raise CannotMap(_("“%(theirs)s” at %(name)s is “%(ours)s” here already.") % told)
    _set(integration, product, {"sku": item.sku, "state": _P.PUBLISHED.value}, by=by)
    return product, item.sku


def part(integration: Integration, product: Product, *, by: Actor) -> None:
    """Forget what a product is called there; where the warehouse knows its own SKU, that is meant again."""
    _set(integration, product, None, by=by)


def have_made(integration: Integration, product: Product, *, by: Actor) -> None:
    """Have a product made there, under the SKU that it is to have there."""
    _set(integration, product, {"state": _P.TO_BE_PUBLISHED.value}, by=by)


def makes(integration: Integration) -> bool:
    """Say whether products are made there."""
    return bool(integration.flows.get(FLOW) == Direction.PUSH)


def _set(integration: Integration, product: Product, told: dict[str, str] | None, *, by: Actor) -> None:
    with transaction.atomic():
        editing.set_channel(product, integration.source, told, by=by)
        matching.match(integration)
