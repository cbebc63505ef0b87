"""Whose JavaScript a form holds: the rule's own, which everybody may save and try, or some that is new."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from automations.engine.actions import actions
from automations.forms import RuleDraft
from automations.forms.drafts import ActionDraft
from automations.inputs.filter import kind_of
from automations.inputs.kind import first
from automations.inputs.newlines import unix
from automations.models import Rule
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, may

Code = tuple[str, str]
"""Where it stands (“filter”, or an action and its input), and its text."""


def may_use_code(request: PageRequest, typed: RuleDraft, rule: Rule | None) -> bool:
    """Say whether all code in the form is the rule's own, each where it stood, or the person may write code."""
    if may(request, Permission.EDIT_CODE_RULES):
        return True
    stored = rule.current.definition if rule and rule.current else {}
    return set(_typed(typed)) <= set(_stored(stored))


def _typed(typed: RuleDraft) -> Iterator[Code]:
    if typed.kind == "code":
        yield "filter", typed.code
    for row in typed.actions:
        yield from _typed_in(row)


def _typed_in(row: ActionDraft) -> Iterator[Code]:
    for input in actions.get(row.key).inputs if row.key in actions else ():
        place = f"{row.key}.{input.name}"
        if input.kind == "code" and first(row.values, input.name).strip():
            yield place, unix(first(row.values, input.name))
        elif input.kind == "filter" and kind_of(input, row.values) == "code":
            yield place, unix(first(row.values, f"{input.name}.code"))


def _stored(definition: Mapping[str, Any]) -> Iterator[Code]:
    own = definition.get("filter", {})
    if own.get("kind") == "code":
        yield "filter", str(own.get("code"))
    specs: Iterable[Mapping[str, Any]] = definition.get("actions", ())
    for spec in specs:
        for input in actions.get(spec["key"]).inputs if spec.get("key") in actions else ():
            setting = spec.get("settings", {}).get(input.name)
            if input.kind == "code":
                yield f"{spec['key']}.{input.name}", str(setting or "")
            elif input.kind == "filter" and isinstance(setting, dict) and setting.get("kind") == "code":
                yield f"{spec['key']}.{input.name}", str(setting.get("code"))
