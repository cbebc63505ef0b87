"""Trying what stands in the editor on a record: a real one, or JSON that was pasted or edited. Writes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from automations import forms, queries
from automations.definition import Definition
from automations.engine.entities import NoSuchRecord, Record, entities
from automations.engine.triggers import Trigger
from automations.forms import RuleDraft
from automations.messages.template import with_run
from automations.trials.test_filter import Trial, pasted, try_rule
from automations.views.code_rights import may_use_code
from automations.views.explained import action_rows, filter_lines
from automations.views.rules import rule_of, trigger_of
from portal.filters.problems import BadFilter
from portal.kit import json
from portal.kit.json import Json
from portal.tenancy.models import Organization
from portal.ui.access import PageRequest, page

_NO_CODE = gettext_lazy("Your role may not run JavaScript that is not saved. Ask a developer or an administrator.")
MOST_JSON = 1_000_000
"""Characters of a pasted record."""
_SHOWN = {
    "to": gettext_lazy("To"),
    "subject": gettext_lazy("Subject"),
    "text": gettext_lazy("Text"),
    "url": gettext_lazy("Address"),
    "body": gettext_lazy("Body"),
}
"""What is shown of a message that would be sent; nothing else of it, so that no secret is."""


class CannotTry(ValueError):
    """What was given cannot be tried; the message says why, with the cure."""


@dataclass(frozen=True, slots=True)
class Given:
    """What to try the rule on: a record, and its JSON where that was edited."""

    record: Record
    document: Json | None = None
    before: Json | None = None


@require_POST
@page()
def test(request: PageRequest, trigger: str) -> HttpResponse:
    """Try the filter in the form, or the whole rule, on one record. Writes and sends nothing.

    Code that is not saved runs only for those who may write code; the rest is looking.
    """
    chosen = trigger_of(trigger)
    stored = rule_of(request, request.POST["rule"]) if request.POST.get("rule") else None
    filter_only = request.POST.get("what") == "filter"
    context: dict[str, Any] = {"trigger": chosen, "filter_only": filter_only}
    try:
        typed = forms.read(request.POST)
        if not may_use_code(request, typed, stored):
            raise CannotTry(str(_NO_CODE))
        made = _meant(typed, chosen, request.organization, filter_only=filter_only)
        given = _given(request.POST, chosen, request.organization)
        trial = _tried(made, chosen, request.organization, given)
    except (NoSuchRecord, BadFilter, CannotTry) as error:
        return render(request, "automations/trial.html", context | {"problem": str(error)})
    return render(request, "automations/trial.html", context | _shown(trial, chosen, given))


def _meant(typed: RuleDraft, trigger: Trigger, organization: Organization, *, filter_only: bool) -> Definition:
    """Return the rule in the form; one without a name yet, and a filter without actions, can be tried all the same."""
    typed = replace(typed, name=typed.name or "-", actions=() if filter_only else typed.actions)
    made, faults = forms.definition(typed, trigger, queries.zone_of(organization))
    if made is None:
        why = " ".join(dict.fromkeys(fault.message for fault in faults))
        what = _("The filter cannot be tried yet: {why}") if filter_only else _("The rule cannot be tried yet: {why}")
        raise CannotTry(what.format(why=why))
    return made


def _given(posted: Mapping[str, str], trigger: Trigger, organization: Organization) -> Given:
    entity = entities.get(trigger.entity)
    text = posted.get("json", "").strip()
    if posted.get("on") != "json" or not text:
        wanted = posted.get("record_id", "").strip() or posted.get("record", "")
        if not wanted:
            raise CannotTry(_("Choose a record, or give its number or ID."))
        return Given(entity.find(organization, wanted))
    document = _parsed(text, _("The JSON"))
    before = posted.get("before", "").strip()
    was = _parsed(before, _("The JSON of what it was before")) if before else None
    try:
        loaded = posted.get("json_of", "")
        record = entity.find(organization, loaded) if loaded else pasted(trigger, document)
        pasted(trigger, document)
    except ValueError as error:
        raise CannotTry(str(error)) from error
    return Given(record, document, was)


def _tried(made: Definition, trigger: Trigger, organization: Organization, given: Given) -> Trial:
    """Try a rule. JSON that somebody wrote may lack or twist what every real record has: that is said."""
    if given.document is None:
        return try_rule(made, trigger, organization, given.record)
    try:
        return try_rule(made, trigger, organization, given.record, document=given.document, before=given.before)
    except KeyError as error:
        raise CannotTry(
            _("The JSON lacks “{name}”, which every {record} has.").format(
                name=error.args[0], record=_(trigger.catalogue.noun)
            )
        ) from error
    except (ValueError, TypeError, AttributeError, ArithmeticError) as error:
        raise CannotTry(
            _("The JSON does not have the form of one {record}: {why}").format(
                why=error, record=_(trigger.catalogue.noun)
            )
        ) from error


def _parsed(text: str, what: str) -> Json:
    if len(text) > MOST_JSON:
        raise CannotTry(_("{what} has more than {most} characters.").format(what=what, most=MOST_JSON))
    try:
        found = json.loads(text)
    except json.NotJson as error:
        raise CannotTry(_("{what} cannot be read: {why}").format(what=what, why=error)) from error
    if not isinstance(found, dict):
        raise CannotTry(_("{what} must be one object, as “View JSON” shows it.").format(what=what))
    return found


def _shown(trial: Trial, trigger: Trigger, given: Given) -> dict[str, Any]:
    return {
        "trial": trial,
        "lines": filter_lines(trial.trace),
        "actions": action_rows(trial.trace),
        "told": trial.trace.get("filter", {}),
        "edited": given.document is not None,
        "url": entities.get(trigger.entity).url(trial.record.public_id) if trial.record.public_id else "",
        "sends": [
            {
                "summary": one.summary,
                "parts": [
                    (label, with_run(one.payload[key], _("(ID of the run)")))
                    for key, label in _SHOWN.items()
                    if key in one.payload
                ],
            }
            for one in trial.sends
        ],
    }


@require_POST
@page()
def record(request: PageRequest, trigger: str) -> HttpResponse:
    """Bring a record's JSON into the test pane, as the trigger would judge it, to be edited before the test."""
    chosen = trigger_of(trigger)
    context: dict[str, Any] = {
        "trigger": chosen,
        "recent": entities.get(chosen.entity).recent(request.organization),
        "wanted": request.POST.get("record_id", "").strip(),
        "chosen_record": request.POST.get("record", ""),
    }
    try:
        given = _given(request.POST.dict() | {"on": "record"}, chosen, request.organization)
    except (NoSuchRecord, CannotTry) as error:
        return render(request, "automations/_subject.html", context | {"problem": str(error)})
    judged = try_rule(Definition(name="-"), chosen, request.organization, given.record)
    context |= {
        "on_json": True,
        "json": json.pretty(judged.document),
        "before": json.pretty(judged.before) if judged.before is not None else "",
        "json_of": given.record.public_id,
        "json_label": given.record.label,
    }
    return render(request, "automations/_subject.html", context)
