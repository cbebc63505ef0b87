"""The rule editor: one form, always with the sentence that says what it means now."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from automations import forms, queries, services, words
from automations.definition import Definition
from automations.engine.rules import why_paused
from automations.engine.triggers import Trigger
from automations.forms import RuleDraft
from automations.models import Rule
from automations.engine.entities import NoSuchRecord, entities
from automations.trials.test_filter import try_rule
from automations.validation import Fault
from automations.views.explained import action_rows, fields_for_code, filter_lines
from automations.views.rules import rule_of, trigger_of
from portal.audit.actor import Actor
from portal.filters.edits import Edited, UnknownEdit
from portal.filters.problems import BadFilter
from portal.filters.settle import settle
from portal.filters.to_words import nameless
from portal.kit import json
from portal.tenancy.roles import Permission
from portal.ui import filter_builder
from portal.ui.access import PageRequest, may, page
from portal.ui.filter_builder import Builder, Urls
from portal.ui.filter_views import render_builder
from portal.ui.htmx import add_message, redirect
from portal.ui.lists import list_page

_NO_CODE = gettext_lazy("Your role may not run JavaScript that is not saved. Ask a developer or an administrator.")


@require_http_methods(["GET", "POST"])
@page(Permission.EDIT_RULES)
def new(request: PageRequest, trigger: str) -> HttpResponse:
    """Show an empty rule, or add the one that was filled in; new rules are off."""
    chosen = trigger_of(trigger)
    if request.method == "GET":
        return _show(request, chosen, forms.blank())
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
    chosen, do = trigger_of(trigger), request.POST.get("do", "")
    try:
        typed = forms.read(request.POST)
        if do.startswith("filter:"):
            return _filter_step(request, chosen, typed, do)
        typed = forms.step(typed, do)
    except (BadFilter, UnknownEdit, forms.UnknownStep) as error:
        return HttpResponse(str(error), status=400, content_type="text/plain")
    return show_parts(request, chosen, typed, judged=do.partition(":")[0] == "look")


def show_parts(
    request: PageRequest,
    trigger: Trigger,
    typed: RuleDraft,
    *,
    faults: Sequence[Fault] = (),
    judged: bool = False,
    converted: bool = False,
) -> HttpResponse:
    """Draw the parts of the form that depend on what was pressed; after a conversion its way back has the focus."""
    context = _context(request, trigger, typed, faults=list(faults), judged=judged)
    return render(request, "automations/editor.html#parts", context | {"converted": converted})


def _filter_step(request: PageRequest, trigger: Trigger, typed: RuleDraft, do: str) -> HttpResponse:
    """Answer an edit of the filter with the builder, and the sentence of the rule."""
    edited = filter_builder.step(settle(typed.filter, trigger.catalogue), do, trigger.catalogue)
    context = _context(request, trigger, replace(typed, filter=edited.draft), faults=[], judged=False, edited=edited)
    return render_builder(request, context.pop("builder"), beside="automations/_told_beside.html", **context)


@require_POST
@page()
def test(request: PageRequest, trigger: str) -> HttpResponse:
    """Try the rule in the form on one order. Writes and sends nothing.

    Code that is not saved runs only for those who may write code; the rest is looking.
    """
    chosen = trigger_of(trigger)
    stored = rule_of(request, request.POST["rule"]) if request.POST.get("rule") else None
    context: dict[str, Any] = {"trigger": chosen, "recent": queries.recent_orders(request.organization)}
    wanted = request.POST.get("order_id", "").strip() or request.POST.get("order", "")
    context["wanted"] = wanted
    try:
        typed = forms.read(request.POST)
        if not _may_use_code(request, typed, stored):
            return render(request, "automations/trial.html", context | {"problem": _NO_CODE})
        zone = queries.zone_of(request.organization)
        made, faults = forms.definition(typed, chosen, zone)
        if made is None:
            made, faults = _ignoring_the_name(typed, chosen, zone, faults)
        record = entities.get(chosen.entity).find(request.organization, wanted)
    except (NoSuchRecord, BadFilter) as error:
        return render(request, "automations/trial.html", context | {"problem": str(error)})
    if made is None:
        message = _("The rule cannot be tried yet: {why}").format(why=" ".join(fault.message for fault in faults))
        return render(request, "automations/trial.html", context | {"problem": message})
    trial = try_rule(made, chosen, request.organization, record)
    shown = {"trial": trial, "lines": filter_lines(trial.trace), "actions": action_rows(trial.trace)}
    return render(request, "automations/trial.html", context | shown)


def _ignoring_the_name(
    typed: RuleDraft, trigger: Trigger, zone: dt.tzinfo, faults: list[Fault]
) -> tuple[Definition | None, list[Fault]]:
    """A rule without a name yet can be tried all the same."""
    if typed.name:
        return None, faults
    return forms.definition(replace(typed, name=_("New rule")), trigger, zone)


def _save(request: PageRequest, trigger: Trigger, rule: Rule | None) -> HttpResponse:
    try:
        typed = forms.read(request.POST)
    except BadFilter as error:
        return _show(request, trigger, forms.blank(), rule=rule, faults=[Fault("filter", str(error))])
    _check_code_permission(request, typed, rule)
    made, faults = forms.definition(typed, trigger, queries.zone_of(request.organization))
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
    except services.ChangedMeanwhile as error:
        return _show(request, trigger, typed, rule=rule, faults=[Fault("", str(error))])
    return redirect(request, f"{reverse('automations:list')}?trigger={trigger.key}#rule-{saved.public_id}")


def _check_code_permission(request: PageRequest, typed: RuleDraft, rule: Rule | None) -> None:
    """Code is a permission of its own; a rule whose code stays as it is may be saved by anyone who edits rules."""
    if not _may_use_code(request, typed, rule):
        raise PermissionDenied(_("Your role may not write JavaScript rules. Ask a developer or an administrator."))


def _may_use_code(request: PageRequest, typed: RuleDraft, rule: Rule | None) -> bool:
    """Say whether the code in the form, if any, is the rule's own or the person may write code."""
    if typed.kind != "code" or may(request, Permission.EDIT_CODE_RULES):
        return True
    stored = rule.current.definition["filter"] if rule and rule.current else {}
    return bool(stored.get("kind") == "code" and stored.get("code") == typed.code)


def _show(
    request: PageRequest,
    trigger: Trigger,
    typed: RuleDraft,
    *,
    rule: Rule | None = None,
    faults: list[Fault] | None = None,
) -> HttpResponse:
    context = _context(request, trigger, typed, faults=faults or [], judged=bool(faults), rule=rule)
    context["recent"] = queries.recent_orders(request.organization)
    if rule is not None and rule.current is not None and not faults:
        context["paused"] = why_paused(rule.current.definition, trigger, context["zone"])
        context["stored"] = json.pretty(rule.current.definition["filter"]) if context["paused"] else ""
    return render(request, "automations/editor.html", context, status=422 if faults else 200)


def _context(
    request: PageRequest,
    trigger: Trigger,
    typed: RuleDraft,
    *,
    faults: list[Fault],
    judged: bool,
    rule: Rule | None = None,
    edited: Edited | None = None,
) -> dict[str, Any]:
    zone = queries.zone_of(request.organization)
    sources = list(queries.sources(request.organization))
    made, _faults = forms.definition(typed, trigger, zone)
    return {
        "trigger": trigger,
        "rule": rule,
        "is_default": bool(rule and rule.is_default) or request.POST.get("is_default") == "1",
        "draft": typed,
        "zone": zone,
        "faults": {fault.place: fault.message for fault in faults},
        "fault_list": faults,
        "builder": _builder(request, trigger, typed, zone, judged=judged, edited=edited),
        "sources": sources,
        "available": forms.choices(trigger.entity),
        "rows": forms_rows(typed, faults),
        "told": _told(typed, made, trigger, zone, {one.public_id: one.name for one in sources}, rule),
        "code_names": fields_for_code(trigger),
        "code_faults": [fault.message for fault in faults if fault.place == "filter.code"],
        "convert_fault": next((fault.message for fault in faults if fault.place == "filter.convert"), ""),
        "code_problems": _code_problems(faults),
        "may_edit": may(request, Permission.EDIT_RULES),
        "may_code": may(request, Permission.EDIT_CODE_RULES),
        "recent": [],
    }


def _builder(
    request: PageRequest, trigger: Trigger, typed: RuleDraft, zone: dt.tzinfo, *, judged: bool, edited: Edited | None
) -> Builder:
    """Return the builder of the filter; beside it stands how many of the last orders fit it as they are now."""
    count = reverse("ui:filter_count", args=["orders"]) if trigger.entity == "order" else ""
    return filter_builder.build(
        settle(typed.filter, trigger.catalogue),
        trigger.catalogue,
        urls=Urls(reverse("automations:draft", args=[trigger.key]), count),
        zone=zone,
        may_edit=may(request, Permission.EDIT_RULES),
        judged=judged or request.POST.get("judged") == "1",
        spans=True,
        edited=edited,
        typing=request.POST.get("typing", ""),
        names=list_page("orders").names(request.organization) if count else nameless,
    )


def forms_rows(typed: RuleDraft, faults: list[Fault]) -> list[dict[str, Any]]:
    """Return the action rows with their inputs, values and errors."""
    from automations.engine.actions import actions

    rows = []
    for index, row in enumerate(typed.actions):
        action = actions.get(row.key) if row.key in actions else None
        errors = {f.place: f.message for f in faults if f.place.startswith(f"actions.{index}")}
        inputs = [
            {
                "input": one,
                "name": f"a.{index}.{one.name}",
                "value": row.values.get(one.name, ""),
                "error": errors.get(f"actions.{index}.{one.name}", ""),
            }
            for one in (action.inputs if action else ())
        ]
        rows.append({
            "index": index, "key": row.key, "action": action, "inputs": inputs,
            "error": errors.get(f"actions.{index}", ""), "last": index == len(typed.actions) - 1,
        })  # fmt: skip
    return rows


def _code_problems(faults: list[Fault]) -> list[dict[str, Any]]:
    import re

    found = []
    for fault in faults:
        line = re.match(r"Line (\d+): (.*)", fault.message)
        if fault.place == "filter.code" and line:
            found.append({"line": int(line[1]), "text": line[2]})
    return found


def _told(
    typed: RuleDraft,
    made: Definition | None,
    trigger: Trigger,
    zone: dt.tzinfo,
    sources: dict[str, str],
    rule: Rule | None,
) -> dict[str, str]:
    """Return the sentence of the whole rule in its parts; a hint while something is still open."""
    if made is None:
        made, _ignored = forms.definition(replace(typed, name=typed.name or "-"), trigger, zone)
    if made is None:
        return {"open": _("Something in the filter or the actions is not complete yet.")}
    return {
        "condition": words.condition(made, trigger, zone, sources, is_default=bool(rule and rule.is_default)),
        "where": words.where(made, sources),
        "effect": words.effect(made),
    }
