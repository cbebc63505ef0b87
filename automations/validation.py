"""Whether a rule may be saved: every problem, with the place and the cure."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from automations.definition import ActionSpec, Definition
from automations.engine.actions import actions
from automations.engine.triggers import Trigger
from automations.scripting.pool import default_pool
from portal.filters.check import check
from portal.filters.codec import decode
from portal.filters.problems import BadFilter
from portal.tenancy.models import Organization


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that keeps a rule from being saved. `place` is a path such as `actions.1.minutes`."""

    place: str
    message: str


class RuleInvalid(ValueError):
    """The rule cannot be saved; `faults` says why, place by place."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.place}: {fault.message}" for fault in faults))
        self.faults = faults


def faults(
    definition: Definition, trigger: Trigger, *, is_default: bool = False, organization: Organization | None = None
) -> list[Fault]:
    """Return everything that is wrong with a rule; empty when it may be saved."""
    found = list(_filter_faults(definition, trigger)) + list(_action_faults(definition, trigger, organization))
    if definition.once and not trigger.may_run_once:
        found.append(
            Fault("once", f"“{trigger.label}” comes once for each record: its rules cannot be limited to once.")
        )
    fixed = is_default and trigger.default is not None and trigger.default.fixed_filter
    if fixed and (definition.sources or definition.filter.kind == "code" or definition.filter.tree["root"]["items"]):
        found.append(Fault("filter", "The default rule takes every order that is left; it has no filter."))
    return found


def _filter_faults(definition: Definition, trigger: Trigger) -> Iterator[Fault]:
    if definition.filter.kind == "code":
        if not definition.filter.code.strip():
            yield Fault("filter.code", "Write the code, or choose the simple filter.")
        elif problem := default_pool().check(definition.filter.code, "filter"):
            line = f"Line {problem.line}: " if problem.line else ""
            yield Fault("filter.code", f"{line}{problem.message}")
        return
    try:
        found = check(decode(definition.filter.tree), trigger.catalogue)
    except BadFilter as error:
        found = list(error.problems)
    for one in found:
        place = ".".join(map(str, one.path))
        yield Fault(f"filter.{place}" if place else "filter", str(one))


def _action_faults(definition: Definition, trigger: Trigger, organization: Organization | None) -> Iterator[Fault]:
    if not definition.actions:
        yield Fault("actions", "Add at least one action.")
    elif all(spec.off for spec in definition.actions):
        yield Fault("actions", "Every action is switched off: switch one on, or switch the rule off.")
    last = len(definition.actions) - 1
    for index, spec in enumerate(definition.actions):
        if spec.key not in actions:
            yield Fault(f"actions.{index}", f"There is no action “{spec.key}”.")
            continue
        action = actions.get(spec.key)
        if trigger.entity not in action.entities:
            yield Fault(f"actions.{index}", f"“{action.label}” does not serve this kind of record.")
        if action.terminal and index != last:
            yield Fault(f"actions.{index}", f"“{action.label}” must be the last action; nothing runs after it.")
        yield from _setting_faults(spec, index, trigger, organization)


def _setting_faults(
    spec: ActionSpec, index: int, trigger: Trigger, organization: Organization | None
) -> Iterator[Fault]:
    action = actions.get(spec.key)
    try:
        settings = action.settings.model_validate(spec.settings)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            place = ".".join(str(part) for part in one["loc"])
            yield Fault(f"actions.{index}.{place}", one["msg"].removeprefix("Value error, "))
        return
    for name, message in action.check(settings, trigger, organization) if action.check else ():
        yield Fault(f"actions.{index}.{name}", message)
    if action.code is None:
        return
    code = action.code(settings)
    if not code.strip():
        yield Fault(f"actions.{index}.code", "Write the code of this action.")
    elif problem := default_pool().check(code, "action"):
        line = f"Line {problem.line}: " if problem.line else ""
        yield Fault(f"actions.{index}.code", f"{line}{problem.message}")
