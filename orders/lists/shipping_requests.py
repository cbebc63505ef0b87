"""The list of shipping requests."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from orders.documents.shipping_request import SHIPPING_REQUEST, document
from orders.exceptions.catalogue import exception_types
from orders.models import Location, ShippingRequest, ShippingRequestLine, Source
from orders.requests import queries
from orders.templatetags.order_tags import quantity
from portal.filters.fields import Choice
from portal.filters.to_sql import SqlTarget
from portal.filters.tree import Condition
from portal.tenancy.models import Organization
from portal.ui import cells, html
from portal.ui.lists import Bulk, Empty, ListPage, ViewTab


def _order_link(row: ShippingRequest) -> SafeString:
    return html.link(row.order.ext_order_id, reverse("orders:detail", args=[row.order.public_id]))


def _units(row: ShippingRequest) -> SafeString | str:
    return quantity(row.unit_count)


def _ship_to(row: Any) -> str:
    return ", ".join(part for part in (row.city, row.country) if part)


def _integration(row: ShippingRequest) -> str:
    return row.fulfillment_source.name if row.fulfillment_source else ""


COLUMNS = (
    cells.title("request", _("Request"), lambda row: row.ext_shipment_id, sort="number_folded"),
    cells.custom("order", _("Order"), _order_link, lambda row: row.order.ext_order_id),
    cells.text("location", _("Location"), lambda row: row.location.name, sort="location__name"),
    cells.text("ship_to", _("Ship to"), _ship_to),
    replace(
        cells.custom("units", _("Units"), _units, lambda row: row.unit_count, sort="unit_count", align="end"),
        kind="number",
    ),
    cells.status("status", _("Status"), lambda row: row.status, sort="status"),
    cells.time("created", _("Created"), lambda row: row.created_at, sort="created_at"),
    cells.time("sent", _("Sent"), lambda row: row.sent_at, sort="sent_at"),
    cells.text("reference", _("Reference"), lambda row: row.ext_reference_id),
    cells.text("method", _("Shipping class"), lambda row: row.method, shown=False),
    cells.text("integration", _("Warehouse integration"), _integration, shown=False),
    cells.time("canceled", _("Canceled"), lambda row: row.canceled_at, sort="canceled_at", shown=False),
    cells.text("canceled_by", _("Canceled by"), lambda row: row.canceled_by_name, shown=False),
    cells.time("changed", _("Changed"), lambda row: row.updated_at, sort="updated_at", shown=False),
)
TARGET = SqlTarget(SHIPPING_REQUEST, ShippingRequestLine, "request", measured={"lineItems.quantity": "unit_count"})
"""Where filters of shipping requests find their values in the database."""


def _locations(organization: Organization) -> Sequence[Choice]:
    rows = Location.objects.within(organization).filter(deleted_at=None).order_by("name")
    return [Choice(public_id, name) for public_id, name in rows.values_list("public_id", "name")]


def _sources(organization: Organization) -> Sequence[Choice]:
    rows = Source.objects.within(organization).exclude(state="deleted").order_by("name")
    return [Choice(public_id, name) for public_id, name in rows.values_list("public_id", "name")]


def _exceptions(organization: Organization) -> Sequence[Choice]:
    return [Choice(one.key, str(one.label)) for one in exception_types]


REQUESTS = ListPage(
    key="shipping_requests",
    name=_("Shipping requests"),
    rows=queries.in_list,
    target=TARGET,
    columns=COLUMNS,
    url=lambda row: reverse("orders:shipping_request", args=[row.public_id]),
    default_sort="-created",
    quick=("status", "locationId", "createdAt", "extOrderId"),
    search=queries.search,
    search_hint=_("Request or order number, reference or SKU"),
    tabs=(
        ViewTab(
            "ready",
            _("To be sent"),
            "f=status~is_one_of~readyForFulfillment",
            lambda organization: queries.counts(organization).ready,
        ),
        ViewTab(
            "waiting",
            _("Waiting for stock"),
            "f=status~is_one_of~pendingInventory",
            lambda organization: queries.counts(organization).waiting,
        ),
        ViewTab("sent", _("Sent"), "f=status~is_one_of~sentToFulfillment~partialFulfillment"),
        ViewTab(
            "failed",
            _("Failed"),
            "f=status~is_one_of~failed",
            lambda organization: queries.counts(organization).failed,
        ),
        ViewTab("canceled", _("Canceled"), "f=status~is_one_of~canceled~canceledRestock"),
    ),
    bulk=(Bulk("cancel", _("Cancel…"), "orders:bulk_cancel_requests", danger=True),),
    empty=Empty(
        _("No shipping requests yet"),
        _("Routing makes them when an order is ready for fulfillment: one for each location that shall ship a part."),
        "truck-delivery",
        "orders:list",
        _("See the orders"),
    ),
    options={
        "locationId": _locations,
        "fulfillmentIntegrationId": _sources,
        "orderIntegration": _sources,
        "exceptions": _exceptions,
    },
    version_of=lambda row: row.version,
    events=("shippingRequestChanged",),
    url_name="orders:shipping_requests",
    whole=document,
)


def address(*statuses: str) -> str:
    """Return the address of the list that shows exactly the requests of these statuses."""
    return REQUESTS.address(reverse("orders:shipping_requests"), Condition("status", "is_one_of", statuses))
