"""What the templates of the rule editor are drawn from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from automations import forms, queries, words
from automations.definition import Definition
from automations.engine.triggers import Trigger
from automations.forms import RuleDraft, Step
from automations.inputs.kind import Where
from automations.models import Rule
from automations.validation import Fault
from automations.views.explained import fields_for_code
from automations.views.rows import action_views, code_problems, offers
from portal.filters.builder import DraftGroup
from portal.filters.edits import Edited
from portal.filters.settle import settle
from portal.filters.to_words import nameless
from portal.tenancy.roles import Permission
from portal.ui import filter_builder
from portal.ui.access import PageRequest, may
from portal.ui.filter_builder import Builder, Urls
from portal.ui.lists import ListPage, list_pages

ACTIONS = "rule-actions"
"""Id of the part that a press among the actions draws afresh; everything else stays under people's hands."""


def list_of(entity: str) -> ListPage | None:
    """Return the list of a kind of record, where it has one."""
    return next((own for one in list_pages if (own := one()).target.catalogue.entity == entity), None)


@dataclass(frozen=True, slots=True)
class EditorDesk:
    """What the inputs of a rule in the editor may ask of its page (`automations.inputs.kind.Desk`)."""

    request: PageRequest
    trigger: Trigger
    where: Where
    judged: bool
    may_edit: bool
    may_code: bool

    def builder(self, draft: DraftGroup, scope: str, label: str) -> Builder:
        """Return the filter builder of an action."""
        return self.build(draft, scope=scope, label=label)

    def build(self, draft: DraftGroup, edited: Edited | None = None, **more: Any) -> Builder:
        """Return a builder; the rule's own counts how many records fit it, those of actions do not."""
        own, scope = list_of(self.trigger.entity), more.get("scope", "")
        counts = own is not None and not scope
        post = self.request.POST
        return filter_builder.build(
            settle(draft, self.where.catalogue),
            self.where.catalogue,
            urls=Urls(
                reverse("automations:draft", args=[self.trigger.key]),
                reverse("ui:filter_count", args=[own.key]) if counts and own else "",
            ),
            zone=self.where.zone,
            may_edit=self.may_edit,
            judged=self.judged or post.get(f"{scope}judged") == "1",
            spans=counts and self.trigger.entity == "order",
            edited=edited,
            typing=post.get("typing", "") if edited else "",
            names=own.names(self.request.organization) if own else nameless,
            **more,
        )


def desk_of(request: PageRequest, trigger: Trigger, *, judged: bool = False) -> EditorDesk:
    """Return the desk of this request."""
    return EditorDesk(
        request,
        trigger,
        Where(trigger.catalogue, queries.zone_of(request.organization)),
        judged,
        may(request, Permission.EDIT_RULES),
        may(request, Permission.EDIT_CODE_RULES),
    )


def show_parts(
    request: PageRequest,
    trigger: Trigger,
    typed: RuleDraft,
    *,
    faults: Sequence[Fault] = (),
    judged: bool = False,
    converted: bool = False,
    step: Step | None = None,
) -> HttpResponse:
    """Draw afresh what depends on what was pressed; after a conversion its way back has the focus."""
    context = context_of(request, trigger, typed, faults=list(faults), judged=judged, step=step)
    part = "actions" if request.headers.get("HX-Target") == ACTIONS else "parts"
    return render(request, f"automations/editor.html#{part}", context | {"converted": converted})


def context_of(
    request: PageRequest,
    trigger: Trigger,
    typed: RuleDraft,
    *,
    faults: list[Fault],
    judged: bool,
    rule: Rule | None = None,
    edited: Edited | None = None,
    step: Step | None = None,
) -> dict[str, Any]:
    """Return everything that the editor shows of a draft."""
    desk = desk_of(request, trigger, judged=judged)
    sources = list(queries.sources(request.organization)) if has_sources(trigger) else []
    is_default = bool(rule and rule.is_default) or request.POST.get("is_default") == "1"
    fixed = is_default and trigger.default is not None and trigger.default.fixed_filter
    seen = step or Step(typed)
    return {
        "trigger": trigger,
        "rule": rule,
        "is_default": is_default,
        "fixed": fixed,
        "draft": typed,
        "zone": desk.where.zone,
        "faults": {fault.place: fault.message for fault in faults},
        "fault_list": faults,
        "builder": desk.build(typed.filter, edited),
        "has_sources": has_sources(trigger),
        "sources": sources,
        "offers": offers(typed, trigger.entity),
        "rows": action_views(typed, faults, desk.where, desk, at=seen.at, part=seen.part),
        "said": seen.said,
        "told": _told(typed, trigger, desk.where, {one.public_id: one.name for one in sources}, fixed=fixed),
        "code_names": fields_for_code(trigger),
        "code_faults": [fault.message for fault in faults if fault.place == "filter.code"],
        "convert_fault": next((fault.message for fault in faults if fault.place == "filter.convert"), ""),
        "code_problems": code_problems(one.message for one in faults if one.place == "filter.code"),
        "may_edit": desk.may_edit,
        "may_code": desk.may_code,
    }


def has_sources(trigger: Trigger) -> bool:
    """Say whether its records come from a source, so that rules may be limited to some."""
    return trigger.catalogue.get("integration") is not None


def _told(typed: RuleDraft, trigger: Trigger, where: Where, sources: dict[str, str], *, fixed: bool) -> dict[str, str]:
    """Return the sentence of the whole rule in its parts; a hint while something is still open."""
    made, _faults = forms.definition(replace(typed, name=typed.name or "-"), trigger, where.zone)
    if made is None:
        return {"open": words.unfinished()}
    return sentence(made, trigger, where, sources, fixed=fixed)


def sentence(
    definition: Definition, trigger: Trigger, where: Where, sources: dict[str, str], *, fixed: bool
) -> dict[str, str]:
    """Return what a rule says, in parts: when, from where, how often, and what it does."""
    return {
        "condition": words.condition(definition, trigger, where.zone, sources, is_default=fixed),
        "where": words.where(definition, sources),
        "once": words.once(definition, trigger),
        "effect": words.effect(definition),
    }
