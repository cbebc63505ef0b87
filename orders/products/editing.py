"""What people do with products: add, change, publish, delete, bring back, give a field back to its channel."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from orders.models import BundleItem, Product, Publication, Source
from orders.products import queries
from orders.products.rows import lock, lock_catalogue
from orders.products.write import Parent, Part, Step, commit, create
from portal.audit.actor import Actor
from portal.kit.text import fold
from portal.tenancy.models import Organization

P = Publication.State


class ChangedMeanwhile(ValueError):
    """Somebody else has changed the product since the page was loaded."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What does not fit of what somebody wants: the field (`parts.2` is the third component), and why."""

    field: str
    why: str


class Unfit(ValueError):
    """What somebody wants cannot be; `faults` say why, each in a sentence."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(" ".join(one.why for one in faults))
        self.faults = list(faults)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody has filled in about a product."""

    fields: Mapping[str, Any]
    """Members of the document (`orders.documents.product`); None takes one away. What is left out stays."""
    parts: Sequence[Part] | None = None
    parent_sku: str | None = None
    """SKU of the parent; empty: it has none; None: as it is."""
    also: frozenset[str] = field(default_factory=frozenset)
    """Folded SKUs that will be there in a moment: of the same file."""


def add(organization: Organization, wanted: Wanted, *, by: Actor) -> Product:
    """Add a product by hand; nobody owns it. Raises Unfit."""
    with transaction.atomic():
        lock_catalogue(organization.pk)
        faults, parent = check(organization, None, wanted)
        if faults:
            raise Unfit(faults)
        product = Product(organization=organization, kind=wanted.fields.get("kind", Product.Kind.SIMPLE))
        fields = {"status": "active"} | dict(wanted.fields)
        step = Step(by, "created", "Added by hand.", fields, wanted.parts, parent)
        create([(product, step)], cause="user")
    return product


def save(product: Product, wanted: Wanted, *, by: Actor, seen: int | None = None) -> Product:
    """Change a product. `seen` is the version that somebody edited. Raises ChangedMeanwhile, Unfit."""
    with transaction.atomic():
        lock_catalogue(product.organization_id)
        rows = lock([product.pk])
        if seen is not None and rows[product.pk].version != seen:
            raise ChangedMeanwhile(_("“{name}” was changed while you edited it.").format(name=product.name))
        faults, parent = check(product.organization, rows[product.pk], wanted)
        if faults:
            raise Unfit(faults)
        step = Step(by, "edited", "Changed by hand.", wanted.fields, wanted.parts, parent)
        commit({product.pk: step}, rows, cause="user")
        return rows[product.pk]


def check(organization: Organization, product: Product | None, wanted: Wanted) -> tuple[list[Fault], Parent | None]:
    """Return what does not fit, and the parent that is named; to be asked while the catalogue is locked."""
    faults: list[Fault] = []
    sku = str(wanted.fields.get("sku", product.sku if product else ""))
    kind = str(wanted.fields.get("kind", product.kind if product else Product.Kind.SIMPLE))
    found = queries.by_skus(organization, [sku, wanted.parent_sku or ""])
    other = found.get(fold(sku))
    if other is not None and (product is None or other.pk != product.pk):
        faults.append(Fault("sku", _("“%(sku)s” is the SKU of “%(name)s”.") % {"sku": sku, "name": other.name}))
    parent = None
    if wanted.parent_sku is not None:
        parent = _parent(found.get(fold(wanted.parent_sku)), product, kind, wanted, faults)
    if wanted.parts is not None:
        faults += _check_parts(organization, product, sku, kind, wanted)
    return faults, parent


def _parent(
    found: Product | None, product: Product | None, kind: str, wanted: Wanted, faults: list[Fault]
) -> Parent | None:
    typed = wanted.parent_sku or ""
    if kind != Product.Kind.CHILD:
        return Parent(None) if product is not None and product.parent_id else None
    if not typed:
        faults.append(Fault("parent", _("Name the parent: a variant belongs to one.")))
    elif fold(typed) in wanted.also and found is None:
        return None
    elif found is None:
        faults.append(Fault("parent", _("There is no product with the SKU “%(sku)s”.") % {"sku": typed}))
    elif found.kind != Product.Kind.PARENT or (product is not None and found.pk == product.pk):
        faults.append(Fault("parent", _("“%(sku)s” is no parent of variants.") % {"sku": found.sku}))
    return Parent(found)


def _check_parts(
    organization: Organization, product: Product | None, sku: str, kind: str, wanted: Wanted
) -> list[Fault]:
    parts = wanted.parts or ()
    if kind != Product.Kind.BUNDLE:
        return [Fault("kind", _("Only a bundle has components."))] if parts else []
    if not parts:
        return [Fault("parts", _("Add at least one component, or choose another kind."))]
    faults: list[Fault] = []
    asked = [one.sku for one in parts]
    known, products = queries.known_skus(organization, asked) | wanted.also, queries.by_skus(organization, asked)
    seen: set[str] = set()
    for place, part in enumerate(parts):
        folded = fold(part.sku)
        why = _why_not(part, fold(sku), known, products.get(folded), seen)
        seen.add(folded)
        if why:
            faults.append(Fault(f"parts.{place}", why % {"sku": part.sku}))
    return faults + _inside_another(organization, product, sku)


def _why_not(part: Part, own: str, known: set[str], found: Product | None, seen: set[str]) -> str:
    folded = fold(part.sku)
    if folded == own:
        return _("A bundle cannot hold itself.")
    if folded in seen:
        return _("“%(sku)s” stands here twice. Add the quantities up.")
    if found is not None and found.kind == Product.Kind.BUNDLE:
        return _("“%(sku)s” is a bundle itself. Add what is in it instead.")
    if found is not None and found.kind == Product.Kind.PARENT:
        return _("“%(sku)s” only groups its variants. Add one of them.")
    if folded not in known:
        return _("No product and no stock has the SKU “%(sku)s”. Check how it is written, or add the product first.")
    return ""


def _inside_another(organization: Organization, product: Product | None, sku: str) -> list[Fault]:
    """A component cannot become a bundle: what is in a bundle would be in another one."""
    if product is not None and product.kind == Product.Kind.BUNDLE and fold(sku) == product.sku_folded:
        return []
    rows = BundleItem.objects.within(organization).filter(sku_folded=fold(sku), bundle__deleted_at=None)
    outer = rows.values_list("bundle__sku", flat=True).first()
    if outer is None:
        return []
    told = _("“%(sku)s” is a component of the bundle “%(outer)s”, so it cannot be a bundle itself.")
    return [Fault("kind", told % {"sku": sku, "outer": outer})]


def set_channel(product: Product, source: Source, told: Mapping[str, Any] | None, *, by: Actor) -> bool:
    """Set what is said of a product on one channel, or take it away from there. Returns whether it changed."""
    with transaction.atomic():
        rows = lock([product.pk])
        verb, summary = "published", f"Changed how it stands at {source.name}."
        if told is None:
            verb, summary = "unpublished", f"Taken away from {source.name}."
        return bool(commit({product.pk: Step(by, verb, summary, channels={source: told})}, rows, cause="user"))


def publish(products: Sequence[int], source: Source, *, by: Actor) -> int:
    """Have products published on a channel; those that are there already stay. Returns how many changed."""
    return _on_channel(products, source, by, {P.UNPUBLISHED, P.TO_BE_UNPUBLISHED, P.DISABLED}, P.TO_BE_PUBLISHED)


def unpublish(products: Sequence[int], source: Source, *, by: Actor) -> int:
    """Have products taken off a channel; those that are not there stay. Returns how many changed."""
    return _on_channel(products, source, by, {P.PUBLISHED, P.TO_BE_PUBLISHED}, P.TO_BE_UNPUBLISHED)


def _on_channel(ids: Sequence[int], source: Source, by: Actor, from_: set[P], to: P) -> int:
    with transaction.atomic():
        rows = lock(ids)
        steps = {}
        for pk, product in rows.items():
            own = next((one for one in product.channels if one.source_id == source.pk), None)
            stays = to is P.TO_BE_UNPUBLISHED if own is None else own.state not in from_
            if stays:
                continue
            words = "To be published on" if to is P.TO_BE_PUBLISHED else "To be taken off"
            steps[pk] = Step(by, "published", f"{words} {source.name}.", channels={source: {"state": to.value}})
        return len(commit(steps, rows, cause="user"))


def set_tracking(products: Sequence[int], *, counted: bool, by: Actor) -> int:
    """Say of products whether their stock is counted. Returns how many changed."""
    with transaction.atomic():
        rows = lock(products)
        words = "Its stock is counted." if counted else "Its stock is not counted any more."
        step = Step(by, "edited", words, {"inventoryNotTracked": not counted})
        return len(commit(dict.fromkeys(rows, step), rows, cause="user"))


def delete(products: Sequence[int], *, by: Actor) -> tuple[int, dt.datetime | None]:
    """Delete products; no report of a channel brings them back. Returns how many, and the instant to undo it by."""
    with transaction.atomic():
        rows = {pk: one for pk, one in lock(products).items() if one.deleted_at is None}
        commit(dict.fromkeys(rows, Step(by, "deleted", "Deleted by hand.", deleted=True)), rows, cause="user")
        at = next((one.deleted_at for one in rows.values()), None)
        return len(rows), at


def restore(organization: Organization, products: Sequence[int], *, by: Actor) -> tuple[int, list[str]]:
    """Bring deleted products back. Returns how many, and the SKUs that others have by now."""
    with transaction.atomic():
        lock_catalogue(organization.pk)
        rows = {pk: one for pk, one in lock(products).items() if one.deleted_at is not None}
        taken = queries.by_skus(organization, [one.sku for one in rows.values()])
        fitting = {pk: one for pk, one in rows.items() if one.sku_folded not in taken}
        commit(dict.fromkeys(fitting, Step(by, "restored", "Brought back.", deleted=False)), fitting, cause="user")
        return len(fitting), [one.sku for one in rows.values() if one.sku_folded in taken]


def deleted_at(organization: Organization, at: dt.datetime) -> list[int]:
    """Return the products that people have deleted at one instant."""
    rows = Product.objects.within(organization).filter(deleted_at=at, deleted_by_hand=True)
    return list(rows.values_list("pk", flat=True))


class NotSetHere(ValueError):
    """Nobody has set this field here, so there is nothing to give back."""


def give_back(product: Product, path: str, *, by: Actor) -> None:
    """Let the channel's value of a field count again, at once. Raises NotSetHere, Unfit."""
    with transaction.atomic():
        lock_catalogue(product.organization_id)
        rows = lock([product.pk])
        mark = rows[product.pk].kept.get(path)
        if mark is None:
            raise NotSetHere(_("Nobody has set this field here."))
        theirs, key = mark.get("theirs"), path[1:]
        step = Step(by, "given back", "Uses the channel's value again.", gives_back=[path])
        if key == "bundleItems":
            step = replace(step, parts=[Part(one["sku"], one["quantity"]) for one in theirs or ()])
        elif key == "parentProductId":
            found = Product.objects.within(product.organization).filter(public_id=theirs or "", deleted_at=None).first()
            step = replace(step, parent=Parent(found))
        else:
            step = replace(step, fields={key: theirs})
            faults, _none = check(product.organization, rows[product.pk], Wanted({key: theirs} if key == "sku" else {}))
            if faults:
                raise Unfit(faults)
        commit({product.pk: step}, rows, cause="user")
