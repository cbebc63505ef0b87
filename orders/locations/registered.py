"""What locations and routing cards bring to the portal: the list, menu entries, the API resource."""

from django.utils.translation import gettext_lazy as _

from orders.lists.locations import location_list
from orders.locations.document import document
from portal.api.resources import Resource, Rows, resources
from portal.kit.ids import is_public_id
from portal.ui.lists import list_page, list_pages
from portal.ui.menu import menu


def _by_id(rows: Rows, text: str) -> Rows:
    """Return the locations that an ID means: our own, or what a system calls it, also with `ext:` before it."""
    if is_public_id(text):
        return rows.filter(public_id=text)
    named = rows.order_by().filter(externals__ext_location_id=text.removeprefix("ext:"))
    return rows.filter(pk__in=named.values("pk"))


list_pages.register("locations", location_list)
menu.register("locations", _("Locations"), icon="building-warehouse", url_name="orders:locations", position=56)
menu.register("routing", _("Routing"), icon="route", url_name="orders:routing", position=62)
resources.register(
    "locations",
    Resource(
        key="locations",
        label=_("Locations"),
        page=lambda: list_page("locations"),
        document=document,
        by_id=_by_id,
        ids="The location's ID, or `ext:` and what a system calls it.",
    ),
)
