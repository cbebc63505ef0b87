"""A list of orders declared as any page would, for the tests of lists; and its URLs."""

from django.http import HttpResponseBase
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from orders.documents.catalogue import ORDER
from orders.models import Order, OrderLine
from portal.filters.to_sql import SqlTarget
from portal.tenancy.models import Organization
from portal.tenancy.roles import Permission
from portal.ui import cells
from portal.ui.access import PageRequest, page
from portal.ui.lists import Bulk, Empty, ListPage, Rows, ViewTab, list_paths


def rows(organization: Organization) -> Rows:
    return Order.objects.within(organization).filter(deleted_at=None).select_related("source")


def search(found: Rows, text: str) -> Rows:
    return found.filter(search__contains=text.casefold())


def on_hold(organization: Organization) -> int:
    return rows(organization).filter(status="onHold").count()


ORDERS = ListPage(
    key="demo",
    name=_("Orders"),
    rows=rows,
    target=SqlTarget(ORDER, OrderLine),
    columns=[
        cells.title("order", _("Order"), lambda order: order.ext_order_id, sort="ext_order_id"),
        cells.time("placed", _("Placed"), lambda order: order.placed_at, sort="placed_at"),
        cells.text("customer", _("Customer"), lambda order: order.customer_name, sort="customer_name"),
        cells.text("source", _("Source"), lambda order: order.source.name),
        cells.number("lines", _("Lines"), lambda order: order.line_count, sort="line_count"),
        cells.money("total", _("Total"), lambda order: (order.total, order.currency), sort="total"),
        cells.status("status", _("Status"), lambda order: order.status, sort="status"),
        cells.time("hold", _("Held until"), lambda order: order.hold_until, sort="hold_until", shown=False),
        cells.tags("tags", _("Tags"), lambda order: order.content.get("tags") or [], shown=False),
    ],
    url=lambda order: f"/demo/{order.public_id}",
    default_sort="-placed",
    quick=("status", "totalPrice", "tags"),
    search=search,
    tabs=(ViewTab("on-hold", _("On hold"), "f=status~is_one_of~onHold", on_hold),),
    bulk=(
        Bulk("release", _("Release hold"), "demo_bulk"),
        Bulk("cancel", _("Cancel here"), "demo_bulk", Permission.OPERATE, _("The warehouse is not told."), danger=True),
    ),
    empty=Empty(_("No orders yet"), _("They appear here when a store is connected."), "package"),
    events=("orderChanged",),
)


@page()
def demo_list(request: PageRequest, extension: str = "") -> HttpResponseBase:
    return ORDERS.answer(request, "ui/list_page.html", extension)


@page(Permission.OPERATE)
def demo_bulk(request: PageRequest) -> HttpResponseBase:
    from django.http import JsonResponse

    return JsonResponse({"rows": sorted(order.ext_order_id for order in ORDERS.selected(request))})


urlpatterns = [
    path("", include("portal.urls")),
    path("demo-bulk", demo_bulk, name="demo_bulk"),
    *list_paths("demo/", demo_list, "demo"),
]

handler403 = "portal.ui.errors.forbidden"
handler404 = "portal.ui.errors.not_found"
