"""The history: every run, with the columns and controls of seed 004."""

import datetime as dt
from collections.abc import Sequence
from functools import cache
from typing import cast

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from automations.documents import ORIGINS, run_catalogue, run_document
from automations.engine.entities import entities
from automations.engine.triggers import triggers
from automations.lists.search import records_with, search
from automations.models import Rule, Run
from portal.filters.fields import Choice
from portal.filters.to_sql import SqlTarget
from portal.filters.tree import Condition, Group
from portal.kit.text import fold
from portal.tenancy.models import Organization
from portal.ui import cells, html
from portal.ui.found import Found
from portal.ui.list_state import State
from portal.ui.lists import Bulk, Empty, ListPage, Rows, ViewTab

_HEAVY = ("trace", "input", "rule_version__definition")


def _rows(organization: Organization) -> QuerySet[Run]:
    rows = cast("QuerySet[Run]", Run.objects.within(organization))
    return rows.select_related("rule", "rule_version").defer(*_HEAVY)


def whole(rows: QuerySet[Run]) -> QuerySet[Run]:
    """Return runs with everything that their documents tell."""
    return rows.defer(None).select_related("rule", "rule_version", "rule_set_version", "replay_of", "organization")


def kind_of(run: Run) -> str:
    """Return what kind of record a run is about, in the plural."""
    return _now(entities.get(run.entity_type).plural) if run.entity_type in entities else run.entity_type


def one_of_kind(run: Run) -> str:
    """Return what kind of record a run is about: “Order”."""
    told = _now(entities.get(run.entity_type).label) if run.entity_type in entities else run.entity_type
    return told[:1].upper() + told[1:]


def record_url(run: Run) -> str:
    """Return the address of the record; empty for a kind that is not there any more."""
    return entities.get(run.entity_type).url(run.entity_public_id) if run.entity_type in entities else ""


def trigger_label(key: str) -> str:
    """Return what a trigger is called; its key where it is not there any more."""
    return _now(triggers.get(key).label) if key in triggers else key


def _entity(run: Run) -> SafeString:
    url = record_url(run)
    label = html.link(run.entity_label, url) if url else html.fill("{}", run.entity_label)
    return html.fill('<span class="apart">{}</span> <span class="quiet">{}</span>', label, kind_of(run))


def _automation(run: Run) -> SafeString:
    return html.link(run.trigger, f"{reverse('automations:list')}?trigger={run.trigger}")


def _rule(run: Run) -> SafeString:
    version = _now("version {number}").format(number=run.rule_version.number)
    if run.rule.deleted_at:
        return html.fill('{} <span class="quiet">{}, {}</span>', run.rule_name, version, _now("deleted"))
    url = reverse("automations:edit", args=[run.rule.public_id])
    return html.fill(
        '<span class="apart">{}</span> <span class="quiet">{}</span>', html.link(run.rule_name, url), version
    )


def _origin(run: Run) -> str:
    return _now(ORIGINS.get(run.origin, run.origin))


def _view_json(run: Run) -> SafeString:
    return html.fill(
        '<button type="button" class="btn-plain" data-open="json-drawer" hx-get="{}" hx-target="#json-drawer-text"'
        ' hx-swap="innerHTML" hx-push-url="false" title="{}">{}<span class="visually-hidden">{} {}</span></button>',
        reverse("automations:run_document", args=[run.public_id]),
        _now("View JSON"),
        html.icon("braces"),
        _now("View JSON"),
        run.public_id,
    )


COLUMNS = (
    cells.title("run", _("Run ID"), lambda run: run.public_id),
    cells.custom("json", _("JSON"), _view_json, lambda run: reverse("automations:run_json", args=[run.public_id])),
    cells.status("status", _("Status"), lambda run: run.status),
    cells.custom("entity", _("Entity"), _entity, lambda run: run.entity_label),
    cells.custom("rule", _("Rule"), _rule, lambda run: run.rule_name),
    cells.time("created", _("Created"), lambda run: run.created_at, sort="created_at"),
    cells.text("error", _("Error message"), lambda run: run.error),
    cells.text("trigger", _("Trigger"), lambda run: trigger_label(run.trigger)),
    cells.custom("automation", _("Automation"), _automation, lambda run: run.trigger),
    cells.text("entity_id", _("Entity ID"), lambda run: run.entity_public_id),
    cells.time("updated", _("Updated"), lambda run: run.updated_at),
    cells.number("version", _("Rule version"), lambda run: run.rule_version.number, shown=False),
    cells.text("origin", _("Started by"), _origin, shown=False),
    cells.number("micros", _("Microseconds"), lambda run: run.micros, shown=False),
)
"""What tells at a glance stands first: a window of usual width shows it without going aside."""


def _rules(organization: Organization) -> Sequence[Choice]:
    """Return the rules by their names, so that filters are made and told by them; deleted ones too."""
    rows = Rule.objects.within(organization).order_by("name")
    return [Choice(public_id, name) for public_id, name in rows.values_list("public_id", "name")]


class RunList(ListPage):
    """Rules and records are found by their IDs first: their runs have indexes by what the IDs stand for."""

    def filtered(
        self, organization: Organization, state: State, zone: dt.tzinfo, at: dt.datetime, among: Found | None = None
    ) -> Rows:
        """Return the rows of a state, unordered."""
        rows = super().filtered(organization, state, zone, at, among)
        if ids := _named(state.tree, "ruleId"):
            rules = Rule.objects.within(organization).filter(public_id__in=ids)
            rows = rows.filter(rule__in=list(rules.values_list("pk", flat=True)))
        if ids := _named(state.tree, "entityId"):
            rows = rows.filter(records_with(organization, ids))
        return rows


def _named(tree: Group, field: str) -> set[str]:
    """Return the values that a field must have one of; none where the filter does not say so at its root."""
    found: set[str] = set()
    for node in tree.items if tree.match == "all" and tree.lines is None else ():
        if isinstance(node, Condition) and node.field == field and node.operator in ("equals", "is_one_of"):
            values = node.value if isinstance(node.value, list | tuple) else [node.value]
            found |= {fold(one) for one in values if isinstance(one, str)}
    return found


@cache
def run_list() -> ListPage:
    """Return the list; made when it is first asked for, because every app may bring triggers."""
    return RunList(
        key="history",
        name=_("History"),
        rows=_rows,
        target=SqlTarget(run_catalogue()),
        columns=COLUMNS,
        url=lambda run: reverse("automations:run", args=[run.public_id]),
        default_sort="-created",
        quick=("status", "entity.type", "ruleId", "createdAt"),
        search=search,
        search_hint=_("Run, record or rule ID, number, rule, error"),
        tabs=(
            ViewTab("failed", _("Failed"), "f=status~is_one_of~failed"),
            ViewTab("refused", _("Refused"), "f=status~is_one_of~refused"),
            ViewTab("waiting", _("Waiting"), "f=status~is_one_of~waiting"),
        ),
        bulk=(Bulk("replay", _("Run again…"), "automations:replay_many"),),
        empty=Empty(
            _("No rule has run yet"),
            _("Each time a rule matches a record, or fails on one, it is written down here."),
            "history",
            "automations:list",
            _("Look at the rules"),
        ),
        options={"ruleId": _rules},
        events=("runsChanged",),
        refresh=5,
        url_name="automations:history",
        whole=run_document,
    )


def address(**equal: str) -> str:
    """Return the address of the history with exactly these values: `ruleId="…"`, `status="failed"`."""
    conditions = [
        Condition(field, "is_one_of" if field == "status" else "equals", (value,) if field == "status" else value)
        for field, value in equal.items()
    ]
    return run_list().address(reverse("automations:history"), *conditions)
