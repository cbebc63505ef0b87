"""Taking products in: a page of records, one transaction, each product exactly once (behaviour.md 2.4).

Whoever made a product owns it: the owner's report is the product, another integration's report only says what the
product is called there; products that people made may be written by any integration. What people or rules have set
here stays (`orders.products.pins`). An unchanged record changes nothing and says nothing; one that is older than what
the integration has said already is passed over. What does not fit becomes an exception with the record as it came.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import psycopg
from django.db import DataError, IntegrityError, transaction

from orders.exceptions.raise_ import Problem, close, raise_exceptions
from orders.locks import lock_source
from orders.models import OrderException, Product, Publication, Source
from orders.products import family, report
from orders.products.match import match, raw
from orders.products.rows import lock, lock_catalogue
from orders.products.store import keep_source_docs
from orders.products.write import Step, commit, create
from orders.records.product import ProductRecord
from orders.records.refused import Refused
from portal.audit.actor import Actor
from portal.kit.failpoints import failpoint
from portal.kit.json import NotJson
from portal.kit.text import storable

UNREADABLE = "product_unreadable"
_UNSTORABLE = (DataError, IntegrityError, psycopg.DataError, psycopg.IntegrityError, NotJson)
_P = Publication.State


@dataclass(frozen=True, slots=True)
class TakenProducts:
    """What became of a page."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0

    def __add__(self, other: "TakenProducts") -> "TakenProducts":
        return TakenProducts(
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.refused + other.refused,
        )


@dataclass(slots=True)
class _Done:
    """What was written so far, by product."""

    created: set[int]
    changed: set[int]
    refused: list[Refused]


def take_products(
    source: Source, records: Sequence[ProductRecord], *, by: Actor, refused: Sequence[Refused] = ()
) -> TakenProducts:
    """Take in a page of products of `source`; call it in the transaction that saves the cursor.

    The same API ID twice in a page counts once, in its newest version. An unchanged record changes nothing and says
    nothing. Take what was deleted there (`take_deleted_products`) before what is there: a product made anew under
    the SKU of one that is gone finds its place then.
    """
    with transaction.atomic():
        lock_source(source.pk)
        lock_catalogue(source.organization_id)
        newest = report.newest(records)
        found = match(source, newest)
        done = _Done(set(), set(), list(found.refused))
        if found.obsolete:
            Publication.across.filter(pk__in=found.obsolete).update(ext_product_api_id="")
        _apart(found.known, lambda some: _update(source, some, by, done), done)
        _apart([(0, one) for one in found.fresh], lambda some: _create(source, some, by, done), done)
        names = [one.ext_product_api_id for one in newest]
        done.changed |= family.settle(source, names, by=by)
        bad = [*refused, *done.refused]
        refuse_products(source, bad)
        told = {name for one in newest for name in (one.ext_product_api_id, one.ext_product_id) if name}
        forgive_products(source, told - {one.external_id for one in bad}, by=by)
        failpoint("take_products.before_commit")
    updated = len(done.changed - done.created)
    unchanged = max(0, len(newest) - len(done.created) - updated - len(done.refused))
    return TakenProducts(len(done.created), updated, unchanged, len(bad))


_Known = tuple[int, ProductRecord]


def _apart(some: Sequence[_Known], write: Callable[[Sequence[_Known]], None], done: _Done) -> None:
    """Write records in a savepoint; where the database refuses one, halve them until it stands alone."""
    if not some:
        return
    try:
        with transaction.atomic():
            write(some)
            return
    except _UNSTORABLE as error:
        if len(some) == 1:
            record = some[0][1]
            why = storable(str(error)).strip().splitlines()[0]
            reason = f"holds a value that cannot be stored: {why}."
            done.refused.append(Refused(record.ext_product_api_id, "record", reason, raw(record)))
            return
    middle = len(some) // 2
    for half in (some[:middle], some[middle:]):
        _apart(half, write, done)


def _create(source: Source, some: Sequence[_Known], by: Actor, done: _Done) -> None:
    made = [
        (
            Product(organization=source.organization, owner=source, source_doc=report.source_doc(record)),
            report.first_step(source, record, by),
        )
        for _none, record in some
    ]
    create(made, cause="channel")
    done.created |= {product.pk for product, _step in made}


def _update(source: Source, some: Sequence[_Known], by: Actor, done: _Done) -> None:
    products = lock(pk for pk, _record in some)
    steps = {pk: report.step(source, products[pk], record, by) for pk, record in some}
    unfit = report.taken_skus(source.organization_id, {pk: products[pk] for pk, _record in some}, steps)
    refused = [report.renamed_to_another(source, record) for pk, record in some if pk in unfit]
    changed = commit({pk: one for pk, one in steps.items() if one and pk not in unfit}, products, cause="channel")
    owned = [(pk, record) for pk, record in some if pk in changed and products[pk].owner_id == source.pk]
    for pk, record in owned:
        products[pk].source_doc = report.source_doc(record)
    keep_source_docs([products[pk] for pk, _record in owned])
    done.changed |= changed
    done.refused += refused


def take_deleted_products(source: Source, api_ids: Sequence[str], *, by: Actor) -> int:
    """Take in that products were deleted at `source`, by their API IDs there; variants go with their parent.

    Each is unpublished there. The product itself is deleted only where `source` owns it and nobody else publishes
    it. Call it in the transaction that saves the cursor. Returns how many changed.
    """
    with transaction.atomic():
        lock_source(source.pk)
        lock_catalogue(source.organization_id)
        rows = Publication.across.filter(source=source, product__deleted_at=None)
        ids = set(rows.filter(ext_product_api_id__in=api_ids).values_list("product_id", flat=True))
        ids |= set(rows.filter(parent_api_id__in=[one for one in api_ids if one]).values_list("product_id", flat=True))
        products = lock(ids)
        steps = {pk: _deleted(source, product, by) for pk, product in products.items()}
        return len(commit(steps, products, cause="channel"))


def _deleted(source: Source, product: Product, by: Actor) -> Step:
    elsewhere = any(
        one.source_id != source.pk and one.state in (_P.PUBLISHED, _P.TO_BE_PUBLISHED) for one in product.channels
    )
    if product.owner_id == source.pk and not elsewhere:
        summary = f"Deleted at {source.name}."
        return Step(by, "deleted", summary, channels={source: {"state": _P.UNPUBLISHED.value}}, deleted=True)
    gone = {"state": _P.UNPUBLISHED.value, "ext_product_api_id": "", "parent_api_id": ""}
    return Step(by, "unpublished", f"Deleted at {source.name}; it stays here.", channels={source: gone})


def refuse_products(source: Source, refused: Iterable[Refused]) -> None:
    """Keep records that could not be read, each as an exception with its bytes."""
    raise_exceptions(
        [
            Problem(
                UNREADABLE, source.organization_id, _cause(source, one.external_id),
                f"A product of {source.name} could not be read",
                f"Product {one.external_id}, {one.field}: {one.reason}",
                entity_type="source", entity_id=source.pk, entity_label=source.name, raw=one.raw,
            )
            for one in refused
        ]
    )  # fmt: skip


def forgive_products(source: Source, names: Iterable[str], *, by: Actor) -> None:
    """Close the exceptions of records that were refused before and fit now."""
    keys = [_cause(source, name) for name in names]
    active = OrderException.across.filter(
        organization_id=source.organization_id, type=UNREADABLE, state="active", cause_key__in=keys
    )
    if met := list(active.values_list("cause_key", flat=True)):
        close(source.organization_id, UNREADABLE, cause_key=met, by=by)


def _cause(source: Source, name: str) -> str:
    return f"{source.public_id}:{name}"[:300]
