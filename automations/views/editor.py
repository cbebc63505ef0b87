"""The rule editor: one form, always with the sentence that says what it means now."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from automations import forms, queries, services
from automations.engine.entities import entities
from automations.engine.rules import why_paused
from automations.engine.triggers import Trigger
from automations.forms import RuleDraft
from automations.inputs.kind import Where
from automations.models import Rule
from automations.validation import Fault
from automations.views.code_rights import may_use_code
from automations.views.meanwhile import Meanwhile
from automations.views.parts import context_of, desk_of, show_parts
from automations.views.rules import rule_of, trigger_of
from portal.audit.actor import Actor
from portal.filters import builder
from portal.filters.edits import UnknownEdit
from portal.filters.problems import BadFilter
from portal.kit import json
from portal.tenancy.roles import Permission
from portal.ui import filter_builder
from portal.ui.access import PageRequest, may, page
from portal.ui.filter_views import render_builder
from portal.ui.htmx import add_message, redirect


@require_http_methods(["GET", "POST"])
@page(Permission.EDIT_RULES)
def new(request: PageRequest, trigger: str) -> HttpResponse:
    """Show an empty rule, or add the one that was filled in; new rules are off."""
    chosen = trigger_of(trigger)
    if request.method == "GET":
        return _show(request, chosen, forms.blank(chosen))
    return _save(request, chosen, None)


@require_http_methods(["GET", "POST"])
@page()
def edit(request: PageRequest, public_id: str) -> HttpResponse:
    """Show a rule, or save it as its next version."""
    rule = rule_of(request, public_id)
    trigger = trigger_of(rule.trigger)
    if request.method == "GET":
        assert rule.current is not None
        zone = queries.zone_of(request.organization)
        typed = forms.draft_of_stored(rule.current.definition, trigger, zone, name=rule.name)
        return _show(request, trigger, typed, rule=rule)
    if not may(request, Permission.EDIT_RULES):
        raise PermissionDenied
    return _save(request, trigger, rule)


@require_POST
@page()
def draft(request: PageRequest, trigger: str) -> HttpResponse:
    """Answer one press of a button in the form: the parts that depend on it, afresh. Saves nothing."""
    chosen, do = trigger_of(trigger), request.POST.get("do") or request.GET.get("do", "")
    try:
        typed = forms.read(request.POST)
        if filter_builder.asked(do)[1] != do:
            return _filter_step(request, chosen, do)
        step = forms.step(typed, do, Where(chosen.catalogue, queries.zone_of(request.organization)))
    except (BadFilter, UnknownEdit, forms.UnknownStep) as error:
        return HttpResponse(str(error), status=400, content_type="text/plain")
    if do == "told":
        context = context_of(request, chosen, typed, faults=[], judged=False)
        return render(request, "automations/_told.html", context)
    return show_parts(request, chosen, step.draft, judged=do == "look", step=step)


def _filter_step(request: PageRequest, trigger: Trigger, do: str) -> HttpResponse:
    """Answer an edit of the filter, or of one in an action, with its builder and the sentence of the rule."""
    scope = filter_builder.asked(do)[0]
    before = filter_builder.read(request.POST, trigger.catalogue, scope)
    edited = filter_builder.step(before, do, trigger.catalogue)
    names = builder.names(edited.draft, scope + builder.PREFIX)
    typed = forms.read(_with(request.POST, scope + builder.PREFIX, names))
    context = context_of(request, trigger, typed, faults=[], judged=False)
    shown = desk_of(request, trigger).build(edited.draft, edited, scope=scope)
    context.pop("builder")
    return render_builder(request, shown, beside="automations/_told_beside.html", **context)


def _with(data: QueryDict, prefix: str, names: list[tuple[str, str]]) -> QueryDict:
    """Return the posted form with everything under a prefix replaced."""
    made = QueryDict(mutable=True)
    for name, values in data.lists():
        if not name.startswith(f"{prefix}."):
            made.setlist(name, values)
    for name, value in names:
        made.appendlist(name, value)
    return made


def _save(request: PageRequest, trigger: Trigger, rule: Rule | None) -> HttpResponse:
    try:
        typed = forms.read(request.POST)
    except BadFilter as error:
        return _show(request, trigger, forms.blank(trigger), rule=rule, faults=[Fault("filter", str(error))])
    # Code is a permission of its own; a rule whose code stays as it is may be saved by anyone who edits rules.
    if not may_use_code(request, typed, rule):
        raise PermissionDenied(_("Your role may not write JavaScript rules. Ask a developer or an administrator."))
    made, faults = forms.definition(typed, trigger, queries.zone_of(request.organization), request.organization)
    if made is None:
        return _show(request, trigger, typed, rule=rule, faults=faults)
    by, seen = Actor.user(request.user), request.POST.get("seen", "")
    try:
        if rule is None:
            saved = services.create_rule(request.organization, trigger.key, made, by=by)
            add_message(request, _("“{name}” is saved. It is off until you switch it on.").format(name=saved.name))
        else:
            saved = services.save_rule(rule, made, by=by, seen=int(seen) if seen.isdecimal() else None)
            add_message(request, _("“{name}” is saved.").format(name=saved.name))
    except services.RuleInvalid as error:
        return _show(request, trigger, typed, rule=rule, faults=error.faults)
    except services.ChangedMeanwhile:
        told = _("Somebody else has saved this rule since you opened it. What you typed is still here.")
        return _show(request, trigger, typed, rule=rule, faults=[Fault("", told)])
    return redirect(request, f"{reverse('automations:list')}?trigger={trigger.key}#rule-{saved.public_id}")


def _show(
    request: PageRequest,
    trigger: Trigger,
    typed: RuleDraft,
    *,
    rule: Rule | None = None,
    faults: list[Fault] | None = None,
) -> HttpResponse:
    context = context_of(request, trigger, typed, faults=faults or [], judged=bool(faults), rule=rule)
    context |= {"recent": entities.get(trigger.entity).recent(request.organization)}
    if rule is not None and rule.current is not None:
        context["meanwhile"] = Meanwhile.of(request, rule, trigger, request.POST.get("seen", ""))
        if not faults:
            context["paused"] = why_paused(rule.current.definition, trigger, context["zone"])
            context["stored"] = json.pretty(rule.current.definition["filter"]) if context["paused"] else ""
    return render(request, "automations/editor.html", context, status=422 if faults else 200)
