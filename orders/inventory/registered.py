"""What the pages of stock bring when the process starts: their lists, the menu entry, the API's resource."""

from django.utils.translation import gettext_lazy as _

from orders.documents.inventory import document
from orders.exceptions.shown import record_pages
from orders.lists.inventory import inventory_list
from orders.lists.inventory_totals import totals_list
from orders.models import InventoryLevel
from portal.api.resources import Resource, Rows, resources
from portal.ui.lists import list_page, list_pages
from portal.ui.menu import menu

list_pages.register("inventory", inventory_list)
list_pages.register("inventory-totals", totals_list)
menu.register("inventory", _("Inventory"), icon="box", url_name="orders:inventory", position=54)


def _by_id(found: Rows, text: str) -> Rows:
    return found.filter(public_id=text)


resources.register(
    "inventory",
    Resource(
        key="inventory",
        label=_("Inventory"),
        page=lambda: list_page("inventory"),
        document=document,
        by_id=_by_id,
        ids="The record's ID.",
    ),
)
record_pages.register("inventory", lambda public_id: inventory_list().url(InventoryLevel(public_id=public_id)))
