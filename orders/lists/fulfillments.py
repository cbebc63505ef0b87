"""The list of fulfillments."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from orders.documents.fulfillment import FULFILLMENT, document
from orders.fulfillments import queries, shown
from orders.models import Fulfillment, Location, Source
from portal.filters.fields import Choice
from portal.filters.to_sql import SqlTarget
from portal.tenancy.models import Organization
from portal.ui import cells, html
from portal.ui.lists import Empty, ListPage, ViewTab


def tracking_link(one: shown.Tracking) -> SafeString:
    """Draw a tracking number, as a link where its address may be opened: elsewhere, and told nothing of us."""
    if not one.url:
        return format_html('<span class="mono">{}</span>', one.number)
    return format_html(
        '<a class="mono" href="{}" target="_blank" rel="noopener noreferrer nofollow">{}{}</a>',
        one.url,
        one.number,
        html.hidden(_now("opens in a new window")),
    )


def _tracking(row: Fulfillment) -> SafeString:
    found = shown.tracking(row.content)
    return format_html_join(", ", "{}", ((tracking_link(one),) for one in found)) if found else html.nothing()


def _order(row: Fulfillment) -> SafeString:
    return html.link(row.order.ext_order_id, reverse("orders:detail", args=[row.order.public_id]))


def _request(row: Fulfillment) -> SafeString:
    if row.request is None:
        return html.nothing()
    return html.link(row.request.ext_shipment_id, reverse("orders:shipping_request", args=[row.request.public_id]))


COLUMNS = (
    cells.title("fulfillment", _("Fulfillment"), shown.name, sort="number_folded"),
    cells.custom("order", _("Order"), _order, lambda row: row.order.ext_order_id),
    cells.custom("request", _("Shipping request"), _request, lambda row: row.request and row.request.ext_shipment_id),
    cells.status("kind", _("Kind"), lambda row: row.kind, sort="kind"),
    cells.text("items", _("Items"), shown.items),
    cells.text("location", _("Location"), lambda row: row.location and row.location.name),
    cells.text("carrier", _("Carrier"), lambda row: row.content.get("shippingCarrier")),
    cells.custom("tracking", _("Tracking"), _tracking, lambda row: ", ".join(row.content.get("trackingNumber", ()))),
    cells.time("shipped", _("Shipped"), lambda row: row.shipped_at, sort="shipped_at"),
    cells.time("reported", _("Reported"), lambda row: row.created_at, sort="created_at", shown=False),
    cells.text("source", _("Source"), lambda row: shown.reporter(row) or _now("By hand"), shown=False),
    cells.text("class", _("Shipping class"), lambda row: row.content.get("shippingClass"), shown=False),
    cells.money(
        "cost",
        _("Shipping cost"),
        lambda row: (row.content.get("shippingCharge"), row.content.get("currency", "")),
        shown=False,
    ),
)


def _locations(organization: Organization) -> Sequence[Choice]:
    rows = Location.objects.within(organization).filter(deleted_at=None).order_by("name")
    return [Choice(public_id, name) for public_id, name in rows.values_list("public_id", "name")]


def _sources(organization: Organization) -> Sequence[Choice]:
    rows = Source.objects.within(organization).exclude(state="deleted").order_by("name")
    return [Choice(public_id, name) for public_id, name in rows.values_list("public_id", "name")]


FULFILLMENTS = ListPage(
    key="fulfillments",
    name=_("Fulfillments"),
    rows=queries.in_list,
    target=SqlTarget(FULFILLMENT),
    columns=COLUMNS,
    url=lambda row: reverse("orders:fulfillment", args=[row.public_id]),
    default_sort="-reported",
    quick=("actualShipDate", "shippingCarrier", "locationId", "integration", "fulfillmentType"),
    search=queries.search,
    search_hint=_("Tracking number, order number or request number"),
    tabs=(
        ViewTab("shipped", _("Shipped"), "f=fulfillmentType~is_one_of~shipped"),
        ViewTab("rejected", _("Rejected"), "f=fulfillmentType~is_one_of~rejected"),
    ),
    empty=Empty(
        _("Nothing shipped yet"),
        _(
            "Here stands every parcel that a warehouse has shipped, and what it could not ship. Warehouses report it; "
            "where yours does not, open a shipping request and report the shipment by hand."
        ),
        "truck-delivery",
        "orders:list",
        _("See orders"),
    ),
    options={"locationId": _locations, "integration": _sources},
    version_of=lambda row: row.public_id,
    events=("fulfillmentCreated",),
    url_name="orders:fulfillments",
    whole=document,
)
