"""What people do with products: add, change, publish, delete, bring back, give a field back to its channel."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from orders.models import Product, Publication, Source
from orders.products import queries
from orders.products.checks import Fault, Wanted, check, look
from orders.products.rows import lock, lock_catalogue
from orders.products.write import Parent, Part, Step, commit, create
from portal.audit.actor import Actor
from portal.tenancy.models import Organization

P = Publication.State


class ChangedMeanwhile(ValueError):
    """Somebody else has changed the product since the page was loaded."""


class Unfit(ValueError):
    """What somebody wants cannot be; `faults` say why, each in a sentence."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(" ".join(one.why for one in faults))
        self.faults = list(faults)


def add(organization: Organization, wanted: Wanted, *, by: Actor) -> Product:
    """Add a product by hand; nobody owns it. Raises Unfit."""
    with transaction.atomic():
        lock_catalogue(organization.pk)
        faults, parent = check(look(organization, wanted.skus(None)), None, wanted)
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
        now = rows[product.pk]
        faults, parent = check(look(now.organization, wanted.skus(now)), now, wanted)
        if faults:
            raise Unfit(faults)
        step = Step(by, "edited", "Changed by hand.", wanted.fields, wanted.parts, parent)
        commit({product.pk: step}, rows, cause="user")
        return rows[product.pk]


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
            wanted = Wanted({key: theirs} if key == "sku" else {})
            now = rows[product.pk]
            faults, _none = check(look(now.organization, wanted.skus(now)), now, wanted)
            if faults:
                raise Unfit(faults)
        commit({product.pk: step}, rows, cause="user")
