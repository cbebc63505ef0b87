"""The list of orders."""

import datetime as dt
from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders import queries
from orders.by_hand.acts import ACTS
from orders.documents.catalogue import ORDER
from orders.documents.order import plain_document
from orders.exceptions.catalogue import exception_types
from orders.lifecycle.order import OrderStatus
from orders.models import ExternalLocation, OrderLine, Source
from orders.search import search
from portal.filters.fields import Choice
from portal.filters.to_sql import SqlTarget
from portal.filters.tree import Condition, fields_of
from portal.tenancy.models import Organization
from portal.ui import cells
from portal.ui.found import Found
from portal.ui.list_state import State
from portal.ui.lists import Bulk, Empty, ListPage, Rows, ViewTab

COLUMNS = (
    cells.title("order", _("Order"), lambda order: order.ext_order_id, sort="number_folded"),
    cells.time("placed", _("Placed"), lambda order: order.placed_at, sort="placed_at"),
    cells.text("customer", _("Customer"), lambda order: order.customer_name, sort="customer_name"),
    cells.text("email", _("E-mail"), lambda order: order.email_folded, shown=False),
    cells.text("source", _("Source"), lambda order: order.source.name),
    cells.number("items", _("Items"), lambda order: order.line_count, sort="line_count"),
    cells.money("total", _("Total"), lambda order: (order.total, order.currency), sort="total"),
    cells.status("status", _("Status"), lambda order: order.status, sort="status"),
    cells.time("next", _("Hold ends"), lambda order: order.hold_until, sort="hold_until"),
    cells.tags("tags", _("Tags"), lambda order: order.tags_folded or [], shown=False),
    cells.time("ingested", _("Ingested"), lambda order: order.created_at, sort="created_at", shown=False),
    cells.time("changed", _("Changed"), lambda order: order.updated_at, sort="updated_at", shown=False),
)


def _sources(organization: Organization) -> Sequence[Choice]:
    rows = Source.objects.within(organization).exclude(state="deleted").order_by("name")
    return [Choice(public_id, name) for public_id, name in rows.values_list("public_id", "name")]


TARGET = SqlTarget(ORDER, OrderLine, measured={"": "line_count", "lineItems.quantity": "unit_count"})
"""Where filters of orders find their values in the database."""


def _locations(organization: Organization) -> Sequence[Choice]:
    """Return where stock lies by the name that lines give it: the integration's own."""
    rows = ExternalLocation.objects.within(organization).filter(active=True).order_by("location__name")
    return [Choice(key, name) for key, name in rows.values_list("ext_location_id", "location__name")]


def _exceptions(organization: Organization) -> Sequence[Choice]:
    """Return the types of exceptions by their labels."""
    return [Choice(one.key, str(one.label)) for one in exception_types]


AT_HAND = ("release", "ready", "review", "tag", "cancel")
"""What is done most to many; the rest is in the bar's menu."""

QUICK = (
    *("extOrderCreatedAt", "integration", "status", "tags"),
    *("lineItems.locationId", "totalPrice", "exceptions"),
)


class OrderList(ListPage):
    """Archived orders stay out until somebody asks for them by status or looks for them."""

    def filtered(
        self, organization: Organization, state: State, zone: dt.tzinfo, at: dt.datetime, among: Found | None = None
    ) -> Rows:
        """Return the rows of a state, unordered."""
        rows = super().filtered(organization, state, zone, at, among)
        wanted = bool(state.q) or "status" in fields_of(state.tree)
        return rows if wanted else rows.exclude(status=OrderStatus.ARCHIVED)


ORDERS = OrderList(
    key="orders",
    name=_("Orders"),
    rows=queries.in_list,
    target=TARGET,
    columns=COLUMNS,
    url=lambda order: reverse("orders:detail", args=[order.public_id]),
    default_sort="-placed",
    quick=QUICK,
    search=search,
    search_hint=_("Number, ID, e-mail, name, phone, SKU or tracking number"),
    tabs=(
        ViewTab(
            "person",
            _("Needs a person"),
            "f=status~is_one_of~reviewRequired~toBeValidated",
            lambda organization: queries.counts(organization).review,
        ),
        ViewTab(
            "on-hold",
            _("On hold"),
            "f=status~is_one_of~onHold",
            lambda organization: queries.counts(organization).on_hold,
        ),
        ViewTab(
            "ready",
            _("Ready"),
            "f=status~is_one_of~readyForFulfillment",
            lambda organization: queries.counts(organization).ready,
        ),
        ViewTab("canceled", _("Canceled"), "f=status~is_one_of~canceled"),
        ViewTab("archived", _("Archived"), "f=status~is_one_of~archived"),
    ),
    bulk=tuple(
        Bulk(one.key, one.label, f"orders:bulk_{one.key}", danger=one.danger, more=one.key not in AT_HAND)
        for one in ACTS.values()
    ),
    empty=Empty(
        _("No orders yet"),
        _("They come in by themselves, as soon as a store is connected."),
        "package",
        "integrations:list",
        _("Connect a store"),
    ),
    options={"integration": _sources, "lineItems.locationId": _locations, "exceptions": _exceptions},
    version_of=lambda order: order.version,
    events=("orderChanged",),
    refresh=5,
    url_name="orders:list",
    whole=plain_document,
)


def address(*statuses: str) -> str:
    """Return the address of the list that shows exactly the orders of these statuses."""
    return ORDERS.address(reverse("orders:list"), Condition("status", "is_one_of", statuses))
