"""The rule editor's form: everything as it was typed, and the definition that it means.

The form is flat. General: `name`, `description`, `sources`. Filter: `kind`, `code`, and the builder's
names under `f.` (`portal.filters.builder`). Actions: `a.0.key` and its settings `a.0.minutes` …
What is typed is never lost: a draft holds raw text, whatever it is worth.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict
from pydantic import ValidationError

from automations.definition import ActionSpec, Definition, FilterSpec
from automations.engine.actions import Action, actions
from automations.engine.triggers import Trigger
from automations.validation import Fault
from portal.filters import builder, codec
from portal.filters.builder import DraftCondition, DraftGroup
from portal.filters.settle import settle
from portal.kit.json import Json


@dataclass(frozen=True, slots=True)
class ActionDraft:
    """An action as typed."""

    key: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A rule as typed."""

    name: str = ""
    description: str = ""
    sources: tuple[str, ...] = ()
    kind: str = "simple"
    filter: DraftGroup = field(default_factory=DraftGroup)
    code: str = ""
    actions: tuple[ActionDraft, ...] = ()


STARTING_CODE = "// entity is the order as its JSON shows it. Return true to match.\nreturn entity.totalPrice > 100;\n"


def blank() -> RuleDraft:
    """Return what a new rule begins with."""
    return RuleDraft(code=STARTING_CODE)


def draft_of(definition: Definition, trigger: Trigger, zone: dt.tzinfo) -> RuleDraft:
    """Return a stored rule as it stands in the form."""
    return RuleDraft(
        definition.name,
        definition.description,
        definition.sources,
        definition.filter.kind,
        builder.draft_of(codec.decode(definition.filter.tree), trigger.catalogue, zone=zone),
        definition.filter.code or STARTING_CODE,
        tuple(_action_draft(spec) for spec in definition.actions),
    )


def draft_of_stored(stored: Json, trigger: Trigger, zone: dt.tzinfo, *, name: str) -> RuleDraft:
    """Return a stored rule as it stands in the form, also one that cannot be read (any more).

    Such a rule opens with a filter that cannot be saved as it is, so that nobody makes it a rule for
    every record by pressing *Save*.
    """
    try:
        return draft_of(Definition.model_validate(stored), trigger, zone)
    except ValueError:
        return RuleDraft(name, filter=DraftGroup("all", (DraftCondition(),)), code=STARTING_CODE)


def _action_draft(spec: ActionSpec) -> ActionDraft:
    settings: dict[str, Any] = spec.settings
    if spec.key in actions:
        settings = actions.get(spec.key).settings.model_validate(spec.settings).model_dump()
    return ActionDraft(spec.key, {name: str(value) for name, value in settings.items()})


def read(data: QueryDict) -> RuleDraft:
    """Read the posted form. Raises BadFilter when its filter is larger than a filter may be."""
    return RuleDraft(
        data.get("name", "").strip(),
        data.get("description", "").strip(),
        tuple(data.getlist("sources")),
        "code" if data.get("kind") == "code" else "simple",
        builder.read(data.lists()),
        data.get("code", "").replace("\r\n", "\n"),
        tuple(_read_actions(data)),
    )


def _read_actions(data: QueryDict) -> Sequence[ActionDraft]:
    found: dict[int, dict[str, str]] = {}
    for name in data:
        start, _, rest = name.partition(".")
        number, _, part = rest.partition(".")
        if start == "a" and part and number.isdecimal() and len(number) < 4:
            found.setdefault(int(number), {})[part] = data.get(name, "")
    rows = [found[number] for number in sorted(found)]
    return [ActionDraft(row.get("key", ""), {k: v for k, v in row.items() if k != "key"}) for row in rows]


class UnknownStep(ValueError):
    """A button asks for an edit that there is not."""


def step(draft: RuleDraft, do: str) -> RuleDraft:
    """Return the draft after one press of a button: `action:add:hold`, `action:up:1` … Raises UnknownStep.

    Presses in the builder (`filter:…`) are the builder's own: `portal.ui.filter_builder.step`.
    """
    part, _, rest = do.partition(":")
    if not do or part == "look":
        return draft
    verb, _, what = rest.partition(":")
    if part == "action" and verb == "add" and what in actions:
        return replace(draft, actions=(*draft.actions, _action_draft(ActionSpec(key=what))))
    if part == "action" and what.isdecimal() and int(what) < len(draft.actions):
        return replace(draft, actions=_moved(list(draft.actions), verb, int(what)))
    raise UnknownStep(f"There is no edit “{do[:40]}”.")


def _moved(rows: list[ActionDraft], verb: str, index: int) -> tuple[ActionDraft, ...]:
    row = rows.pop(index)
    if verb in ("up", "down"):
        rows.insert(max(0, index + (-1 if verb == "up" else 1)), row)
    elif verb != "remove":
        raise UnknownStep(f"There is no edit “{verb[:40]}”.")
    return tuple(rows)


def definition(draft: RuleDraft, trigger: Trigger, zone: dt.tzinfo) -> tuple[Definition | None, list[Fault]]:
    """Return the definition that a draft means, or None and what is wrong with it, place by place."""
    draft = replace(draft, filter=settle(draft.filter, trigger.catalogue))
    tree = builder.tree_of(draft.filter, trigger.catalogue, zone=zone)
    specs = [ActionSpec(key=row.key, settings=_settings(row)) for row in draft.actions]
    faults = [
        Fault(f"filter.{'.'.join(map(str, one.path))}".rstrip("."), f"{one.message} {one.cure}")
        for one in builder.judge(draft.filter, trigger.catalogue, zone=zone)
        if draft.kind == "simple"
    ]
    try:
        stored = codec.encode(tree) if draft.kind == "simple" else FilterSpec().tree
        spec = FilterSpec(kind=draft.kind, tree=stored, code=draft.code if draft.kind == "code" else "")
        made = Definition(
            name=draft.name, description=draft.description, sources=draft.sources, filter=spec, actions=tuple(specs)
        )
    except ValidationError as error:
        faults += [Fault(".".join(map(str, one["loc"])), _say(one)) for one in error.errors(include_url=False)]
        return None, faults
    return (None if faults else made), faults


def _settings(row: ActionDraft) -> dict[str, Any]:
    """Keep the settings the action knows; a number that is none stays text and is refused by name."""
    if row.key not in actions:
        return {}
    known = actions.get(row.key).settings.model_fields
    return {name: value.strip() for name, value in row.values.items() if name in known}


def _say(error: Any) -> str:
    if error["type"] == "string_too_short":
        return "Give the rule a name."
    return str(error["msg"])


def choices(entity: str) -> list[Action[Any]]:
    """Return the actions that serve an entity, for the *Add action* menu."""
    return [action for action in actions.all() if entity in action.entities]
