"""What fulfillments bring to the portal: list, menu entry, API resource, cards on orders and shipping requests."""

from django.utils.translation import gettext_lazy as _

from orders.documents.fulfillment import document
from orders.fulfillments.shown import of_order, of_request
from orders.lists.fulfillments import FULFILLMENTS
from orders.panels import Panel, panels
from orders.requests.panels import Panel as RequestPanel
from orders.requests.panels import panels as request_panels
from portal.api.resources import Resource, Rows, resources
from portal.kit.ids import is_public_id
from portal.kit.text import fold
from portal.ui.lists import list_page, list_pages
from portal.ui.menu import menu
from portal.ui.statuses import Shape, Status, Tone, statuses


def _whole(rows: Rows) -> Rows:
    return rows.defer(None).select_related("organization", "order", "request", "location", "source").defer(
        "facets", "order__content", "order__source_doc", "order__facets", "order__terms", "order__kept",
        "request__content", "request__facets",
    )  # fmt: skip


def _by_id(rows: Rows, text: str) -> Rows:
    """Return the fulfillments that an ID means: our own, or the warehouse's number, also with `ext:` before it."""
    if is_public_id(text):
        return rows.filter(public_id=text)
    return rows.filter(number_folded=fold(text.removeprefix("ext:")))


list_pages.register("fulfillments", lambda: FULFILLMENTS)
menu.register("fulfillments", _("Fulfillments"), icon="truck", url_name="orders:fulfillments", position=24)
resources.register(
    "fulfillments",
    Resource(
        key="fulfillments",
        label=_("Fulfillments"),
        page=lambda: list_page("fulfillments"),
        rows=_whole,
        document=document,
        by_id=_by_id,
        ids="The fulfillment's ID, or the warehouse's number of it, also with `ext:` before it.",
    ),
)
panels.register("orders.fulfillments", Panel(_("Fulfillments"), "orders/fulfillment_cards.html", of_order, 20))
request_panels.register(
    "fulfillments", RequestPanel(_("Fulfillments"), "orders/fulfillment_cards.html", of_request, position=10)
)
statuses.register("shipped", Status(_("Shipped"), Tone.GREEN, Shape.CHECK))
statuses.register("rejected", Status(_("Rejected"), Tone.RED, Shape.CROSS))
