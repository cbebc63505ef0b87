"""The list of exceptions."""

from functools import cache
from typing import cast

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders import queries
from orders.documents.exception import catalogue, document
from orders.exceptions import look_after
from orders.exceptions.acts import ACTS
from orders.exceptions.catalogue import CATEGORIES, exception_types
from orders.models import OrderException
from portal.filters.fields import Choice
from portal.filters.to_sql import SqlTarget
from portal.filters.tree import Condition
from portal.tenancy.models import Organization
from portal.ui import cells
from portal.ui.lists import Bulk, Empty, ListPage, Rows, ViewTab


def _rows(organization: Organization) -> QuerySet[OrderException]:
    rows = cast("QuerySet[OrderException]", OrderException.objects.within(organization))
    return rows.select_related("source", "organization").defer("raw", "facets")


def _search(rows: Rows, text: str) -> Rows:
    return rows.filter(Q(title__icontains=text) | Q(message__icontains=text) | Q(entity_label__icontains=text))


def type_label(key: str) -> str:
    """Return what a type of exception is called."""
    return str(exception_types.get(key).label) if key in exception_types else key


def _title(one: OrderException) -> str:
    """Return what is wrong; what came back from a snooze says so until somebody takes it on."""
    return f"{one.title} ({gettext('back from a snooze')})" if one.returned_at else one.title


def _members(organization: Organization) -> list[Choice]:
    return [Choice(one.email, str(one)) for one in look_after.members(organization)]


_COLUMNS = (
    cells.title("title", _("What is wrong"), _title),
    cells.text("message", _("Why"), lambda one: one.message),
    cells.text("type", _("Type"), lambda one: type_label(one.type), sort="type", shown=False),
    cells.text("category", _("Category"), lambda one: gettext(CATEGORIES.get(one.category, "")), shown=False),
    cells.text("cause", _("Cause"), lambda one: one.shared, shown=False),
    cells.text("concerns", _("Concerns"), lambda one: one.entity_label, shown=False),
    cells.number("times", _("Times"), lambda one: one.times, sort="times"),
    cells.time("seen", _("Last seen"), lambda one: one.last_seen_at, sort="last_seen_at"),
    cells.time("first", _("First seen"), lambda one: one.created_at, sort="created_at", shown=False),
    cells.text("assigned", _("Assigned to"), lambda one: one.assigned_name or one.assigned_to),
    cells.time("snoozed", _("Snoozed until"), lambda one: one.snoozed_until, sort="snoozed_until", shown=False),
    cells.status("state", _("State"), lambda one: one.state, sort="state"),
)


_ASKS = {"assign": _("Assign…"), "snooze": _("Snooze…"), "dismiss": _("Dismiss…")}


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
        quick=("state", "type", "category", "assignedTo", "createdAt"),
        options={"assignedTo": _members},
        bulk=tuple(
            Bulk(act.key, _ASKS.get(act.key, act.label), f"orders:bulk_exceptions_{act.key}")
            for act in ACTS.values()
            if act.key != "wake"
        ),
        search=_search,
        search_hint=_("Words of the message, order number"),
        tabs=(
            ViewTab(
                "active",
                _("Active"),
                "f=state~is_one_of~active&f=snoozedUntil~is_empty",
                queries.active_exceptions,
            ),
            ViewTab("mine", _("Assigned to me"), "f=state~is_one_of~active&f=assignedTo~equals~{me}"),
            ViewTab("snoozed", _("Snoozed"), "f=state~is_one_of~active&f=snoozedUntil~is_not_empty&sort=snoozed"),
            ViewTab("resolved", _("Resolved"), "f=state~is_one_of~resolved"),
            ViewTab("dismissed", _("Dismissed"), "f=state~is_one_of~dismissed"),
        ),
        empty=Empty(
            _("Nothing is wrong"),
            _("Here stands what cannot go on by itself: orders that cannot be read, rules that fail, silent stores."),
            "circle-check",
        ),
        version_of=lambda one: f"{one.version}.{one.times}",
        events=("exceptionChanged",),
        url_name="orders:exceptions",
        whole=document,
    )


def address(*more: Condition, **equal: str) -> str:
    """Return the address of the list that shows exactly the exceptions with these values: `type="rule_failed"`."""
    conditions = [Condition(field, "is_one_of", (value,)) for field, value in equal.items()]
    return exception_list().address(reverse("orders:exceptions"), *conditions, *more)


def waiting(**equal: str) -> str:
    """Return the address of those that wait for a person now: active ones that nobody has snoozed."""
    return address(Condition("snoozedUntil", "is_empty"), state="active", **equal)


def category(key: str) -> str:
    """Return the category of a type of exception, empty for one that nobody declares any more."""
    return exception_types.get(key).category if key in exception_types else ""


def cause_url(type_key: str, shared: str) -> str:
    """Return the address of the page of a group."""
    return f"{reverse('orders:exception_cause')}?{urlencode({'type': type_key, 'cause': shared})}"
