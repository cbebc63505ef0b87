"""What can be read over the API. An app brings a resource in one file, and nothing else is edited:

    # orders/api.py, imported when the app starts
    resources.register("orders", Resource(
        key="orders",                                    # /api/v1/orders, the scope orders:read
        label=_("Orders"),
        page=lambda: list_page("orders"),                # its list: fields, search, sort, views
        rows=with_documents,                             # what its document needs, joined and loaded
        document=order_document,                         # one record as JSON
        by_id=any_id,                                    # the rows that an ID may mean
    ))

A route of its own is a module in `portal/api/routes/` with a `router`, or a `routers.register` of an app.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django_stubs_ext import StrOrPromise
from ninja import Router

from portal.filters.fields import Catalogue
from portal.kit.json import Json
from portal.kit.registry import Registry
from portal.tenancy.scopes import Scope, scopes
from portal.ui.lists import ListPage

Rows = QuerySet[Any]


@dataclass(frozen=True)
class Resource:
    """One kind of record; see the module. `ids` tells people which IDs `by_id` understands."""

    key: str
    label: StrOrPromise
    page: Callable[[], ListPage]
    document: Callable[[Any], Json]
    by_id: Callable[[Rows, str], Rows]
    rows: Callable[[Rows], Rows] = lambda rows: rows
    ids: str = "Its ID."

    @property
    def scope(self) -> str:
        """What a key needs to read it."""
        return f"{self.key}:read"

    @property
    def catalogue(self) -> Catalogue:
        """The fields that its filters may name."""
        return self.page().target.catalogue


class _Resources(Registry[Resource]):
    """Resources, each of which brings the scope that lets keys read it."""

    def register(self, key: str, entry: Resource) -> Resource:
        """Add a resource and its scope."""
        scopes.register(entry.scope, Scope(entry.scope, entry.label))
        return super().register(key, entry)


resources = _Resources("API resource")
routers: Registry[Router] = Registry("API router")
"""Routers by their key; each names its own paths."""


def of_entity(name: str) -> Resource | None:
    """Return the resource whose filters are of this entity (`order`), also by its own key (`orders`)."""
    return next((one for one in resources.all() if name in (one.key, one.catalogue.entity)), None)
