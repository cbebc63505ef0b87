"""The list of exceptions."""

from functools import cache
from typing import cast

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders import queries
from orders.documents.exception import catalogue, document
from orders.exceptions.catalogue import exception_types
from orders.models import OrderException
from portal.filters.to_sql import SqlTarget
from portal.filters.tree import Condition
from portal.tenancy.models import Organization
from portal.ui import cells
from portal.ui.lists import Empty, ListPage, Rows, ViewTab


def _rows(organization: Organization) -> QuerySet[OrderException]:
    rows = cast("QuerySet[OrderException]", OrderException.objects.within(organization))
    return rows.select_related("source", "organization").defer("raw", "facets")


def _search(rows: Rows, text: str) -> Rows:
    return rows.filter(Q(title__icontains=text) | Q(message__icontains=text) | Q(entity_label__icontains=text))


def type_label(key: str) -> str:
    """Return what a type of exception is called."""
    return str(exception_types.get(key).label) if key in exception_types else key


_COLUMNS = (
    cells.title("title", _("What is wrong"), lambda one: one.title),
    cells.text("message", _("Why"), lambda one: one.message),
    cells.text("type", _("Type"), lambda one: type_label(one.type), sort="type", shown=False),
    cells.text("concerns", _("Concerns"), lambda one: one.entity_label),
    cells.number("times", _("Times"), lambda one: one.times, sort="times"),
    cells.time("seen", _("Last seen"), lambda one: one.last_seen_at, sort="last_seen_at"),
    cells.time("first", _("First seen"), lambda one: one.created_at, sort="created_at", shown=False),
    cells.status("state", _("State"), lambda one: one.state, sort="state"),
)


@cache
def exception_list() -> ListPage:
    """Return the list; made when it is first asked for, because every app may bring types."""
    return ListPage(
        key="exceptions",
        name=_("Exceptions"),
        rows=_rows,
        target=SqlTarget(catalogue()),
        columns=_COLUMNS,
        url=lambda one: reverse("orders:exception", args=[one.public_id]),
        default_sort="-first",
        quick=("state", "type", "createdAt"),
        search=_search,
        search_hint=_("Words of the message, order number"),
        tabs=(
            ViewTab("active", _("Active"), "f=state~is_one_of~active", queries.active_exceptions),
            ViewTab("resolved", _("Resolved"), "f=state~is_one_of~resolved"),
            ViewTab("dismissed", _("Dismissed"), "f=state~is_one_of~dismissed"),
        ),
        empty=Empty(
            _("Nothing is wrong"),
            _("Here stands what cannot go on by itself: orders that cannot be read, rules that fail, silent stores."),
            "circle-check",
        ),
        version_of=lambda one: f"{one.state}{one.times}",
        events=("exceptionChanged",),
        url_name="orders:exceptions",
        whole=document,
    )


def address(**equal: str) -> str:
    """Return the address of the list that shows exactly the exceptions with these values: `type="rule_failed"`."""
    conditions = [Condition(field, "is_one_of", (value,)) for field, value in equal.items()]
    return exception_list().address(reverse("orders:exceptions"), *conditions)


def category(key: str) -> str:
    """Return the category of a type of exception, empty for one that nobody declares any more."""
    return exception_types.get(key).category if key in exception_types else ""
