"""One integration: its settings, its mappings, and what it has done."""

from dataclasses import replace
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from integrations import facts, lifecycle, queries
from integrations.custom.files.take import KINDS
from integrations.forms import FlowsForm, NameForm, SettingsForm
from integrations.history import ENTITY
from integrations.hooks.address import FIELDS as HOOK_FIELDS
from integrations.hooks.shown import hearing
from integrations.items import are_kept
from integrations.manifest import Role
from integrations.models import Integration, SyncRun
from integrations.outbound.stock_shown import state_of
from integrations.registry import connectors
from integrations.views.catalogue import ONE
from integrations.views.found import found
from orders.models import Order
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, check, may, page
from portal.ui.components import Happening, Tab
from portal.ui.htmx import add_message, page_or_part

RUNS, CALLS, HAPPENINGS, REFUSED = 15, 25, 15, 20


@page()
def settings(request: PageRequest, public_id: str) -> HttpResponse:
    """Show and save name, flows and settings; they act at once."""
    integration = found(request, public_id)
    manifest = connectors.get(integration.connector)
    data = request.POST if request.method == "POST" else None
    initial = {key: value for key, value in integration.settings.items() if value != ""} | {
        "sync_from": integration.sync_from
    }
    name = NameForm(data, initial={"name": integration.name})
    flows = FlowsForm(manifest, data, initial=integration.flows)
    form = SettingsForm(manifest, data, initial=initial, account=integration.account)
    wrong = data is not None and not all([name.is_valid(), flows.is_valid(), form.is_valid()])
    if data is not None and not wrong:
        check(request, Permission.CREDENTIALS)
        _save(integration, name, flows, form, by=Actor.user(request.user))
        add_message(request, _("Saved. It is in force from now on."))
        return HttpResponseRedirect(reverse("integrations:detail", args=[public_id]))
    may_change = may(request, Permission.CREDENTIALS)
    context = frame(request, integration, "detail") | {
        "name": name,
        "flows": flows,
        "form": form,
        "credentials": integration.credentials.exclude(field__in=HOOK_FIELDS).order_by("field"),
        "hearing": hearing(integration, site=request.build_absolute_uri("/"), may_change=may_change),
        "locations": queries.locations_of(integration),
        "findings": facts.findings(integration),
        "stock": state_of(integration),
    }
    return render(request, "integrations/settings.html", context, status=422 if wrong else 200)


@page()
def mappings(request: PageRequest, public_id: str) -> HttpResponse:
    """Show which outside field becomes which of ours."""
    integration = found(request, public_id)
    manifest = connectors.get(integration.connector)
    labels = {flow.key: flow.label for flow in manifest.flows}
    tables = [(labels[key], rows) for key, rows in manifest.mappings.items()]
    return render(request, "integrations/mappings.html", frame(request, integration, "mappings") | {"tables": tables})


@page()
def activity(request: PageRequest, public_id: str) -> HttpResponse:
    """Show what was pulled, what was asked outside, and who changed what."""
    integration = found(request, public_id)
    history = History.objects.within(request.organization).filter(entity_type=ENTITY, entity_id=integration.pk)
    refused = queries.refused_orders(integration)
    context = frame(request, integration, "activity") | {
        "runs": [(_flow_label(integration, run), run) for run in integration.runs.order_by("-id")[:RUNS]],
        "calls": integration.calls.order_by("-id")[:CALLS],
        "happenings": [_happening(entry) for entry in history.order_by("-id")[:HAPPENINGS]],
        "refused": refused[:REFUSED],
        "refused_count": refused.count(),
        "states": integration.flow_states.defer("cursor")
        .filter(flow__in=lifecycle.running(integration))
        .order_by("flow"),
    }
    return page_or_part(request, "integrations/activity.html", "lists", context)


def _flow_label(integration: Integration, run: SyncRun) -> str:
    manifest = connectors.get(integration.connector)
    return next((str(flow.label) for flow in manifest.flows if flow.key == run.flow), run.flow)


def _save(integration: Integration, name: NameForm, flows: FlowsForm, form: SettingsForm, *, by: Actor) -> None:
    lifecycle.rename(integration, name=name.cleaned_data["name"], by=by)
    lifecycle.save_flows(integration, flows.cleaned_data, by=by)
    lifecycle.save_settings(integration, form.settings(), sync_from=form.cleaned_data.get("sync_from"), by=by)


def frame(request: PageRequest, integration: Integration, current: str) -> dict[str, Any]:
    """Return what every tab of an integration shows; `current` is the key of the tab."""
    row = queries.row(integration)
    return {
        "integration": integration,
        "manifest": row.manifest,
        "role": ONE[row.manifest.role],
        "fulfills": row.manifest.role is Role.FULFILLMENT_CHANNEL,
        "row": row,
        "tabs": _tabs(integration, current),
        "may_change": may(request, Permission.CREDENTIALS),
        "may_operate": may(request, Permission.OPERATE),
        "order_count": Order.across.filter(source_id=integration.source_id, deleted_at=None).count(),
    }


def _tabs(integration: Integration, current: str) -> list[Tab]:
    own = connectors.get(integration.connector).own_api is not None
    more = [("connection", _("Connection"))] if own else []
    more += [("files", _("Files"))] if integration.connector in KINDS else []
    more += [("products", _("Products"))] if are_kept(integration) else []
    names = [("detail", _("Settings")), *more, ("mappings", _("Mappings")), ("activity", _("Activity"))]
    tabs = [Tab(label, reverse(f"integrations:{key}", args=[integration.public_id])) for key, label in names]
    return [replace(tab, current=key == current) for tab, (key, _label) in zip(tabs, names, strict=True)]


_ICONS = {
    "added": "plus",
    "connected": "plug-connected",
    "connecting": "plug",
    "connect_failed": "plug-x",
    "failed": "alert-triangle",
    "enabled": "toggle-right",
    "disabled": "toggle-left",
    "renamed": "pencil",
    "flows_changed": "arrows-exchange",
    "settings_changed": "adjustments",
    "key_made": "key",
    "key_revoked": "key",
    "secret_rotated": "key",
    "address_changed": "plug",
}


def _happening(entry: History) -> Happening:
    return Happening(entry.at, entry.actor_name, entry.summary, _ICONS.get(entry.verb, "point"))
