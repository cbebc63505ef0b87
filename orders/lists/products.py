"""The list of products."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from orders.documents.product import KINDS, PRODUCT, STATES, STATUSES, document
from orders.models import Product, Publication, Source
from orders.products import queries
from portal.filters.fields import Choice
from portal.filters.to_sql import SqlTarget
from portal.kit.json import Json
from portal.tenancy.models import Organization
from portal.tenancy.roles import Permission
from portal.ui import cells, html
from portal.ui.cells import Column
from portal.ui.lists import Bulk, Empty, ListPage, ViewTab


def kind(product: Product) -> str:
    """Return what kind of product it is, in words."""
    return _now(KINDS[product.kind])


def status(product: Product) -> SafeString:
    """Draw whether a product can be sold at all."""
    told = status_of(product)
    words = _now("Deleted") if told == "deleted" else _now(STATUSES[told])
    return html.status({"active": "enabled", "inactive": "disabled"}.get(told, told), words)


def status_of(product: Product) -> str:
    """Return active, inactive or deleted."""
    if product.deleted_at is not None:
        return "deleted"
    return str(product.content.get("status", "active"))


def channels(product: Product) -> list[str]:
    """Return the channels that publish a product, by name."""
    shown = (Publication.State.PUBLISHED, Publication.State.TO_BE_PUBLISHED)
    return [one.source.name for one in product.channels if one.state in shown]


def _sku(product: Product) -> SafeString:
    return html.fill('<span class="mono">{}</span>', product.sku)


def _price(product: Product) -> tuple[Any, str]:
    first: Json = next(iter(product.content.get("prices") or ()), {})
    return first.get("value"), first.get("currency", "")


def _said(path: str) -> Any:
    return lambda product: product.content.get(path)


def components(product: Product) -> list[str]:
    """Return the components as files have them: 2 × LEAF."""
    return [f"{one.quantity} × {one.sku}" for one in product.parts]


def _lines(path: str, label: Any) -> Column:
    return cells.tags(path, label, lambda product: product.content.get(path) or [], shown=False)


def options(product: Product) -> list[str]:
    """Return what makes a variant: Size: L."""
    return [f"{one['name']}: {one['value']}" for one in product.content.get("variantOptions") or ()]


COLUMNS = (
    cells.title("name", _("Product"), lambda one: one.name, sort=("name_folded",)),
    cells.custom("sku", _("SKU"), _sku, lambda one: one.sku, sort=("sku_folded",)),
    cells.text("kind", _("Kind"), kind, sort="kind"),
    cells.custom("status", _("Status"), status, status_of),
    cells.tags("channels", _("Channels"), channels),
    cells.money("price", _("Price"), _price),
    cells.text("vendor", _("Vendor"), _said("vendor")),
    cells.time("changed", _("Changed"), lambda one: one.updated_at, sort="updated_at"),
    cells.text("owner", _("Owner"), lambda one: one.owner and one.owner.name, shown=False),
    cells.text("parent", _("Parent SKU"), lambda one: one.parent and one.parent.sku, shown=False),
    cells.tags("options", _("Variant options"), options, shown=False),
    cells.tags("components", _("Components"), components, shown=False),
    cells.text("upc", _("Barcode"), _said("upc"), shown=False),
    cells.text("partId", _("Part number"), _said("partId"), shown=False),
    cells.money("cost", _("Cost"), lambda one: (one.content.get("cost"), one.content.get("costCurrency", "")),
                shown=False),
    cells.text("harmonizedCode", _("Customs code"), _said("harmonizedCode"), shown=False),
    cells.text("countryOfOrigin", _("Country of origin"), _said("countryOfOrigin"), shown=False),
    cells.text("weight", _("Weight"), _said("weight"), shown=False),
    cells.text("weightUnit", _("Weight unit"), _said("weightUnit"), shown=False),
    cells.text("length", _("Length"), _said("length"), shown=False),
    cells.text("width", _("Width"), _said("width"), shown=False),
    cells.text("height", _("Height"), _said("height"), shown=False),
    cells.text("dimensionsUnit", _("Unit of length"), _said("dimensionsUnit"), shown=False),
    cells.text("tracked", _("Stock"), lambda one: _now("not counted") if one.not_tracked else _now("counted"),
               shown=False),
    _lines("tags", _("Tags")),
    cells.text("description", _("Description"), _said("description"), shown=False),
    cells.time("added", _("Added"), lambda one: one.created_at, sort="created_at", shown=False),
)  # fmt: skip


def sources(organization: Organization) -> Sequence[Choice]:
    """Return the channels to choose from, by name."""
    found = Source.objects.within(organization).exclude(state=Source.State.DELETED).order_by("name")
    return [Choice(public_id, name) for public_id, name in found.values_list("public_id", "name")]


def _states(organization: Organization) -> Sequence[Choice]:
    return [Choice(key, _now(label)) for key, label in STATES.items()]


@cache
def product_list() -> ListPage:
    """Return the list."""
    return ListPage(
        key="products",
        name=_("Products"),
        rows=queries.in_list,
        target=SqlTarget(PRODUCT),
        columns=COLUMNS,
        url=lambda one: reverse("orders:product", args=[one.public_id]),
        default_sort="name",
        quick=("kind", "status", "published[].integrationId", "vendor"),
        search=queries.search,
        search_hint=_("SKU, name, barcode or number at a channel"),
        tabs=(
            ViewTab("bundles", _("Bundles"), "f=kind~is_one_of~bundle"),
            ViewTab("variants", _("With variants"), "f=kind~is_one_of~parent"),
            ViewTab("untracked", _("Stock not counted"), "f=inventoryNotTracked~is_true"),
            ViewTab("inactive", _("Inactive"), "f=status~is_one_of~inactive"),
        ),
        bulk=(
            Bulk("publish", _("Publish…"), "orders:products_bulk_publish", Permission.OPERATE),
            Bulk("unpublish", _("Unpublish…"), "orders:products_bulk_unpublish", Permission.OPERATE),
            Bulk("tracking", _("Count stock or not…"), "orders:products_bulk_tracking", Permission.OPERATE),
            Bulk("delete", _("Delete…"), "orders:products_bulk_delete", Permission.OPERATE, danger=True),
        ),
        empty=Empty(
            _("No products yet"),
            _("A connected shop brings its catalogue. Others come in as a file, or are added one by one."),
            "tag",
            "orders:product_new",
            _("Add product"),
        ),
        options={
            "integration": sources,
            "published[].integrationId": sources,
            "published[].status": _states,
        },
        version_of=lambda one: one.version,
        events=("productChanged",),
        url_name="orders:products",
        whole=document,
    )
