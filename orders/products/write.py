"""The only writer of products: fields, components, publications, history and events.

What is done to a product is a step. All steps of a call are written in the caller's transaction, in which the
products are locked (`orders.products.rows.lock`). A step that changes nothing writes nothing.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from orders.documents.product import COLUMNS, ENTITY, VOLATILE, document, facets
from orders.events import PRODUCT_CREATED, PRODUCT_DELETED, PRODUCT_UPDATED
from orders.models import BundleItem, Product, Publication, Source
from orders.products import pins
from orders.products.store import PRODUCT, PUBLICATION, update, write_channels, write_parts
from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.entities import patch
from portal.events import outbox
from portal.kit.clock import database_now
from portal.kit.json import Json
from portal.kit.text import fold

TOLD = frozenset(PUBLICATION) - {"sku_folded", "updated_at", "updated_by"}
"""What a step may set of a publication."""
_QUIET = frozenset({"reported_at"})


@dataclass(frozen=True, slots=True)
class Part:
    """One component of a bundle, and how many of it one bundle holds."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Parent:
    """The parent that a variant gets; None takes it away."""

    product: Product | None


@dataclass(frozen=True, slots=True)
class Step:
    """One act on a product, with one line of history. What a step leaves out stays."""

    by: Actor
    verb: str
    summary: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    """Members of the document (`orders.documents.product.fields_of`); None takes one away."""
    parts: Sequence[Part] | None = None
    parent: Parent | None = None
    channels: Mapping[Source, Mapping[str, Any] | None] = field(default_factory=dict)
    """What to set of the publication on each channel (`TOLD`); None takes it away."""
    deleted: bool | None = None
    gives_back: Sequence[str] = ()
    """Paths of fields whose mark goes (`orders.products.pins`)."""
    theirs: Json | None = None
    """What an integration that may set the product says of it; kept beside what was set here."""
    run_id: int | None = None
    remark: bool = False
    """Write its line of history even where nothing changes."""


def commit(
    steps: Mapping[int, Step], products: Mapping[int, Product], *, cause: str = "", announce: bool = True
) -> set[int]:
    """Write one step for each locked product; the rows are brought up to date. Returns which have changed."""
    at = database_now()
    batch = _Batch(at, cause, announce)
    for pk, step in steps.items():
        batch.take(products[pk], step)
    with transaction.atomic(savepoint=False):
        batch.write()
    return batch.changed


def create(made: Sequence[tuple[Product, Step]], *, cause: str = "", announce: bool = True) -> None:
    """Add products that have organization, owner and source document, with what their first steps set.

    The SKUs are free: the caller has looked while it held the catalogue (`orders.products.rows.lock_catalogue`).
    """
    at = database_now()
    entries, events = [], []
    for product, step in made:
        product.parts, product.channels = [], []
        product.created_at = product.updated_at = at
        _apply(product, step, at)
        product.facets = facets(product)
    Product.across.bulk_create([product for product, _step in made], batch_size=500)
    for product, step in made:
        whose = product.organization_id
        entries.append(Entry(whose, ENTITY, product.pk, 1, step.by, step.verb, step.summary, [], step.run_id))
        payload = {"from": 0, "changes": [], "cause": cause, "skus": [product.sku_folded]}
        events.append(outbox.NewEvent(PRODUCT_CREATED.name, whose, product.pk, 1, payload))
    write_parts([product for product, _step in made if product.parts])
    write_channels([one for product, _step in made for one in product.channels])
    record(entries)
    if announce:
        outbox.record(events)


class _Batch:
    """What several steps change, gathered to be written in a few statements."""

    def __init__(self, at: dt.datetime, cause: str, announce: bool) -> None:
        self.changed: set[int] = set()
        self._at, self._cause, self._announce = at, cause, announce
        self._rows: list[Product] = []
        self._quiet: list[Product] = []
        self._parts: list[Product] = []
        self._channels: list[Publication] = []
        self._gone: list[int] = []
        self._entries: list[Entry] = []
        self._events: list[outbox.NewEvent] = []

    def take(self, product: Product, step: Step) -> None:
        """Change a product in memory and note what has to be written."""
        before, kept, sku = document(product), product.kept, product.sku_folded
        former = {one.pk: _state(one) for one in product.channels}
        parts = product.parts
        _apply(product, step, self._at)
        told = patch.diff(before, document(product))
        made = [one for one in told if one["path"][1:] not in VOLATILE]
        self._gone += [pk for pk in former if pk not in {one.pk for one in product.channels}]
        self._channels += [one for one in product.channels if former.get(one.pk) != _state(one)]
        if product.parts is not parts:
            self._parts.append(product)
        if not made and not step.remark:
            self._quiet += [product] if kept != product.kept else []
            return
        version, product.version, product.updated_at = product.version, product.version + 1, self._at
        product.facets = facets(product)
        self._rows.append(product)
        self.changed.add(product.pk)
        whose, pk = product.organization_id, product.pk
        self._entries.append(
            Entry(whose, ENTITY, pk, product.version, step.by, step.verb, step.summary, made, step.run_id)
        )
        skus = sorted({sku, product.sku_folded})
        payload = {"from": version, "changes": [one["path"] for one in made], "cause": self._cause, "skus": skus}
        event = PRODUCT_DELETED if step.deleted else PRODUCT_UPDATED
        self._events.append(outbox.NewEvent(event.name, whose, pk, product.version, payload))

    def write(self) -> None:
        """Write it all."""
        update(self._rows, PRODUCT)
        update(self._quiet, {"kept": PRODUCT["kept"]})
        write_parts(self._parts)
        if self._gone:
            Publication.across.filter(pk__in=self._gone).delete()
        write_channels(self._channels)
        record(self._entries)
        if self._announce:
            outbox.record(self._events)


def _apply(product: Product, step: Step, at: dt.datetime) -> None:
    """Change a product in memory."""
    unknown = {name for told in step.channels.values() if told for name in told} - TOLD
    if unknown:
        raise ValueError(f"A step cannot set {sorted(unknown)} of a publication.")
    before = pins.pinnable(product)
    _set_fields(product, step.fields)
    if step.parts is not None:
        product.parts = _parts(product, step.parts, step.by, at)
    if step.parent is not None:
        product.parent = step.parent.product
    if step.channels:
        product.channels = _channels(product, step, at)
    if step.deleted is not None:
        product.deleted_at = at if step.deleted else None
        product.deleted_by_hand = step.deleted and step.by.kind == "user"
    product.kept = pins.marked(product, before, step)


def _set_fields(product: Product, fields: Mapping[str, Any]) -> None:
    content = dict(product.content)
    for key, value in fields.items():
        if key in COLUMNS:
            setattr(product, COLUMNS[key], value)
        elif value in (None, "", []):
            content.pop(key, None)
        else:
            content[key] = value
    product.content = content
    product.sku_folded, product.name_folded = fold(product.sku), fold(product.name)


def _parts(product: Product, wanted: Sequence[Part], by: Actor, at: dt.datetime) -> list[BundleItem]:
    """Return the components: the very list where nothing changes, and stamps kept of those that stay."""
    if [(one.sku, one.quantity) for one in product.parts] == [(one.sku, one.quantity) for one in wanted]:
        return product.parts
    had = {(one.sku, one.quantity): one for one in product.parts}
    return [_part(product, place, one, had.get((one.sku, one.quantity)), by, at) for place, one in enumerate(wanted)]


def _part(product: Product, place: int, told: Part, was: BundleItem | None, by: Actor, at: dt.datetime) -> BundleItem:
    stamp = (was.updated_at, was.updated_by) if was else (at, by.name[:200])
    return BundleItem(
        organization_id=product.organization_id, bundle=product, position=place, sku=told.sku,
        sku_folded=fold(told.sku), quantity=told.quantity, updated_at=stamp[0], updated_by=stamp[1],
    )  # fmt: skip


def _channels(product: Product, step: Step, at: dt.datetime) -> list[Publication]:
    found = {one.source_id: one for one in product.channels}
    for source, told in step.channels.items():
        if told is None:
            found.pop(source.pk, None)
            continue
        own = found.get(source.pk) or Publication(
            organization_id=product.organization_id, product=product, source=source, sku=product.sku, updated_at=at,
            updated_by=step.by.name[:200],
        )  # fmt: skip
        changes = {name: value for name, value in told.items() if getattr(own, name) != value}
        for name, value in changes.items():
            setattr(own, name, value)
        own.sku_folded = fold(own.sku)
        if changes.keys() - _QUIET:
            own.updated_at, own.updated_by = at, step.by.name[:200]
        found[source.pk] = own
    return sorted(found.values(), key=lambda one: (one.source.name, one.pk or 0))


def _state(one: Publication) -> tuple[Any, ...]:
    return tuple(getattr(one, name) for name in PUBLICATION)
