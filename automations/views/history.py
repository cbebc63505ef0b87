"""What rules did: the list of runs and the page of one."""

import functools

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from automations import queries, words
from automations.definition import Definition
from automations.documents import run_catalogue, run_document
from automations.engine.triggers import triggers
from automations.models import Run
from automations.views.explained import action_rows, filter_lines
from orders.models import Order
from portal.audit.at import as_of
from portal.filters.to_sql import SqlTarget
from portal.kit.json import Json
from portal.ui import cells
from portal.ui.access import PageRequest, get_or_404, page
from portal.ui.lists import ListPage, ViewTab

COLUMNS = [
    cells.title("run", _("Run"), lambda run: run.public_id),
    cells.time("created", _("Time"), lambda run: run.created_at, sort="created_at"),
    cells.text("rule", _("Rule"), lambda run: run.rule_name),
    cells.text("entity", _("Record"), lambda run: run.entity_label),
    cells.status("status", _("Status"), lambda run: run.status, sort="status"),
    cells.text("trigger", _("Trigger"), lambda run: triggers.get(run.trigger).label),
    cells.text("error", _("Error"), lambda run: run.error),
    cells.text("entity_id", _("Record ID"), lambda run: run.entity_public_id, shown=False),
    cells.time("updated", _("Changed"), lambda run: run.updated_at, shown=False),
    cells.number("micros", _("Microseconds"), lambda run: run.micros, sort="micros", shown=False),
]


def _search(rows: QuerySet[Run], text: str) -> QuerySet[Run]:
    """Find by run ID, order number or ID, or part of a rule's name."""
    exact = Q(public_id=text) | Q(entity_public_id=text) | Q(entity_label=text) | Q(entity_label=f"#{text}")
    return rows.filter(exact | Q(rule_name__icontains=text))


@functools.cache
def runs() -> ListPage:
    """Return the list of runs, declared once the triggers are known."""
    return ListPage(
        key="history",
        name=_("History"),
        rows=lambda organization: Run.objects.within(organization).defer("trace"),
        target=SqlTarget(run_catalogue()),
        columns=COLUMNS,
        url=lambda run: reverse("automations:run", args=[run.public_id]),
        default_sort="-created",
        quick=("status", "createdAt"),
        search=_search,
        search_hint=_("Order, rule or run ID"),
        tabs=(
            ViewTab("failed", _("Failed"), "f=status~equals~failed"),
            ViewTab("refused", _("Refused"), "f=status~equals~refused"),
        ),
        refresh=5,
        url_name="automations:history",
    )


@page()
def run_list(request: PageRequest, extension: str = "") -> HttpResponseBase:
    """Show the runs of the organization, newest first."""
    return runs().answer(request, "automations/history.html", extension)


@page()
def run(request: PageRequest, public_id: str) -> HttpResponse:
    """Show one run: what started it, what its conditions saw, what it did."""
    found = get_or_404(Run, request.organization, public_id=public_id)
    row = Run.across.select_related("rule__current", "rule_version", "rule_set_version").get(pk=found.pk)
    definition = Definition.model_validate(row.rule_version.definition)
    zone = queries.zone_of(request.organization)
    trigger = triggers.get(row.trigger)
    names = queries.names_of_sources(request.organization)
    context = {
        "run": row,
        "trigger": trigger,
        "definition": definition,
        "condition": words.condition(definition, trigger, zone, names, is_default=row.rule.is_default),
        "effect": words.effect(definition),
        "lines": filter_lines(row.trace),
        "filter": row.trace.get("filter", {}),
        "actions": action_rows(row.trace),
        "document": run_document(row),
        "entity": _entity_as_it_was(row),
        "outdated": row.rule.current_id != row.rule_version_id,
        "older": _neighbour(request, row, older=True),
        "newer": _neighbour(request, row, older=False),
    }
    return render(request, "automations/run.html", context)


def _neighbour(request: PageRequest, row: Run, *, older: bool) -> str:
    rows = Run.objects.within(request.organization)
    rows = rows.filter(pk__lt=row.pk).order_by("-pk") if older else rows.filter(pk__gt=row.pk).order_by("pk")
    public_id = rows.values_list("public_id", flat=True).first()
    return reverse("automations:run", args=[public_id]) if public_id else ""


def _entity_as_it_was(row: Run) -> Json | None:
    """Return the order's document as the run saw it; None when the order is gone."""
    from orders.documents.order import document

    order = Order.across.select_related("source", "organization").filter(pk=row.entity_id).first()
    if order is None:
        return None
    told = document(order, source_public_id=order.source.public_id, organization_public_id=order.organization.public_id)
    return as_of("order", {order.pk: row.entity_version}, {order.pk: (order.version, told)})[order.pk]
