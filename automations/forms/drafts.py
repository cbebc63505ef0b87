"""A rule as typed, and a stored rule as it stands in the form."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from automations.definition import ActionSpec, Definition
from automations.engine.actions import actions
from automations.engine.triggers import Trigger
from automations.inputs.kind import Values, Where, kinds
from portal.filters import builder, codec
from portal.filters.builder import DraftCondition, DraftGroup
from portal.kit import json
from portal.kit.json import Json

KEPT = "own.kept"
"""Form name of the settings that no input shows, as JSON: they come back as they were."""


@dataclass(frozen=True, slots=True)
class ActionDraft:
    """An action as typed: its form names behind “a.<index>.”, each with all its values."""

    key: str
    values: Values = field(default_factory=dict)
    off: bool = False
    note: str = ""
    id: str = ""
    """By which the page knows it again after it was moved."""


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A rule as typed."""

    name: str = ""
    description: str = ""
    once: bool = False
    sources: tuple[str, ...] = ()
    kind: str = "simple"
    filter: DraftGroup = field(default_factory=DraftGroup)
    code: str = ""
    actions: tuple[ActionDraft, ...] = ()


_STARTING_CODE = "// entity is the {noun} as its JSON shows it. Return true to match.\nreturn {example};\n"
_EXAMPLES = {
    "order": "entity.totalPrice > 100",
    "exception": 'entity.category === "system"',
    "shippingRequest": 'entity.status === "sentToFulfillment"',
    "product": 'entity.status === "active"',
    "fulfillment": 'entity.fulfillmentType === "rejected"',
}


def starting_code(trigger: Trigger) -> str:
    """Return the code that a new code filter begins with."""
    return _STARTING_CODE.format(noun=trigger.catalogue.noun, example=_EXAMPLES.get(trigger.entity, "true"))


def blank(trigger: Trigger) -> RuleDraft:
    """Return what a new rule begins with."""
    return RuleDraft(code=starting_code(trigger))


def draft_of(definition: Definition, trigger: Trigger, zone: dt.tzinfo) -> RuleDraft:
    """Return a stored rule as it stands in the form."""
    where = Where(trigger.catalogue, zone)
    return RuleDraft(
        definition.name,
        definition.description,
        definition.once,
        definition.sources,
        definition.filter.kind,
        builder.draft_of(codec.decode(definition.filter.tree, whole=True), trigger.catalogue, zone=zone),
        definition.filter.code or starting_code(trigger),
        tuple(action_draft(spec, where, id=str(index)) for index, spec in enumerate(definition.actions)),
    )


def draft_of_stored(stored: Json, trigger: Trigger, zone: dt.tzinfo, *, name: str) -> RuleDraft:
    """Return a stored rule as it stands in the form, also one that cannot be read (any more).

    Such a rule opens with a filter that cannot be saved as it is, so that nobody makes it a rule for
    every record by pressing *Save*.
    """
    try:
        return draft_of(Definition.model_validate(stored), trigger, zone)
    except ValueError:
        return RuleDraft(name, filter=DraftGroup("all", (DraftCondition(),)), code=starting_code(trigger))


def action_draft(spec: ActionSpec, where: Where, *, id: str) -> ActionDraft:
    """Return a stored action as it stands in the form; what no input shows waits there unseen."""
    settings, values, shown = _whole(spec), dict[str, tuple[str, ...]](), set[str]()
    for input in actions.get(spec.key).inputs if spec.key in actions else ():
        kind = kinds.get(input.kind)
        values |= kind.write(input, settings, where)
        shown |= set(kind.settings(input))
    if rest := {name: value for name, value in settings.items() if name not in shown}:
        values[KEPT] = (json.dumps_text(rest),)
    return ActionDraft(spec.key, values, spec.off, spec.note, id)


def _whole(spec: ActionSpec) -> Mapping[str, Any]:
    """Return the settings with the action's defaults; as they are stored where it cannot read them any more."""
    if spec.key not in actions:
        return spec.settings
    model = actions.get(spec.key).settings
    try:
        whole: dict[str, Any] = model.model_validate(spec.settings).model_dump(mode="json")
        return whole
    except ValueError:
        # A new action whose settings have no default yet: those that have one are shown, the others are open.
        known = {name: one.get_default(call_default_factory=True) for name, one in model.model_fields.items()}
        defaults = {name: value for name, value in known.items() if not model.model_fields[name].is_required()}
        return defaults | spec.settings
