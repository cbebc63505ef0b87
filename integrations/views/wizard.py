"""The wizard that adds an integration: flow settings, then the connection."""

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from integrations import lifecycle, queries
from integrations.custom import keys
from integrations.forms import FlowsForm, NameForm
from integrations.manifest import Manifest
from integrations.models import Integration
from integrations.registry import connectors
from integrations.views import custom
from integrations.views.catalogue import ONE
from integrations.views.found import found
from portal.audit.actor import Actor
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, page
from portal.ui.components import Step


@page(Permission.CREDENTIALS)
def add(request: PageRequest, connector: str) -> HttpResponse:
    """Choose name and flows of a new integration."""
    if connector not in connectors:
        raise Http404(_("There is no such connector."))
    manifest = connectors.get(connector)
    data = request.POST if request.method == "POST" else None
    name = NameForm(data, initial={"name": _free_name(request, manifest)})
    flows = FlowsForm(manifest, data)
    if data is not None and name.is_valid() and flows.is_valid():
        added = lifecycle.add(
            request.organization,
            connector,
            name=name.cleaned_data["name"],
            flows=flows.cleaned_data,
            by=Actor.user(request.user),
        )
        if manifest.own_api is not None:
            made = keys.begin(added, by=Actor.user(request.user), user=request.user)
            return custom.shown(request, added, made=made)
        return HttpResponseRedirect(reverse("integrations:connect", args=[added.public_id]))
    return _shown(request, manifest, name, flows, None)


@page(Permission.CREDENTIALS)
def flows(request: PageRequest, public_id: str) -> HttpResponse:
    """Go back to name and flows of one that is not connected yet; nothing typed is lost."""
    integration = found(request, public_id)
    manifest = connectors.get(integration.connector)
    data = request.POST if request.method == "POST" else None
    name = NameForm(data, initial={"name": integration.name})
    chosen = FlowsForm(manifest, data, initial=integration.flows)
    if data is not None and name.is_valid() and chosen.is_valid():
        by = Actor.user(request.user)
        lifecycle.rename(integration, name=name.cleaned_data["name"], by=by)
        lifecycle.save_flows(integration, chosen.cleaned_data, by=by)
        return HttpResponseRedirect(reverse("integrations:connect", args=[public_id]))
    return _shown(request, manifest, name, chosen, integration)


def steps(*, at: int, failed: bool = False, done: bool = False) -> list[Step]:
    """Return the steps of the wizard, the one at `at` being the present one."""
    names = [_("Flow settings"), _("Connect")]
    notes = [_("What flows, and which way"), _("Approve the access")]
    found_steps = []
    for number, (label, note) in enumerate(zip(names, notes, strict=True)):
        state = "done" if number < at or done else "waiting" if number > at else "failed" if failed else "current"
        found_steps.append(Step(label, state, note=note))
    return found_steps


def _shown(
    request: PageRequest, manifest: Manifest, name: NameForm, flows: FlowsForm, integration: Integration | None
) -> HttpResponse:
    context = {
        "manifest": manifest,
        "role": ONE[manifest.role],
        "name": name,
        "flows": flows,
        "integration": integration,
        "steps": steps(at=0),
    }
    wrong = (name.is_bound and not name.is_valid()) or (flows.is_bound and not flows.is_valid())
    return render(request, "integrations/wizard.html", context, status=422 if wrong else 200)


def _free_name(request: PageRequest, manifest: Manifest) -> str:
    taken = set(queries.present(request.organization).values_list("name", flat=True))
    names = [manifest.name, *(f"{manifest.name} {number}" for number in range(2, 100))]
    return next((name for name in names if name not in taken), manifest.name)
