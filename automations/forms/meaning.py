"""The definition that a draft means, and everything that is wrong with it, place by place."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from automations.definition import ActionSpec, Definition, FilterSpec
from automations.engine.actions import Action, actions
from automations.engine.triggers import Trigger
from automations.forms.drafts import KEPT, ActionDraft, RuleDraft
from automations.inputs.kind import Where, first, kinds
from automations.inputs.says import say
from automations.validation import Fault
from portal.filters import builder, codec
from portal.filters.settle import settle
from portal.kit import json
from portal.tenancy.models import Organization


def definition(
    draft: RuleDraft, trigger: Trigger, zone: dt.tzinfo, organization: Organization | None = None
) -> tuple[Definition | None, list[Fault]]:
    """Return the definition that a draft means, or None and what is wrong with it.

    With an organization the actions' own checks are asked too, so that a person sees everything at once.
    """
    where = Where(trigger.catalogue, zone)
    faults = [*_filter_faults(draft, where), *_action_faults(draft, where)]
    if faults and organization is not None:
        faults += _checked(draft, where, trigger, organization, _faulty(faults))
    try:
        made = Definition(
            name=draft.name,
            description=draft.description,
            sources=draft.sources,
            once=draft.once and trigger.may_run_once,
            filter=_filter(draft, where),
            actions=tuple(
                ActionSpec(key=row.key, settings=settings_of(row, where), off=row.off, note=row.note)
                for row in draft.actions
            ),
        )
    except ValidationError as error:
        faults += [Fault(".".join(map(str, one["loc"])), _say(one)) for one in error.errors(include_url=False)]
        return None, faults
    return (None if faults else made), faults


def _filter(draft: RuleDraft, where: Where) -> FilterSpec:
    if draft.kind == "code":
        return FilterSpec(kind="code", code=draft.code)
    tree = builder.tree_of(settle(draft.filter, where.catalogue), where.catalogue, zone=where.zone)
    return FilterSpec(tree=codec.encode(tree))


def _filter_faults(draft: RuleDraft, where: Where) -> Iterator[Fault]:
    if draft.kind == "code":
        return
    for one in builder.judge(settle(draft.filter, where.catalogue), where.catalogue, zone=where.zone):
        yield Fault(f"filter.{'.'.join(map(str, one.path))}".rstrip("."), f"{one.message} {one.cure}")


def settings_of(row: ActionDraft, where: Where) -> dict[str, Any]:
    """Return the settings that an action's inputs mean; what cannot be read is there as it was typed.

    What is wrong in an input that is not shown now is left out: nobody could put it right.
    """
    settings: dict[str, Any] = _kept(row)
    if row.key not in actions:
        return settings
    action = actions.get(row.key)
    for input in action.inputs:
        kind = kinds.get(input.kind)
        if kind.faults(input, row.values, where) and hidden(action, input.only, row, where):
            continue
        settings |= kind.read(input, row.values, where)
    return settings


def _kept(row: ActionDraft) -> dict[str, Any]:
    """Return the settings that no input shows; a form that somebody else wrote may say anything here."""
    try:
        found = json.loads(first(row.values, KEPT) or "{}")
    except json.NotJson:
        return {}
    if not isinstance(found, dict):
        return {}
    known = actions.get(row.key).settings.model_fields if row.key in actions else found
    return {name: value for name, value in found.items() if name in known}


def _action_faults(draft: RuleDraft, where: Where) -> Iterator[Fault]:
    for index, row in enumerate(draft.actions):
        if row.key not in actions:
            yield Fault(f"actions.{index}", _("There is no such action any more. Remove it."))
            continue
        for place, message in _problems(actions.get(row.key), row, where):
            yield Fault(f"actions.{index}.{place}".rstrip("."), message)


def _problems(action: Action[Any], row: ActionDraft, where: Where) -> Iterator[tuple[str, str]]:
    """Say what is wrong with an action's settings; where an input has said it, validation need not."""
    told: set[str] = set()
    for input in action.inputs:
        kind = kinds.get(input.kind)
        for place, message in (
            kind.faults(input, row.values, where) if not hidden(action, input.only, row, where) else ()
        ):
            told |= {place.partition(".")[0], *kind.settings(input)}
            yield place, message
    try:
        action.settings.model_validate(settings_of(row, where))
    except ValidationError as error:
        for one in error.errors(include_url=False):
            if not one["loc"] or str(one["loc"][0]) not in told:
                yield ".".join(map(str, one["loc"])), say(one)


def _faulty(faults: list[Fault]) -> set[str]:
    parts = (fault.place.split(".") for fault in faults)
    return {part[1] for part in parts if part[0] == "actions" and len(part) > 1}


def _checked(
    draft: RuleDraft, where: Where, trigger: Trigger, organization: Organization, faulty: set[str]
) -> Iterator[Fault]:
    """Say what actions whose settings can be read find wrong with them."""
    for index, row in enumerate(draft.actions):
        action = actions.get(row.key) if row.key in actions and str(index) not in faulty else None
        if action is None or action.check is None:
            continue
        settings = action.settings.model_validate(settings_of(row, where))
        for name, message in action.check(settings, trigger, organization):
            yield Fault(f"actions.{index}.{name}", message)


def hidden(action: Action[Any], only: tuple[str, str] | None, row: ActionDraft, where: Where) -> bool:
    """Say whether an input that belongs to one value of another is not shown now."""
    if only is None:
        return False
    input = next((one for one in action.inputs if one.name == only[0]), None)
    if input is None:
        return False
    now = kinds.get(input.kind).read(input, row.values, where).get(input.name, "")
    wanted = only[1].lower()
    return str(now).lower() not in ({wanted} if wanted not in _TRUE else _TRUE)


_TRUE = {"true", "on", "yes", "1"}


def _say(error: Any) -> str:
    if error["loc"] == ("name",) and error["type"] == "string_too_short":
        return _("Give the rule a name.")
    return say(error)


def named(draft: RuleDraft, name: str) -> RuleDraft:
    """Return the draft with a name where it has none yet, so that it can be told and tried."""
    return draft if draft.name else replace(draft, name=name)
