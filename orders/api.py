"""What the API reads of orders and exceptions."""

from typing import cast

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from orders.documents.exception import document as exception_document
from orders.documents.order import document
from orders.models import Order
from portal.api.resources import Resource, Rows, resources
from portal.kit.ids import is_public_id
from portal.kit.json import Json
from portal.kit.text import fold
from portal.ui.lists import list_page


def _order_document(order: Order) -> Json:
    return document(order, source_public_id=order.source.public_id, organization_public_id=order.organization.public_id)


def _with_content(rows: Rows) -> Rows:
    return rows.defer(None).select_related("source", "organization").defer("source_doc", "facets", "kept", "terms")


def order_by_id(rows: Rows, text: str) -> Rows:
    """Return the orders that an ID means: our own, `ext:` and the number, `api:` and the channel's, or bare.

    Each way is a query of its own over one index; joined by OR they would read every order.
    """
    bare = rows.order_by().select_related(None)
    kind, colon, rest = text.partition(":")
    if is_public_id(text):
        return rows.filter(public_id=text)
    if colon and kind == "ext":
        return rows.filter(pk__in=_by_number(bare, rest))
    if colon and kind == "api":
        return rows.filter(pk__in=_by_channel_id(bare, rest))
    return rows.filter(pk__in=_by_number(bare, text).union(_by_channel_id(bare, text)))


def _by_number(rows: Rows, number: str) -> "QuerySet[Order]":
    wanted = fold(number)
    return cast("QuerySet[Order]", rows.filter(number_folded__in=[wanted, f"#{wanted}"]).values("pk"))


def _by_channel_id(rows: Rows, channel_id: str) -> "QuerySet[Order]":
    """Through the sources, because the index over the channels' IDs begins with the source."""
    own = rows.filter(source__organization_id=F("organization_id"), ext_order_api_id=channel_id)
    return cast("QuerySet[Order]", own.values("pk"))


def _by_public_id(rows: Rows, text: str) -> Rows:
    return rows.filter(public_id=text)


resources.register(
    "orders",
    Resource(
        key="orders",
        label=_("Orders"),
        page=lambda: list_page("orders"),
        rows=_with_content,
        document=_order_document,
        by_id=order_by_id,
        ids="The order's ID, `ext:` and its number, `api:` and its ID in the channel, or one of these two alone.",
    ),
)
resources.register(
    "exceptions",
    Resource(
        key="exceptions",
        label=_("Exceptions"),
        page=lambda: list_page("exceptions"),
        document=exception_document,
        by_id=_by_public_id,
        ids="The exception's ID.",
    ),
)
