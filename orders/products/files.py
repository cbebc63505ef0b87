"""Products from a file: a look at what it would change, and then all of it or nothing.

A file sets what it names and leaves the rest; the same file twice changes nothing the second time. What is applied is
exactly what was looked at: the preview carries a seal of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from orders.documents.product import fields_of
from orders.inventory.sheet import Fault
from orders.models import Product
from orders.products import checks, lines, queries
from orders.products.checks import Around, Wanted, check, look
from orders.products.rows import lock, lock_catalogue, whole
from orders.products.sheet import COLUMNS, Row, read
from orders.products.write import Parent, Part, Step, commit, create
from portal.audit.actor import Actor
from portal.filters.mark import gettext_noop
from portal.kit import json
from portal.kit.text import fold
from portal.tenancy.models import Organization

_CURES = {
    "parts": gettext_noop("Write them as 2 × LEAF, 1 × TIN."),
    "parent": gettext_noop("Write the SKU of a product whose kind is parent of variants."),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a file and what it does: before and after of what it sets, in words."""

    row: Row
    product: Product | None
    changes: Mapping[str, tuple[str, str]]

    @property
    def outcome(self) -> str:
        """What becomes of the product: new, changed or unchanged."""
        return "new" if self.product is None else "changed" if self.changes else "unchanged"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would do, row by row; with a fault it does nothing."""

    entries: Sequence[Entry]
    faults: Sequence[Fault]
    passed_over: Sequence[str] = field(default=())

    def count(self, outcome: str) -> int:
        """Return how many rows have this outcome."""
        return sum(entry.outcome == outcome for entry in self.entries)

    @property
    def writes(self) -> int:
        """How many products are added or changed."""
        return self.count("new") + self.count("changed")

    @property
    def seal(self) -> str:
        """Return what tells this preview from one that would do something else."""
        told = sorted((fold(one.row.sku), one.outcome, sorted(one.changes.items())) for one in self.entries)
        return sha256(repr(told).encode()).hexdigest()[:32]


class Faulty(ValueError):
    """The file cannot be applied; `preview` says why."""

    def __init__(self, preview: Preview) -> None:
        super().__init__("Something in the file does not fit.")
        self.preview = preview


class MovedOn(Faulty):
    """Products have changed since the preview; `preview` says what the file would do now."""


def preview(organization: Organization, data: bytes) -> Preview:
    """Say what a file would change; write nothing."""
    found = read(data)
    skus = {fold(row.sku) for row in found.rows}
    rows = whole(Product.across.filter(organization=organization, sku_folded__in=skus, deleted_at=None))
    products = {one.sku_folded: one for one in rows}
    wants = [(row, products.get(fold(row.sku))) for row in found.rows]
    told = [(row, product, _wanted(row, product)) for row, product in wants]
    around = look(organization, {sku for _row, product, wanted in told for sku in wanted.skus(product)})
    for row, product, wanted in told:
        around.comes(row.sku, wanted, product)
    faults = [*found.sheet.faults, *(one for each in told for one in _faults(around, *each))]
    entries = [Entry(row, product, _changes(row, product)) for row, product, _wanted in told]
    return Preview(entries, sorted(faults, key=lambda one: one.line), found.sheet.passed_over)


def apply(organization: Organization, data: bytes, *, seal: str, by: Actor) -> Preview:
    """Set what a file says, all of it in one transaction, and return what was done. Raises Faulty, MovedOn."""
    with transaction.atomic():
        lock_catalogue(organization.pk)
        done = preview(organization, data)
        if done.faults:
            raise Faulty(done)
        if done.seal != seal:
            raise MovedOn(done)
        _write(organization, done, by)
    return done


def _faults(around: Around, row: Row, product: Product | None, wanted: Wanted) -> list[Fault]:
    if product is None and "name" not in row.fields:
        words = _("“%(sku)s” is new, and its name is missing.") % {"sku": row.sku}
        return [Fault(row.line, COLUMNS["name"], words, _("Write its name."))]
    found, _parent = check(around, product, wanted)
    return [_told(row, one) for one in found]


def _told(row: Row, fault: checks.Fault) -> Fault:
    name = fault.field.partition(".")[0]
    column = COLUMNS.get({"parts": "components"}.get(name, name), name)
    return Fault(row.line, column, fault.why, _(_CURES.get(name, gettext_noop("Correct the row, or take it away."))))


def _wanted(row: Row, product: Product | None) -> Wanted:
    kind = row.fields.get("kind", product.kind if product else "simple")
    parent = row.parent
    if parent is None and kind == Product.Kind.CHILD and not (product and product.parent_id):
        parent = ""
    parts = _parts(row, product)
    if parts is None and kind == Product.Kind.BUNDLE and not (product and product.parts):
        parts = ()
    return Wanted(_fields(row, product), parts, parent)


def _parts(row: Row, product: Product | None) -> Sequence[Part] | None:
    """Return the components that a row sets; what is no bundle any more has none."""
    is_over = row.fields.get("kind", "bundle") != Product.Kind.BUNDLE and product is not None and product.parts
    return () if row.parts is None and is_over else row.parts


def _fields(row: Row, product: Product | None) -> dict[str, Any]:
    """Return the members that a row sets; a price is the first one, and the others stay."""
    told = dict(row.fields)
    if product is None:
        return {"status": "active"} | told
    before = product.content.get("prices") or []
    if "prices" in told and before:
        told["prices"] = [before[0] | told["prices"][0], *before[1:]]
    return told


def _changes(row: Row, product: Product | None) -> dict[str, tuple[str, str]]:
    """Return before and after of what a row sets, by the member of the document."""
    now = fields_of(product) if product else {}
    told = {key: value for key, value in _fields(row, product).items() if key != "sku" and now.get(key) != value}
    found = {key: (_words(now.get(key)), _words(value)) for key, value in told.items()}
    parts = _parts(row, product)
    if parts is not None:
        before = lines.of_components(product.parts) if product else ""
        after = lines.of_components(parts)
        found |= {"bundleItems": (before, after)} if before != after else {}
    if row.parent is not None:
        before = product.parent.sku if product and product.parent else ""
        found |= {"parent": (before, row.parent)} if fold(before) != fold(row.parent) else {}
    return found


def _words(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps_text(value)


def _write(organization: Organization, done: Preview, by: Actor) -> None:
    """Add what is new, change the rest, and name the parents last: they may stand in the same file."""
    rows = lock(one.product.pk for one in done.entries if one.product is not None and one.changes)
    made = [
        (Product(organization=organization, kind="simple"), _step(one, by, "created", _("Added from a file.")))
        for one in done.entries
        if one.product is None
    ]
    create(made, cause="user")
    commit(
        {
            one.product.pk: _step(one, by, "edited", _("Changed by a file."))
            for one in done.entries
            if one.product is not None and one.product.pk in rows
        },
        rows,
        cause="user",
    )
    _name_parents(organization, done, by)


def _step(entry: Entry, by: Actor, verb: str, summary: str) -> Step:
    told = _fields(entry.row, entry.product)
    fields = {key: value for key, value in told.items() if key != "sku" or entry.product is None}
    return Step(by, verb, str(summary), fields, _parts(entry.row, entry.product))


def _name_parents(organization: Organization, done: Preview, by: Actor) -> None:
    named = {fold(one.row.sku): one.row.parent for one in done.entries if one.row.parent and "parent" in one.changes}
    if not named:
        return
    found = queries.by_skus(organization, [*named, *(parent for parent in named.values() if parent)])
    rows = lock(found[sku].pk for sku in named)
    steps = {
        found[sku].pk: Step(by, "edited", "Its parent is named by a file.", parent=Parent(found[fold(parent)]))
        for sku, parent in named.items()
        if parent and fold(parent) in found
    }
    commit(steps, rows, cause="user")
