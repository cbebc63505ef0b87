"""The list of locations."""

from collections.abc import Iterator, Sequence
from functools import cache

from django.db.models import Q
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from orders.locations.document import LOCATION, document, rows
from orders.locations.uses import address_line, obstacles
from orders.models import Location, Source
from portal.filters.fields import Choice
from portal.filters.to_sql import SqlTarget
from portal.tenancy.models import Organization
from portal.ui import cells, html
from portal.ui.lists import Empty, ListPage, Rows, ViewTab


def state_of(location: Location) -> str:
    """Return where a location stands: active, paused or inactive."""
    return "inactive" if not location.active else "paused" if location.paused else "active"


def status(location: Location) -> SafeString:
    """Draw where a location stands; “active” is an exception's word elsewhere, with another colour."""
    state = state_of(location)
    shown = {
        "active": ("enabled", _now("Active")),
        "paused": ("paused", _now("Paused")),
        "inactive": ("disabled", _now("Inactive")),
    }
    return html.status(*shown[state])


def flags(location: Location) -> list[str]:
    """Return what is special about a location, in words."""
    return list(_flags(location))


def _flags(location: Location) -> Iterator[str]:
    if location.pickup:
        yield _now("Pickup")
    if location.infinite:
        yield _now("Stock always enough")
    if location.preserve_bundles:
        yield _now("Bundles as they are")
    if location.exclude_from_totals:
        yield _now("Not in totals")
    for source in location.excluded_for.all():
        yield _now("Not in totals of {name}").format(name=source.name)


def _systems(location: Location) -> str:
    """Return the systems that name a location: one for each, in their order."""
    return ", ".join(sorted({row.source.name for row in location.externals.all() if row.active}))


def _search(found: Rows, text: str) -> Rows:
    """Find by the name, by what other systems call it and by the address."""
    wanted = Q(name__icontains=text) | Q(public_id=text.lower())
    for name in ("city", "country", "zipCodeOrPostalCode", "stateOrProvince"):
        wanted |= Q(**{f"address__{name}__icontains": text})
    named = Q(externals__name__icontains=text) | Q(externals__ext_location_id__iexact=text)
    return found.filter(pk__in=found.order_by().filter(wanted | named).values("pk"))


def ships(one: Location) -> str:
    """Return who ships from a location: an integration, or people; nothing where nobody does."""
    if one.fulfillment_source is not None:
        return one.fulfillment_source.name
    return _now("People, by hand") if one.ships_by_hand else ""


COLUMNS = (
    cells.title("name", _("Location"), lambda one: one.name, sort="name"),
    cells.custom("status", _("Status"), status, state_of, sort=("active", "paused")),
    cells.text("address", _("Address"), address_line),
    cells.text("ships", _("Ships"), ships),
    cells.text("obstacles", _("Why nothing is routed here"), lambda one: " ".join(obstacles(one))),
    cells.text("stock", _("Reports stock"), lambda one: one.inventory_source and one.inventory_source.name),
    cells.tags("groups", _("Groups"), lambda one: sorted(group.name for group in one.groups.all())),
    cells.tags("flags", _("Special"), flags),
    cells.text("systems", _("Known to"), _systems, shown=False),
    cells.time("changed", _("Changed"), lambda one: one.updated_at, sort="updated_at", shown=False),
    cells.time("added", _("Added"), lambda one: one.created_at, sort="created_at", shown=False),
)


def _integrations(organization: Organization) -> Sequence[Choice]:
    found = Source.objects.within(organization).order_by("name")
    return [Choice(public_id, name) for public_id, name in found.values_list("public_id", "name")]


@cache
def location_list() -> ListPage:
    """Return the list."""
    return ListPage(
        key="locations",
        name=_("Locations"),
        rows=rows,
        target=SqlTarget(LOCATION),
        columns=COLUMNS,
        url=lambda one: reverse("orders:location", args=[one.public_id]),
        default_sort="name",
        quick=("active", "paused", "fulfillmentIntegration"),
        search=_search,
        search_hint=_("Name, city, postal code or what a system calls it"),
        tabs=(
            ViewTab("active", _("Active"), "f=active~is_true"),
            ViewTab("paused", _("Paused"), "f=paused~is_true"),
            ViewTab("inactive", _("Inactive"), "f=active~is_false"),
        ),
        empty=Empty(
            _("No locations yet"),
            _("Stores and warehouses bring theirs as soon as they are connected; a place of your own is added here."),
            "building-warehouse",
            "orders:location_new",
            _("Add location"),
        ),
        options=dict.fromkeys(("integration", "fulfillmentIntegration", "inventoryIntegration"), _integrations),
        version_of=lambda one: one.version,
        events=("locationChanged",),
        url_name="orders:locations",
        whole=document,
    )
