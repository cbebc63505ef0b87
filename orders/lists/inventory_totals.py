"""Stock grouped by SKU: totals over all locations, or over those that count for one channel. Read-only."""

import datetime as dt
from dataclasses import replace
from functools import cache
from typing import Any, cast

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, TextField, Value
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from orders.documents.inventory import MEANINGS
from orders.inventory.movements import LABELS, NAMES, QUANTITIES
from orders.lists.inventory import inventory_list, search, sources
from orders.models import InventoryLevel, Location, Publication, Source
from portal.filters.fields import Catalogue, Field, Type
from portal.filters.mark import gettext_noop
from portal.filters.to_sql import SqlTarget
from portal.filters.tree import Condition, Group
from portal.kit.ids import is_public_id
from portal.kit.json import Json
from portal.tenancy.models import Organization
from portal.ui import cells
from portal.ui.found import Found
from portal.ui.list_state import State
from portal.ui.lists import Empty, ListPage, Rows, ViewTab

SIMULATE = "simulate"
_WHAT, _TOTALS = gettext_noop("SKU"), gettext_noop("Totals")
_SUMMED = ("available", *QUANTITIES)


def _total(path: str, label: str, name: str, help: str = "") -> Field:
    return Field(path, label, Type.NUMBER, _TOTALS, column=f"total_{name}", help=help)


CATALOGUE = Catalogue(
    "inventoryTotal",
    gettext_noop("total of a SKU"),
    [
        Field("sku", gettext_noop("SKU"), Type.TEXT, _WHAT, folded="sku_folded"),
        Field(SIMULATE, gettext_noop("Simulate totals for"), Type.TEXT, _WHAT, folded="told_to",
              help=gettext_noop("The totals that this integration is told: without what is left out for it")),
        _total("available", gettext_noop("Available"), "available", MEANINGS["available"]),
        _total("availableToPromise", gettext_noop("Available to promise"), "promise", MEANINGS["promise"]),
        *(_total(NAMES[name], LABELS[name], name, MEANINGS[name]) for name in QUANTITIES),
        _total("locations", gettext_noop("Locations"), "locations"),
    ],
)  # fmt: skip


def rows(organization: Organization) -> QuerySet[InventoryLevel]:
    """Return one record for each SKU, the oldest at a location, with the totals over all locations."""
    counted = _counted(organization)
    found = cast("QuerySet[InventoryLevel]", InventoryLevel.objects.within(organization)).exclude(location=None)
    return with_totals(found.filter(~Exists(counted.filter(pk__lt=OuterRef("pk")))), organization, None)


def with_totals(
    found: QuerySet[InventoryLevel], organization: Organization, told_to: Source | None
) -> QuerySet[InventoryLevel]:
    """Return records with the totals of their SKU; for an integration without what is left out for it.

    Left out are locations that are switched off, out of all totals or out of this integration's, and from what
    can be promised the units that are kept back from it (behaviour.md 6.1 and 6.4).
    """
    counted = _counted(organization, told_to)
    totals: dict[str, Any] = {f"total_{name}": _sum(counted, Sum(name)) for name in _SUMMED}
    promised = _sum(_promising(organization, told_to), Sum(F("available") + F("future") - F("committed_future")))
    return found.annotate(
        **totals,
        total_locations=_sum(counted, Count("pk")),
        total_promise=promised if told_to is None else Greatest(promised - _buffer(organization, told_to), Value(0)),
        told_to=Value(told_to.public_id if told_to else None, output_field=TextField()),
    )


def _counted(organization: Organization, told_to: Source | None = None) -> QuerySet[InventoryLevel]:
    """Return the records at locations of the SKU of the row outside."""
    found = cast("QuerySet[InventoryLevel]", InventoryLevel.objects.within(organization))
    found = found.filter(sku_folded=OuterRef("sku_folded"), location__isnull=False).order_by()
    return found if told_to is None else found.exclude(location__in=_left_out(organization, told_to))


def _promising(organization: Organization, told_to: Source | None) -> QuerySet[InventoryLevel]:
    """Return the records of the SKU of the row outside that can be promised from; the virtual one takes away."""
    found = cast("QuerySet[InventoryLevel]", InventoryLevel.objects.within(organization))
    found = found.filter(sku_folded=OuterRef("sku_folded")).order_by()
    return found.filter(Q(location=None) | ~Q(location__in=_left_out(organization, told_to)))


def _left_out(organization: Organization, told_to: Source | None) -> QuerySet[Any]:
    """Return the locations that totals for channels, or for one of them, leave out (behaviour.md 6.4)."""
    wanted = Q(active=False) | Q(exclude_from_totals=True)
    if told_to is not None:
        wanted |= Q(excluded_for=told_to)
    return cast("QuerySet[Any]", Location.objects.within(organization).filter(wanted).values("pk"))


def _sum(counted: QuerySet[InventoryLevel], number: Any) -> Coalesce:
    told = counted.values("sku_folded").annotate(number=number).values("number")
    return Coalesce(Subquery(told), Value(0), output_field=IntegerField())


def _buffer(organization: Organization, told_to: Source) -> Coalesce:
    """Return the units of the SKU of the row outside that are kept back from an integration."""
    kept = Publication.objects.within(organization).filter(
        source=told_to, product__deleted_at=None, product__sku_folded=OuterRef("sku_folded")
    )
    return Coalesce(Subquery(kept.values("buffer")[:1]), Value(0), output_field=IntegerField())


def document(row: Any) -> Json:
    """Return the totals of a SKU as JSON."""
    told: Json = {"sku": row.sku, "locations": row.total_locations, "available": row.total_available}
    told |= {"availableToPromise": row.total_promise}
    told |= {NAMES[name]: getattr(row, f"total_{name}") for name in QUANTITIES}
    return told | ({SIMULATE: row.told_to} if row.told_to else {})


def _number(key: str, label: StrOrPromise, *, shown: bool = True) -> cells.Column:
    return cells.number(key, label, lambda row: getattr(row, f"total_{key}"), sort=f"total_{key}", shown=shown)


COLUMNS = (
    cells.title("sku", _("SKU"), lambda row: row.sku, sort="sku_folded"),
    _number("available", _("Available")),
    _number("committed", _("Committed")),
    _number("on_hand", _("On hand")),
    _number("incoming", _("Inbound")),
    _number("future", _("Future")),
    _number("committed_future", _("Committed future"), shown=False),
    _number("unavailable", _("Unavailable")),
    _number("promise", _("Available to promise")),
    _number("locations", _("Locations")),
)


class TotalsList(ListPage):
    """Totals of SKUs; a condition on *Simulate totals for* says for whom they are added up."""

    def filtered(
        self, organization: Organization, state: State, zone: dt.tzinfo, at: dt.datetime, among: Found | None = None
    ) -> Rows:
        """Return the rows of a state, unordered."""
        found = among or self.found(organization, state)
        told_to = simulated(organization, state.tree)
        if told_to is not None:
            found = replace(found, rows=with_totals(found.rows, organization, told_to))
        return super().filtered(organization, state, zone, at, found)

    def ordered(self, rows: Rows, state: State) -> Rows:
        """Return the rows in the state's order: totals are no columns of a table, and never absent."""
        sort = self.sort_of(state)
        back = sort.startswith("-")
        fields = [F(name).desc() if back else F(name).asc() for name in self.by_key[sort.lstrip("-")].sort]
        return rows.order_by(*fields, "-pk" if back else "pk")


def simulated(organization: Organization, tree: Group) -> Source | None:
    """Return the integration that a filter asks the totals of; the first one where it names several."""
    for node in tree.items if tree.match == "all" else ():
        if isinstance(node, Condition) and node.field == SIMULATE and not node.off:
            named = node.value if isinstance(node.value, tuple) else (node.value,)
            ids = [one for one in named if isinstance(one, str) and is_public_id(one)]
            return Source.objects.within(organization).filter(public_id__in=ids[:1]).first()
    return None


def _records(row: Any) -> str:
    """Return the address of the records that a total is made of."""
    return inventory_list().address(reverse("orders:inventory"), Condition("sku", "equals", row.sku))


@cache
def totals_list() -> ListPage:
    """Return the list."""
    return TotalsList(
        key="inventory-totals",
        name=_("Inventory by SKU"),
        rows=rows,
        target=SqlTarget(CATALOGUE),
        columns=COLUMNS,
        url=_records,
        default_sort="sku",
        quick=("sku", SIMULATE, "available"),
        search=search,
        search_hint=_("Any part of a SKU"),
        tabs=(ViewTab("out", _("None left"), "f=available~lte~0"),),
        empty=Empty(
            _("No stock is kept here yet"),
            _("Totals appear here as soon as a location has units of something."),
            "box",
            "orders:inventory_import",
            _("Import stock"),
        ),
        options={SIMULATE: sources},
        version_of=lambda row: row.total_available,
        events=("inventoryChanged",),
        url_name="orders:inventory_totals",
        whole=document,
    )
