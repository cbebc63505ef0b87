"""What rules did: the list of runs and the page of one."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from automations import queries, replay, retention, words
from automations.definition import Definition
from automations.engine.entities import entities
from automations.engine.snapshot import subject_again
from automations.engine.triggers import triggers
from automations.lists import runs
from automations.models import Run
from automations.shown import around
from automations.shown import run as shown
from portal.filters.fields import BEFORE
from portal.kit import json
from portal.kit.json import Json
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, get_or_404, may, page
from portal.ui.htmx import is_part

TEMPLATE = "automations/run.html"


@require_GET
@page()
def run_list(request: PageRequest, extension: str = "") -> HttpResponseBase:
    """Show the runs of the organization, newest first, and how long they are kept."""
    told: dict[str, Any] = {}
    if not extension and not is_part(request):
        told = {"kept_days": retention.kept_days(), "oldest": retention.oldest(request.organization)}
    return runs.run_list().answer(request, "automations/history.html", extension, told)


@require_GET
@page()
def run(request: PageRequest, public_id: str) -> HttpResponse:
    """Show one run: what started it, what its conditions saw, what it did."""
    return render(request, TEMPLATE, context(request, whole_run(request, public_id)))


@require_GET
@page()
def run_part(request: PageRequest, public_id: str) -> HttpResponse:
    """Answer the run's document as escaped text, for the drawer."""
    return render(request, f"{TEMPLATE}#document", {"document": around.whole_document(whole_run(request, public_id))})


@require_GET
@page()
def run_json(request: PageRequest, public_id: str) -> HttpResponse:
    """Answer the run's document."""
    document = around.whole_document(whole_run(request, public_id))
    return HttpResponse(json.pretty(document), content_type="application/json")


@require_GET
@page()
def run_record(request: PageRequest, public_id: str) -> HttpResponse:
    """Answer the record as it was when the run judged it, as escaped text."""
    found = whole_run(request, public_id)
    record = _record_then(found)
    if record is None:
        return render(request, f"{TEMPLATE}#missing", {})
    return render(request, f"{TEMPLATE}#document", {"document": record})


def whole_run(request: PageRequest, public_id: str) -> Run:
    """Return a run of the organization with everything its page tells, or 404."""
    related = ("rule__current", "rule_version", "rule_set_version", "replay_of", "organization")
    return get_or_404(Run, request.organization, *related, public_id=public_id)


def _record_then(found: Run) -> Json | None:
    """Return the record's document as the run saw it; None where the record is gone."""
    if found.entity_type not in entities:
        return None
    entity = entities.get(found.entity_type)
    record = entity.load(found.organization, [found.entity_id]).get(found.entity_id)
    if record is None:
        return None
    document = subject_again(entity, record, found.entity_version, found.input).document
    return {("before" if name == BEFORE else name): value for name, value in document.items()}


def context(request: HttpRequest, found: Run, *, notice: str = "") -> dict[str, Any]:
    """Return everything that the page of a run shows."""
    definition = _definition(found)
    repeated, again = around.chain_of(found)
    deliveries = around.deliveries_of(found.organization, [found])
    return {
        "run": found,
        "notice": notice,
        "sentence": shown.sentence(found),
        "kind": runs.one_of_kind(found),
        "record_url": runs.record_url(found),
        "trigger_label": runs.trigger_label(found.trigger),
        "definition": definition,
        "condition": _condition(found, definition),
        "filter": found.trace.get("filter", {}),
        "console": "\n".join(found.trace.get("filter", {}).get("console", ())),
        "lines": shown.filter_lines(found.trace),
        "steps": shown.steps(found.trace),
        "excerpts": shown.excerpts(found.trace, definition),
        "spent": shown.spent(found),
        "sent": around.sent(deliveries.get(found.public_id, ())),
        "holds": around.holds_of(found),
        "exception": around.exception_of(found),
        "siblings": around.of_same_event(found),
        "repeated": repeated,
        "again": again,
        "asked_by": found.input.get("by", ""),
        "compare_url": _compare_url(found),
        "rule_runs_url": runs.address(ruleId=found.rule.public_id),
        "record_runs_url": runs.address(entityId=found.entity_public_id),
        "may_replay": may(request, Permission.OPERATE) and found.status in replay.AGAIN and again is None,
        "older": _page_of(around.neighbour(found, older=True)),
        "newer": _page_of(around.neighbour(found, older=False)),
    }


def _definition(found: Run) -> Definition:
    """Return what the rule said; of one that cannot be read any more, its name."""
    try:
        return Definition.model_validate(found.rule_version.definition)
    except ValueError:
        return Definition(name=found.rule_name)


def _condition(found: Run, definition: Definition) -> str:
    if found.trigger not in triggers:
        return ""
    zone, names = queries.zone_of(found.organization), queries.names_of_sources(found.organization)
    trigger = triggers.get(found.trigger)
    return words.condition(definition, trigger, zone, names, is_default=found.rule.is_default)


def _compare_url(found: Run) -> str:
    """Return where the rule as it was stands beside what it is now; nothing where it is the same."""
    current = found.rule.current
    if current is None or current.pk == found.rule_version_id:
        return ""
    url = reverse("automations:compare", args=[found.rule.public_id])
    return f"{url}?from={found.rule_version.number}&to={current.number}"


def _page_of(public_id: str) -> str:
    return reverse("automations:run", args=[public_id]) if public_id else ""
