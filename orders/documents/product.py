"""What a product can be asked, and its document: names as in behaviour.md 2.4.

`content` holds what has no column of its own. Reads that write or show documents go through `orders.products.rows`,
which brings the components and the channels beside the row.
"""

import datetime as dt
from typing import Any

from orders.documents.instants import instant
from orders.models import Product, Publication
from orders.records.product import ProductRecord
from portal.filters.facets import Facets
from portal.filters.fields import Catalogue, Field, Type, choices
from portal.filters.mark import gettext_noop as _
from portal.kit.json import Json

ENTITY = "product"
KINDS = {
    "simple": _("Simple"),
    "parent": _("Parent of variants"),
    "child": _("Variant"),
    "bundle": _("Bundle"),
}
STATUSES = {"active": _("Active"), "inactive": _("Inactive")}
STATES = {
    "tobepublished": _("To be published"),
    "published": _("Published"),
    "tobeunpublished": _("To be unpublished"),
    "unpublished": _("Unpublished"),
    "disabled": _("Disabled"),
}
"""How a product stands on a channel."""
COLUMNS = {"sku": "sku", "name": "name", "kind": "kind", "inventoryNotTracked": "not_tracked"}
"""Members of the document that are columns of the row."""
VOLATILE = ("updatedAt", "extProductUpdatedAt", "types")
"""What may change without a line of history."""
_OWN = frozenset({"parent_ext_api_id", "ext_product_api_id", "ext_product_id", "ext_product_updated_at", "source_doc"})

_WHAT, _TRADE, _SIZE, _CHANNELS, _DATES = _("Product"), _("Trade"), _("Size and weight"), _("Channels"), _("Dates")


def _text(path: str, label: str, group: str, **more: Any) -> Field:
    return Field(path, label, Type.TEXT, group, **more)


def _number(path: str, label: str) -> Field:
    return Field(path, label, Type.NUMBER, _SIZE, writable=True)


PRODUCT = Catalogue(
    ENTITY,
    _("product"),
    [
        _text("sku", _("SKU"), _WHAT, folded="sku_folded"),
        _text("name", _("Name"), _WHAT, folded="name_folded", writable=True),
        Field("kind", _("Kind"), Type.ENUM, _WHAT, choices=choices(KINDS), column="kind"),
        Field("status", _("Status"), Type.ENUM, _WHAT, choices=choices(STATUSES), writable=True),
        Field("inventoryNotTracked", _("Stock not counted"), Type.BOOLEAN, _WHAT, column="not_tracked", writable=True),
        _text("description", _("Description"), _WHAT, writable=True),
        _text("upc", _("Barcode"), _WHAT, writable=True, help=_("UPC, EAN or GTIN")),
        _text("partId", _("Part number"), _WHAT, writable=True),
        _text("vendor", _("Vendor"), _TRADE, writable=True),
        Field("tags", _("Tags"), Type.LIST, _WHAT, noun=_("tag"), writable=True),
        _text("productId", _("Product ID"), _WHAT, folded="public_id"),
        _text("parentProductId", _("Parent"), _WHAT, folded="parent__public_id"),
        Field("bundleItems[].sku", _("Bundle components"), Type.LIST, _WHAT, noun=_("component")),
        Field("variantOptions[].value", _("Variant options"), Type.LIST, _WHAT, noun=_("variant option")),
        Field("cost", _("Cost"), Type.MONEY, _TRADE, currency="costCurrency", writable=True),
        _text("costCurrency", _("Currency of the cost"), _TRADE, writable=True),
        Field("taxable", _("Taxable"), Type.BOOLEAN, _TRADE, writable=True),
        Field("countryOfOrigin", _("Country of origin"), Type.COUNTRY, _TRADE, writable=True),
        _text("harmonizedCode", _("Customs code"), _TRADE, writable=True, help=_("Harmonized system (HS) code")),
        _number("weight", _("Weight")),
        Field("weightUnit", _("Unit of weight"), Type.ENUM, _SIZE, writable=True,
              choices=choices({"lb": "lb", "oz": "oz", "kg": "kg", "g": "g"})),
        _number("length", _("Length")),
        _number("width", _("Width")),
        _number("height", _("Height")),
        Field("dimensionsUnit", _("Unit of length"), Type.ENUM, _SIZE, writable=True,
              choices=choices({"cm": "cm", "in": "in", "ft": "ft"})),
        _text("integration", _("Owner"), _CHANNELS, folded="owner__public_id",
              help=_("The integration that made it; none where people did")),
        Field("published[].integrationId", _("Channels"), Type.LIST, _CHANNELS, noun=_("channel")),
        Field("published[].status", _("States on channels"), Type.LIST, _CHANNELS, noun=_("state")),
        Field("published[].sku", _("SKUs on channels"), Type.LIST, _CHANNELS, noun=_("SKU there")),
        _text("extProductId", _("Number at the owner"), _CHANNELS),
        _text("extProductApiId", _("ID at the owner"), _CHANNELS),
        Field("createdAt", _("Added"), Type.DATETIME, _DATES, column="created_at"),
        Field("updatedAt", _("Changed"), Type.DATETIME, _DATES, column="updated_at"),
    ],
)  # fmt: skip
FACETS = Facets(PRODUCT)


def reported(record: ProductRecord) -> Json:
    """Return what an integration says of a product, by the members of the document; what it leaves out is absent."""
    told = record.model_dump(by_alias=True, exclude=set(_OWN), exclude_none=True)
    told["inventoryNotTracked"] = told.pop("notTracked")
    plain = {key: _plain(value) for key, value in told.items()}
    return {key: value for key, value in plain.items() if value not in ("", [])}


REPORTED = frozenset(
    {one.alias or name for name, one in ProductRecord.model_fields.items() if name not in _OWN} - {"notTracked"}
) | {"inventoryNotTracked"}
"""Members of the document that an integration may set."""


def fields_of(product: Product) -> Json:
    """Return the members of a product that people, rules and its owner set, without components and channels."""
    content: Json = product.content
    return content | {key: getattr(product, column) for key, column in COLUMNS.items()}


def document(product: Product) -> Json:
    """Return the document as the product stands now; reads what `orders.products.rows.whole` has joined."""
    told: Json = {
        "productId": product.public_id,
        "orgKey": product.organization.public_id,
        **fields_of(product),
        "types": [product.kind, *(["bundleItem"] if product.__dict__.get("component") else [])],
        "bundleItems": [_part(one) for one in product.parts],
        "published": [_published(one) for one in product.channels],
        "createdAt": _moment(product.created_at),
        "updatedAt": _moment(product.updated_at),
    }
    if product.parent is not None:
        told["parentProductId"] = product.parent.public_id
    if product.deleted_at is not None:
        told["deletedAt"] = instant(product.deleted_at)
    if product.owner is not None:
        told["integration"] = product.owner.public_id
        told |= _at_owner(product)
    return told


def facets(product: Product) -> Json:
    """Return the normal forms of the fields that have no column."""
    return FACETS.of(document(product))


def _at_owner(product: Product) -> Json:
    """Return what the owner calls the product."""
    own = next((one for one in product.channels if one.source_id == product.owner_id), None)
    if own is None:
        return {}
    told = {
        "extProductId": own.ext_product_id,
        "extProductApiId": own.ext_product_api_id,
        "parentExtProductApiId": own.parent_api_id,
        "extProductUpdatedAt": instant(own.reported_at) if own.reported_at else "",
    }
    return {key: value for key, value in told.items() if value}


def _part(one: Any) -> Json:
    told = {"sku": one.sku, "quantity": one.quantity, "updatedAt": _moment(one.updated_at)}
    return told | ({"updatedBy": one.updated_by} if one.updated_by else {})


def _published(one: Publication) -> Json:
    told: Json = {
        "integrationId": one.source.public_id,
        "sku": one.sku,
        "status": one.state,
        "bufferInventory": one.buffer,
        "inventoryNotTracked": one.not_tracked,
        "updatedAt": _moment(one.updated_at),
    }
    more = {
        "name": one.name,
        "extProductId": one.ext_product_id,
        "extProductApiId": one.ext_product_api_id,
        "updatedBy": one.updated_by,
    }
    return told | {key: value for key, value in more.items() if value}


def _moment(at: Any) -> str:
    """Return an instant; empty while the database has not set it yet."""
    return instant(at) if isinstance(at, dt.datetime) else ""


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return instant(value)
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
