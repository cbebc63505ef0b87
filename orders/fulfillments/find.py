"""Which shipping request a warehouse means: by our ID, by its number, or by the warehouse's own reference."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from orders.fulfillments.quantities import DEAD
from orders.models import ExternalLocation, Location, ShippingRequest, Source
from orders.requests.references import public_id_of
from portal.kit.text import fold


@dataclass(frozen=True, slots=True)
class Found:
    """A shipping request, and the order it is a part of."""

    request_id: int
    order_id: int


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    order_id: int
    public_id: str
    number: str
    folded: str
    reference: str
    status: str
    location_id: int
    source_id: int | None

    def rank(self, name: str) -> int:
        """Say how well a name fits: the lower, the better; 9 not at all."""
        exact = (self.public_id, self.number)
        if (known := public_id_of(name)) in exact:
            return exact.index(known)
        return 2 if self.folded in _numbers(name) else 3 if self.reference == name else 9


class _Rows:
    """Rows by whatever they may be called, so that a page of names does not look at each row for each name."""

    def __init__(self, rows: Iterable[_Row]) -> None:
        self._called: dict[str, dict[int, _Row]] = {}
        self.add(rows)

    def add(self, rows: Iterable[_Row]) -> None:
        for row in rows:
            for called in {row.public_id, row.number, row.folded, row.reference} - {""}:
                self._called.setdefault(called, {})[row.id] = row

    def fitting(self, name: str) -> list[_Row]:
        """Return the rows that a name may mean."""
        called = {name, public_id_of(name), *_numbers(name)}
        near = {pk: row for one in called for pk, row in self._called.get(one, {}).items()}
        return [near[pk] for pk in sorted(near) if near[pk].rank(name) < 9]

    def best(self, name: str) -> _Row | str | None:
        """Return the row that a name means, the sentence that says why several may be meant, or None."""
        fitting = self.fitting(name)
        best = min((row.rank(name) for row in fitting), default=9)
        same = [row for row in fitting if row.rank(name) == best]
        alive = [row for row in same if row.status not in DEAD] or same
        if len(alive) > 1:
            numbers = ", ".join(row.number for row in alive[:5])
            return f"Several shipping requests are called “{name}” by the warehouse: {numbers}."
        return alive[0] if alive else None


def find(source: Source, names: Collection[str]) -> tuple[dict[str, Found], dict[str, str]]:
    """Return the requests that names mean to a source, and for each other name the sentence why there is none.

    Only requests that the source ships count: those handed to it, and those of the locations that it names or ships
    from. Of several with one reference the one that is not canceled is meant; are there more, none is.
    """
    places = _places(source)
    rows = _read(
        source,
        Q(public_id__in=[public_id_of(name) for name in names])
        | Q(number_folded__in=[one for name in names for one in _numbers(name)]),
    )
    own = _Rows(row for row in rows if row.source_id == source.pk or row.location_id in places)
    if unknown := [name for name in names if own.best(name) is None]:
        served = Q(fulfillment_source_id=source.pk) | Q(location_id__in=places)
        own.add(_read(source, served & Q(ext_reference_id__in=unknown)))
    found, refused, every = {}, {}, _Rows(rows)
    for name in names:
        best = own.best(name)
        if isinstance(best, _Row):
            found[name] = Found(best.id, best.order_id)
        else:
            refused[name] = best or _nowhere(name, every, source)
    return found, refused


def _places(source: Source) -> frozenset[int]:
    """Return the locations that a source has to do with."""
    named = ExternalLocation.across.filter(source=source).values("location_id")
    rows = Location.across.filter(organization_id=source.organization_id)
    rows = rows.filter(Q(fulfillment_source=source) | Q(source=source) | Q(pk__in=named))
    return frozenset(rows.values_list("pk", flat=True))


def _read(source: Source, condition: Q) -> list[_Row]:
    rows: QuerySet[ShippingRequest] = ShippingRequest.across.filter(
        condition, organization_id=source.organization_id, deleted_at=None
    )
    names = (
        "pk", "order_id", "public_id", "ext_shipment_id", "number_folded", "ext_reference_id", "status", "location_id",
        "fulfillment_source_id",
    )  # fmt: skip
    return [_Row(*row) for row in rows.order_by("pk").values_list(*names)]


def _numbers(name: str) -> tuple[str, str]:
    """Return the numbers that a name may mean: many systems drop the “#”."""
    folded = fold(name)
    return folded, f"#{folded}"


def _nowhere(name: str, rows: _Rows, source: Source) -> str:
    if rows.fitting(name):
        return f"The shipping request “{name}” is with another warehouse, not with {source.name}."
    return f"No shipping request of {source.name} is called “{name}” here."
