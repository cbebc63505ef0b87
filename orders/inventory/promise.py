"""Available to promise: how many units of a SKU a channel may sell (behaviour.md 6.1).

On hand − committed + future − committed future − buffer, over every active location that is not left out of the
totals or of this channel's, and over the virtual record. A bundle is as many as its scarcest component makes;
where bundles are preserved, the bundle's own record counts instead.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import connection

from orders.inventory.bundles import Part, parts_of, untracked
from orders.inventory.movements import QUANTITIES
from orders.models import Publication, Source
from portal.kit.text import fold


@dataclass(frozen=True, slots=True)
class Total:
    """The sums of some levels of one SKU."""

    on_hand: int = 0
    committed: int = 0
    future: int = 0
    committed_future: int = 0
    incoming: int = 0
    unavailable: int = 0
    endless: bool = False
    """One of the locations has infinite availability."""

    @property
    def available(self) -> int:
        """On hand − committed."""
        return self.on_hand - self.committed

    @property
    def units(self) -> int:
        """What can be promised of it, without any buffer; negative where more was promised already."""
        return self.available + self.future - self.committed_future

    def __add__(self, other: "Total") -> "Total":
        sums = {name: getattr(self, name) + getattr(other, name) for name in QUANTITIES}
        return Total(**sums, endless=self.endless or other.endless)


@dataclass(frozen=True, slots=True)
class Component:
    """What one component allows of a bundle."""

    sku: str
    per: int
    total: Total


@dataclass(frozen=True, slots=True)
class Promise:
    """What a channel may be told of a SKU, and what it comes from."""

    sku: str
    total: Total
    """Of a bundle: its own records where bundles are preserved."""
    buffer: int = 0
    components: tuple[Component, ...] = field(default=())
    not_tracked: bool = False

    @property
    def endless(self) -> bool:
        """Say whether there is always enough: the product is not counted, or a location says so."""
        parts = self.components
        return self.not_tracked or self.total.endless or (bool(parts) and all(one.total.endless for one in parts))

    @property
    def bundles(self) -> int:
        """How many bundles the components make; negative where they are short of what was promised."""
        return min((one.total.units // one.per for one in self.components if not one.total.endless), default=0)

    @property
    def units(self) -> int:
        """How many the channel may sell, never below zero. Ask `endless` first."""
        return max(self.total.units + self.bundles - self.buffer, 0)


def promise(sku: str, source: Source) -> int:
    """Return how many units of a SKU may be promised on a channel."""
    return promises(source.organization_id, [sku], source)[fold(sku)].units


def promises(organization_id: int, skus: Iterable[str], source: Source | None) -> dict[str, Promise]:
    """Return what may be promised of SKUs, by folded SKU: on a channel (*simulate totals for*), or on none.

    Without a source no location is left out for a channel's sake and nothing is kept back.
    """
    written = {fold(sku): sku for sku in skus}
    parts = parts_of(organization_id, written)
    every = written.keys() | {part.sku_folded for some in parts.values() for part in some}
    totals = _totals(organization_id, every, source)
    published = _published(source, written)
    uncounted = untracked(organization_id, every)
    return {
        folded: _promise(sku, folded, parts.get(folded, ()), totals, uncounted, published.get(folded, (0, False)))
        for folded, sku in written.items()
    }


Totals = Mapping[tuple[str, bool], Total]
"""By folded SKU, and whether the locations preserve bundles."""


def _promise(
    sku: str, folded: str, parts: tuple[Part, ...], totals: Totals, uncounted: frozenset[str],
    published: tuple[int, bool],
) -> Promise:  # fmt: skip
    buffer, not_tracked = published
    own = totals.get((folded, True), Total())
    if not parts:
        own += totals.get((folded, False), Total())
    components = tuple(
        Component(part.sku, part.per, _of_component(part.sku_folded, totals, uncounted)) for part in parts
    )
    return Promise(sku, own, buffer, components, not_tracked or folded in uncounted)


def _of_component(folded: str, totals: Totals, uncounted: frozenset[str]) -> Total:
    total = totals.get((folded, False), Total())
    return total + Total(endless=True) if folded in uncounted else total


def _published(source: Source | None, folded: Iterable[str]) -> dict[str, tuple[int, bool]]:
    """Return the buffer on a channel and whether stock is not counted there, by the product's folded SKU."""
    if source is None:
        return {}
    rows = Publication.across.filter(
        source=source, product__organization_id=source.organization_id, product__sku_folded__in=list(folded),
        product__deleted_at=None,
    )  # fmt: skip
    return {
        sku: (buffer, not_tracked)
        for sku, buffer, not_tracked in rows.values_list("product__sku_folded", "buffer", "not_tracked")
    }


def _totals(organization_id: int, folded: Iterable[str], source: Source | None) -> Totals:
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, [organization_id, list(folded), source.pk if source else None])
        return {(row[0], row[1]): Total(*row[2:]) for row in cursor.fetchall()}


_SUMS = ", ".join(f"sum(l.{name})::bigint" for name in QUANTITIES)
_TOTALS = f"""
SELECT l.sku_folded, coalesce(w.preserve_bundles, false), {_SUMS}, bool_or(coalesce(w.infinite, false))
FROM orders_inventorylevel l LEFT JOIN orders_location w ON w.id = l.location_id
WHERE l.organization_id = %s AND l.sku_folded = ANY(%s)
  AND (l.location_id IS NULL OR (w.active AND w.deleted_at IS NULL AND NOT w.exclude_from_totals AND NOT EXISTS (
       SELECT 1 FROM orders_location_excluded_for x WHERE x.location_id = w.id AND x.source_id = %s)))
GROUP BY 1, 2
"""  # noqa: S608 - names of our own columns
