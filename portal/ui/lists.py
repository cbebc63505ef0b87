"""Lists, declared: filter chips, search, sort, paging, columns, saved views, bulk bar, CSV and JSON.

    # orders/views/list.py
    ORDERS = ListPage(
        key="orders",
        name=_("Orders"),
        rows=lambda organization: Order.objects.within(organization).select_related("source"),
        target=SqlTarget(ORDER, OrderLine),
        columns=COLUMNS,                                    # portal.ui.cells
        url=lambda order: reverse("orders:detail", args=[order.public_id]),
        default_sort="-placed",                             # a column's key
        quick=("status", "totalPrice"),                     # fields with a chip at hand
        search=search_orders,                               # (rows, text) -> rows, or portal.ui.found.Found
        tabs=(ViewTab("on-hold", _("On hold"), "f=status~equals~onHold"),),
        empty=Empty(_("No orders yet"), _("They come in when…"), "package", "integrations:list", _("Add integration")),
        bulk=(Bulk("release", _("Release hold"), "orders:bulk_release", Permission.OPERATE),),
        events=("orderChanged",),                           # HX-Trigger events after which it reads afresh
        url_name="orders:list",
    )

    # orders/apps.py: found by its key by the API, commands and the builder (`list_page("orders")`)
    list_pages.register("orders", lambda: ORDERS)

    @page()
    def order_list(request: PageRequest, extension: str = "") -> HttpResponseBase:
        return ORDERS.answer(request, "orders/list.html", extension)

    # orders/urls.py
    urlpatterns = [*list_paths("", order_list, name="list"), …]

    {# templates/orders/list.html #}
    {% extends "ui/list_page.html" %}
    {% block page_actions %}…{% endblock %}

A bulk endpoint gets its rows with `ORDERS.selected(request)`. A link to a state of the list is
`ORDERS.address(reverse("orders:list"), Condition("status", "equals", "onHold"))`.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any
from urllib.parse import quote

from django.db.models import F, Field, Model, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from portal.filters.fields import Choice
from portal.filters.to_sql import SqlTarget, to_q
from portal.filters.to_words import Names
from portal.filters.tree import Condition, Group
from portal.kit.clock import now
from portal.kit.json import Json
from portal.kit.registry import Registry
from portal.savedviews import built_in
from portal.savedviews.shelf import Shelf
from portal.savedviews.shelf import shelf as read_shelf
from portal.tenancy.models import Organization
from portal.tenancy.roles import Permission
from portal.ui import chips, exports, list_state
from portal.ui.access import PageRequest, may
from portal.ui.cells import Column
from portal.ui.counting import count
from portal.ui.found import Found, Search, found
from portal.ui.htmx import is_part, page_or_part
from portal.ui.list_answer import Listing
from portal.ui.list_parts import View, by_key, saved_view
from portal.ui.list_state import State

Rows = QuerySet[Any]
REFRESH_SECONDS = 10
ME = "{me}"


@dataclass(frozen=True)
class ViewTab:
    """A built-in view: a tab with a kept address. `count` reads how many rows wait in it, with one query.

    `{me}` in the query stands for the e-mail of whoever looks; programs, who are nobody, do not have such a view.
    """

    key: str
    label: StrOrPromise
    query: str
    count: Callable[[Organization], int] | None = None


@dataclass(frozen=True)
class Bulk:
    """An act on ticked rows: a POST to `url_name` with `row`=id…, or `all`=1 and `query`.

    `confirm` says what will happen and asks first; for what cannot be undone.
    """

    key: str
    label: StrOrPromise
    url_name: str
    permission: Permission = Permission.OPERATE
    confirm: StrOrPromise = ""
    danger: bool = False
    more: bool = False
    """It stands in the menu *More* at the end of the bar."""


@dataclass(frozen=True)
class Empty:
    """What a list says when nothing was ever in it: what it is, why it is empty, one next step."""

    title: StrOrPromise
    text: StrOrPromise = ""
    icon: str = "inbox"
    url_name: str = ""
    label: StrOrPromise = ""


@dataclass(frozen=True)
class ListPage:
    """A list, declared once; see the module. `options` offers choices for text fields, by path."""

    key: str
    name: StrOrPromise
    rows: Callable[[Organization], Rows]
    target: SqlTarget
    columns: Sequence[Column]
    url: Callable[[Any], str]
    default_sort: str
    quick: Sequence[str] = ()
    search: Search | None = None
    search_hint: StrOrPromise = ""
    tabs: Sequence[ViewTab] = ()
    bulk: Sequence[Bulk] = ()
    empty: Empty = Empty(_("Nothing here yet"))
    options: Mapping[str, Callable[[Organization], Sequence[Choice]]] | None = None
    document: Callable[[Any], Json] | None = None
    id_of: Callable[[Any], str] = lambda row: str(row.public_id)
    version_of: Callable[[Any], object] = lambda row: getattr(row, "updated_at", "")
    events: Sequence[str] = ()
    sizes: Sequence[int] = (25, 50, 100, 200)
    refresh: int = REFRESH_SECONDS
    url_name: str = ""
    """The name of its page's address."""
    whole: Callable[[Any], Json] | None = None
    """A row as the document that its catalogue describes: *Advanced filter* explains a row with it."""

    @cached_property
    def by_key(self) -> dict[str, Column]:
        """Columns by their key."""
        return {column.key: column for column in self.columns}

    def names(self, organization: Organization) -> Names:
        """Return what the values of a field are called: stores and places by their IDs; each read once."""
        choices = self.options or {}
        return cache(lambda path: choices[path](organization) if path in choices else ())

    def answer(
        self, request: PageRequest, template: str, extension: str = "", context: Mapping[str, Any] | None = None
    ) -> HttpResponseBase:
        """Answer a request for the list: page, part, filter form, CSV or JSON."""
        listing = self._listing(request)
        if extension == "csv":
            return exports.csv_response(self.key, listing.columns, self._all(listing).iterator(chunk_size=2000))
        if extension == "json":
            return exports.json_answer(listing)
        if "form" in request.GET and is_part(request):
            return listing.form_answer(request)
        if "edit" in request.GET:
            return self._edited(request, listing, template, context)
        return self._page(request, listing, template, context)

    def _edited(
        self, request: PageRequest, listing: Listing, template: str, context: Mapping[str, Any] | None
    ) -> HttpResponseBase:
        found = chips.apply(request.GET, listing.state, listing.catalogue, listing.zone, listing.options())
        if isinstance(found, chips.ChipForm):
            return listing.form_answer(request, found)
        changed = replace(listing, state=found) if found else listing
        if not is_part(request):
            return HttpResponseRedirect(changed.address())
        return self._page(request, changed, template, context)

    def _page(
        self, request: PageRequest, listing: Listing, template: str, context: Mapping[str, Any] | None
    ) -> HttpResponse:
        refreshed = request.headers.get("HX-Target") == "list-body"
        part = "ui/list.html#body" if refreshed else "ui/list.html"
        response = page_or_part(request, template, part, {**(context or {}), "list": listing})
        if is_part(request) and not refreshed:
            response["HX-Push-Url"] = listing.address()
        return response

    def _listing(self, request: PageRequest) -> Listing:
        return self.listing(request, request.GET, _path(request))

    def listing(self, request: PageRequest, get: QueryDict, path: str) -> Listing:
        """Return the list in the state that parameters ask for, as its page at `path` shows it."""
        zone = timezone.get_current_timezone()
        views, default = self._views(request)
        get = by_key(get, views)
        queries = {view.key: view.query for view in views}
        state = list_state.read(get, self.target.catalogue, zone, queries, self.sizes, default)
        parts = (self, request.organization, request.member, request.user, path, state, views, default)
        return Listing(*parts, zone, now())

    def shelf(self, request: PageRequest) -> Shelf:
        """Read the saved views that this member sees, and how they want to find them."""
        return read_shelf(request.organization, request.user, request.member.role, self.key)

    def _views(self, request: PageRequest) -> tuple[list[View], str]:
        """Return the views as this person has put them, and the key of the one that opens by itself."""
        kept = self.shelf(request)
        count = {tab.key: tab.count for tab in self.tabs}
        me = quote(request.user.email.replace("%", "%25").replace("~", "%7E"))
        found = {tab.key: View(tab.key, tab.label, tab.query.replace(ME, me)) for tab in self.tabs}
        found |= {view.key: saved_view(view, request.member) for view in kept.views}
        views = [found[key] for key in kept.in_order(found)]
        counted = [
            replace(view, count=read(request.organization)) if (read := count.get(view.key)) else view for view in views
        ]
        return counted, kept.default(found)

    def _all(self, listing: Listing) -> Rows:
        return self.ordered(listing.matching, listing.state)

    def found(self, organization: Organization, state: State) -> Found:
        """Return what the search box of a state finds; all rows without one."""
        return found(self.search, self.rows(organization), "" if state.problems else state.q)

    def filtered(
        self, organization: Organization, state: State, zone: dt.tzinfo, at: dt.datetime, among: Found | None = None
    ) -> Rows:
        """Return the rows that a state asks for, unordered; none when its filter is wrong.

        `among` is what its search box has found, where that is known already.
        """
        rows = (among or self.found(organization, state)).rows
        if state.problems:
            return rows.none()
        return rows.filter(to_q(state.tree, self.target, at, zone=zone)) if state.tree.items else rows

    def ordered(self, rows: Rows, state: State) -> Rows:
        """Return the rows in the state's order, made definite by the primary key; absent values come last."""
        sort = self.sort_of(state)
        back = sort.startswith("-")
        fields = [_order(rows.model, name, back=back) for name in self.by_key[sort.lstrip("-")].sort]
        return rows.order_by(*fields, "-pk" if back else "pk")

    def sort_of(self, state: State) -> str:
        """Return the sort of a state if there is such a column, else the list's own."""
        column = self.by_key.get(state.sort.removeprefix("-"))
        return state.sort if column and column.sort else self.default_sort

    def columns_of(self, state: State) -> list[Column]:
        """Return the columns of a state, in the list's order; the title is always there."""
        chosen = set(state.columns) & self.by_key.keys()
        return [c for c in self.columns if c.title or (c.key in chosen if chosen else c.shown)]

    def bulk_for(self, request_like: Any) -> list[tuple[Bulk, str]]:
        """Return the acts that the member may do, with their addresses."""
        return [(act, reverse(act.url_name)) for act in self.bulk if may(request_like, act.permission)]

    def name_of(self, record: Any) -> str:
        """Return what the title column calls the record: for people who do not see the row."""
        return next((str(column.value(record)) for column in self.columns if column.title), self.id_of(record))

    def count(self, rows: Rows) -> tuple[int, bool]:
        """Return how many rows, and whether that is an estimate."""
        return count(rows)

    def selected(self, request: PageRequest) -> QuerySet[Any, Any]:
        """Return the rows that a bulk POST means: the ticked ones, or all that match its `query`."""
        if request.POST.get("all") == "1":
            zone = timezone.get_current_timezone()
            get = QueryDict(request.POST.get("query", ""))
            state = list_state.read(get, self.target.catalogue, zone, {}, self.sizes)
            return self.filtered(request.organization, state, zone, now())
        return self.rows(request.organization).filter(public_id__in=request.POST.getlist("row")[:1000])

    def address(self, url: str, *conditions: Condition, **parameters: str) -> str:
        """Return the address of the list at `url` with these conditions: for links from elsewhere."""
        state = State(tree=Group("all", conditions))
        found = list_state.pairs(state, self.target.catalogue, dt.UTC) + list(parameters.items())
        return f"{url}?{list_state.query_string(found)}" if found else url


list_pages: Registry[Callable[[], ListPage]] = Registry("list")
"""Every list by its key, as a function: some can only be made once every app has brought its part."""


def list_page(key: str) -> ListPage:
    """Return the list of this key. Raises portal.kit.registry.Unknown, naming the keys there are."""
    return list_pages.get(key)()


def _built_in(key: str) -> list[built_in.BuiltIn]:
    tabs = list_page(key).tabs if key in list_pages else ()
    return [built_in.BuiltIn(tab.key, str(tab.label), tab.query) for tab in tabs if ME not in tab.query]


built_in.provide(_built_in)


def _order(model: type[Model], name: str, *, back: bool) -> OrderBy:
    """Order by a field. “Absent last” is only said where a value can be absent: no index is in that order."""
    first = model._meta.get_field(name.split("__")[0])
    last = None if isinstance(first, Field) and not first.null and "__" not in name else True
    return F(name).desc(nulls_last=last) if back else F(name).asc(nulls_last=last)


def _path(request: PageRequest) -> str:
    return request.path.removesuffix(".json").removesuffix(".csv")


def list_paths(route: str, view: Callable[..., HttpResponseBase], name: str) -> list[URLPattern]:
    """Return the three addresses of a list: as it is, and with .json or .csv at its end."""
    return [
        path(route, view, name=name),
        path(f"{route}.json", view, {"extension": "json"}, name=f"{name}_json"),
        path(f"{route}.csv", view, {"extension": "csv"}, name=f"{name}_csv"),
    ]


__all__ = ["Bulk", "Empty", "ListPage", "ViewTab", "list_page", "list_pages", "list_paths"]
