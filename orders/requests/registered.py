"""What shipping requests bring to the portal: list, menu entry, API resource, cards on the page of their order."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from orders.documents.shipping_request import document
from orders.exceptions.shown import record_pages
from orders.lists.shipping_requests import REQUESTS
from orders.models import ShippingRequest
from orders.panels import Panel, panels
from orders.requests.shown import cards
from portal.api.resources import Resource, Rows, resources
from portal.kit.ids import is_public_id
from portal.kit.text import fold
from portal.ui.lists import list_page, list_pages
from portal.ui.menu import menu


def _whole(rows: Rows) -> Rows:
    whole: QuerySet[ShippingRequest] = rows.defer(None).defer("facets")
    return whole.select_related("organization", "location", "fulfillment_source").prefetch_related("lines")


def _by_id(rows: Rows, text: str) -> Rows:
    """Return the requests that an ID means: our own, or the number, also with `ext:` before it."""
    if is_public_id(text):
        return rows.filter(public_id=text)
    wanted = fold(text.removeprefix("ext:"))
    return rows.filter(number_folded__in=[wanted, f"#{wanted}"])


list_pages.register("shipping_requests", lambda: REQUESTS)
menu.register(
    "shipping_requests",
    _("Shipping requests"),
    icon="truck-delivery",
    url_name="orders:shipping_requests",
    position=22,
)
resources.register(
    "shipments",
    Resource(
        key="shipments",
        label=_("Shipping requests"),
        page=lambda: list_page("shipping_requests"),
        rows=_whole,
        document=document,
        by_id=_by_id,
        ids="The request's ID, or its number, also with `ext:` before it.",
    ),
)
panels.register("orders.requests", Panel(_("Shipping requests"), "orders/shipping_request_cards.html", cards, 10))
record_pages.register("shippingRequest", lambda public_id: REQUESTS.url(ShippingRequest(public_id=public_id)))
