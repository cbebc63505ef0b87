"""The list of stock: one row for each SKU and location."""

import datetime as dt
from collections.abc import Sequence
from functools import cache

from django.db.models import Q
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from orders.documents.inventory import INVENTORY, document, promised, rows
from orders.models import InventoryLevel, Location, Source
from portal.filters.fields import Choice
from portal.filters.to_sql import SqlTarget
from portal.filters.tree import fields_of
from portal.kit.text import fold
from portal.tenancy.models import Organization
from portal.ui import cells, html
from portal.ui.found import Found
from portal.ui.list_state import State
from portal.ui.lists import Bulk, Empty, ListPage, Rows, ViewTab

KIND_FIELDS = frozenset({"type", "inventoryId"})
"""Who asks for one of these may mean virtual records too."""


def place(level: InventoryLevel) -> str:
    """Return where the units of a record are, in words."""
    return level.location.name if level.location is not None else _now("Not routed yet")


def state(level: InventoryLevel) -> str:
    """Return what is special about a record: locked, virtual, or nothing."""
    return "locked" if level.locked else "tracked" if level.location_id else "virtual"


def status(level: InventoryLevel) -> SafeString:
    """Draw whether a record is kept by itself, locked or virtual."""
    shown = {
        "locked": ("paused", _now("Locked")),
        "tracked": ("enabled", _now("Tracked")),
        "virtual": ("draft", _now("Virtual")),
    }
    return html.status(*shown[state(level)])


def search(found: Rows, text: str) -> Rows:
    """Find by any part of the SKU, and by the record's own ID."""
    return found.filter(Q(sku_folded__contains=fold(text)) | Q(public_id=text.lower()))


COLUMNS = (
    cells.title("sku", _("SKU"), lambda one: one.sku, sort=("sku_folded", "location")),
    cells.text("location", _("Location"), place, sort="location__name"),
    cells.number("available", _("Available"), lambda one: one.available, sort="available"),
    cells.number("committed", _("Committed"), lambda one: one.committed, sort="committed"),
    cells.number("on_hand", _("On hand"), lambda one: one.on_hand, sort="on_hand"),
    cells.number("incoming", _("Inbound"), lambda one: one.incoming, sort="incoming"),
    cells.number("future", _("Future"), lambda one: one.future, sort="future"),
    cells.number(
        "committed_future",
        _("Committed future"),
        lambda one: one.committed_future,
        sort="committed_future",
        shown=False,
    ),
    cells.number("unavailable", _("Unavailable"), lambda one: one.unavailable, sort="unavailable"),
    cells.number("promise", _("Available to promise"), promised),
    cells.custom("state", _("State"), status, state),
    cells.text("location_id", _("Location ID"), lambda one: one.location and one.location.public_id, shown=False),
    cells.time("changed", _("Changed"), lambda one: one.updated_at, sort="updated_at", shown=False),
    cells.time("added", _("Added"), lambda one: one.created_at, sort="created_at", shown=False),
)


def locations(organization: Organization) -> Sequence[Choice]:
    """Return the places to choose from, by name."""
    found = Location.objects.within(organization).filter(deleted_at=None).order_by("name")
    return [Choice(public_id, name) for public_id, name in found.values_list("public_id", "name")]


def sources(organization: Organization) -> Sequence[Choice]:
    """Return the integrations to choose from, by name."""
    found = Source.objects.within(organization).exclude(state=Source.State.DELETED).order_by("name")
    return [Choice(public_id, name) for public_id, name in found.values_list("public_id", "name")]


class InventoryList(ListPage):
    """Virtual records stay out until somebody asks for them."""

    def filtered(
        self, organization: Organization, state: State, zone: dt.tzinfo, at: dt.datetime, among: Found | None = None
    ) -> Rows:
        """Return the rows of a state, unordered."""
        found = super().filtered(organization, state, zone, at, among)
        return found if KIND_FIELDS & fields_of(state.tree) else found.exclude(location=None)


@cache
def inventory_list() -> ListPage:
    """Return the list."""
    return InventoryList(
        key="inventory",
        name=_("Inventory"),
        rows=rows,
        target=SqlTarget(INVENTORY),
        columns=COLUMNS,
        url=lambda one: reverse("orders:inventory_record", args=[one.public_id]),
        default_sort="sku",
        quick=("sku", "locationId", "available", "inventoryNotTracked", "type"),
        search=search,
        search_hint=_("Any part of a SKU"),
        tabs=(
            ViewTab("out", _("None left"), "f=available~lte~0"),
            ViewTab("low", _("Fewer than 10"), "f=available~lt~10"),
            ViewTab("locked", _("Locked"), "f=inventoryNotTracked~is_true"),
            ViewTab("virtual", _("Not routed yet"), "f=type~is_one_of~virtual"),
        ),
        bulk=(
            Bulk("set", _("Set on hand…"), "orders:inventory_bulk_set"),
            Bulk("lock", _("Lock…"), "orders:inventory_bulk_lock"),
            Bulk("unlock", _("Unlock…"), "orders:inventory_bulk_unlock"),
        ),
        empty=Empty(
            _("No stock is kept here yet"),
            _("Warehouses report theirs once they are connected. What you count yourself comes in as a file."),
            "box",
            "orders:inventory_import",
            _("Import stock"),
        ),
        options={"locationId": locations, "integration": sources},
        version_of=lambda one: one.version,
        events=("inventoryChanged",),
        url_name="orders:inventory",
        whole=document,
    )
