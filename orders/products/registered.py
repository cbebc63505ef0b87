"""What products bring to the portal: list, menu entry, API resource, statuses on channels."""

from django.utils.translation import gettext_lazy as _

import orders.products.suggest  # noqa: F401 - brings suggestions
from orders.documents.product import document
from orders.exceptions.shown import record_pages
from orders.lists.products import product_list
from orders.models import Product
from orders.products.queries import by_id
from portal.api.resources import Resource, resources
from portal.ui.lists import list_page, list_pages
from portal.ui.menu import menu
from portal.ui.statuses import Shape, Status, Tone, statuses

list_pages.register("products", product_list)
menu.register("products", _("Products"), icon="tag", url_name="orders:products", position=52, shortcut="p")
resources.register(
    "products",
    Resource(
        key="products",
        label=_("Products"),
        page=lambda: list_page("products"),
        document=document,
        by_id=by_id,
        ids="The product's ID, its SKU, `ext:` and its number at a channel, or `api:` and its ID there.",
    ),
)
record_pages.register("product", lambda public_id: product_list().url(Product(public_id=public_id)))
statuses.register("tobepublished", Status(_("To be published"), Tone.BLUE, Shape.HALF))
statuses.register("published", Status(_("Published"), Tone.GREEN, Shape.DOT))
statuses.register("tobeunpublished", Status(_("To be unpublished"), Tone.AMBER, Shape.HALF))
statuses.register("unpublished", Status(_("Unpublished"), Tone.GREY, Shape.RING))
