"""What does not fit of what people want of a product: told in sentences, for one product or for a whole file.

Everything that is asked about is read before (`look`), in three queries however many products are checked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from orders.models import BundleItem, Product
from orders.products import queries
from orders.products.write import Parent, Part
from portal.kit.text import fold
from portal.tenancy.models import Organization

BUNDLE, PARENT, CHILD = Product.Kind.BUNDLE, Product.Kind.PARENT, Product.Kind.CHILD


@dataclass(frozen=True, slots=True)
class Fault:
    """What does not fit of what somebody wants: the field (`parts.2` is the third component), and why."""

    field: str
    why: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody has filled in about a product."""

    fields: Mapping[str, Any]
    """Members of the document (`orders.documents.product`); None takes one away. What is left out stays."""
    parts: Sequence[Part] | None = None
    parent_sku: str | None = None
    """SKU of the parent; empty: it has none; None: as it is."""

    def skus(self, product: Product | None) -> set[str]:
        """Return every SKU that it names, folded."""
        own = str(self.fields.get("sku", product.sku if product else ""))
        return {fold(one) for one in (own, self.parent_sku or "", *(part.sku for part in self.parts or ()))}


@dataclass(slots=True)
class Around:
    """What there is, or will be in a moment, of the SKUs that are named; all of them folded."""

    products: dict[str, Product]
    kinds: dict[str, str]
    stock: set[str]
    inside: dict[str, str]
    """Of a component: the SKU of a bundle that holds it."""
    coming: set[str] = field(default_factory=set)
    """SKUs of the same file that are new."""

    def comes(self, sku: str, wanted: Wanted, product: Product | None) -> None:
        """Say that a file brings or changes this product."""
        folded = fold(sku)
        if product is None:
            self.coming.add(folded)
        self.kinds[folded] = str(wanted.fields.get("kind", self.kinds.get(folded, Product.Kind.SIMPLE)))
        for part in wanted.parts or ():
            self.inside.setdefault(fold(part.sku), sku)


def look(organization: Organization, skus: Iterable[str]) -> Around:
    """Read what there is of these SKUs."""
    asked = set(skus) - {""}
    products = queries.by_skus(organization, asked)
    rows = BundleItem.objects.within(organization).filter(sku_folded__in=asked, bundle__deleted_at=None)
    inside = dict(rows.values_list("sku_folded", "bundle__sku"))
    kinds = {sku: one.kind for sku, one in products.items()}
    return Around(products, kinds, queries.stocked_skus(organization, asked), inside)


def check(around: Around, product: Product | None, wanted: Wanted) -> tuple[list[Fault], Parent | None]:
    """Return what does not fit, and the parent that is named (none of one that comes with the same file).

    To be asked while the catalogue is locked.
    """
    sku = str(wanted.fields.get("sku", product.sku if product else ""))
    kind = str(wanted.fields.get("kind", product.kind if product else Product.Kind.SIMPLE))
    faults: list[Fault] = []
    other = around.products.get(fold(sku))
    if other is not None and (product is None or other.pk != product.pk):
        faults.append(Fault("sku", _("“%(sku)s” is the SKU of “%(name)s”.") % {"sku": sku, "name": other.name}))
    parent = None
    if wanted.parent_sku is not None:
        parent = _parent(around, product, kind, wanted.parent_sku, faults)
    if wanted.parts is not None:
        faults += _check_parts(around, product, sku, kind, wanted.parts)
    return faults, parent


def _parent(around: Around, product: Product | None, kind: str, typed: str, faults: list[Fault]) -> Parent | None:
    if kind != CHILD:
        return Parent(None) if product is not None and product.parent_id else None
    found = around.products.get(fold(typed))
    if not typed:
        faults.append(Fault("parent", _("Name the parent: a variant belongs to one.")))
    elif found is None and fold(typed) not in around.coming:
        faults.append(Fault("parent", _("There is no product with the SKU “%(sku)s”.") % {"sku": typed}))
    elif around.kinds.get(fold(typed)) != PARENT or (product and found and found.pk == product.pk):
        faults.append(Fault("parent", _("“%(sku)s” is no parent of variants.") % {"sku": typed}))
    return Parent(found) if found is not None else None


def _check_parts(around: Around, product: Product | None, sku: str, kind: str, parts: Sequence[Part]) -> list[Fault]:
    if kind != BUNDLE:
        return [Fault("kind", _("Only a bundle has components."))] if parts else []
    if not parts:
        return [Fault("parts", _("Add at least one component, or choose another kind."))]
    faults: list[Fault] = []
    seen: set[str] = set()
    for place, part in enumerate(parts):
        why = _why_not(around, part, fold(sku), seen)
        seen.add(fold(part.sku))
        if why:
            faults.append(Fault(f"parts.{place}", why % {"sku": part.sku}))
    outer = around.inside.get(fold(sku))
    was_bundle = product is not None and product.kind == BUNDLE and product.sku_folded == fold(sku)
    if outer is not None and not was_bundle and fold(outer) != fold(sku):
        told = _("“%(sku)s” is a component of the bundle “%(outer)s”, so it cannot be a bundle itself.")
        faults.append(Fault("kind", told % {"sku": sku, "outer": outer}))
    return faults


def _why_not(around: Around, part: Part, own: str, seen: set[str]) -> str:
    folded = fold(part.sku)
    if folded == own:
        return _("A bundle cannot hold itself.")
    if folded in seen:
        return _("“%(sku)s” stands here twice. Add the quantities up.")
    kind = around.kinds.get(folded)
    if kind == BUNDLE:
        return _("“%(sku)s” is a bundle itself. Add what is in it instead.")
    if kind == PARENT:
        return _("“%(sku)s” only groups its variants. Add one of them.")
    if kind is None and folded not in around.stock:
        return _("No product and no stock has the SKU “%(sku)s”. Check how it is written, or add the product first.")
    return ""
