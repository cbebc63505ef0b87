"""Rules made ready to be evaluated: compiled once per version of the list. Pure."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from automations.definition import Definition
from automations.engine.actions import Action, actions
from automations.engine.related import BEFORE, mentioned
from automations.engine.triggers import Trigger
from portal.filters.check import check
from portal.filters.codec import decode
from portal.filters.evaluate import FilterSet, View
from portal.filters.shape import operators
from portal.filters.tree import Condition, Group, Measure, Node
from portal.kit.json import Json


@dataclass(frozen=True, slots=True)
class ReadyAction:
    """One action of a rule with its settings, ready to be planned."""

    action: Action[Any]
    settings: Any
    off: bool = False
    code: str = ""
    """JavaScript that runs first; empty for actions without code."""


@dataclass(frozen=True, slots=True)
class ReadyRule:
    """One rule, ready to run."""

    rule_id: int
    version_id: int
    public_id: str
    number: int
    name: str
    sources: frozenset[str]
    tree: Group | None
    """The simple filter; None where the filter is code."""
    code: str
    key: str
    """Names the V8 instances of this rule version: with “:filter” or “:action:0” behind it."""
    actions: tuple[ReadyAction, ...]
    watch: bool = False
    once: bool = False
    broken: str = ""
    """Why this rule cannot be judged in this version of the product; it fails alone, and says so."""


@dataclass(frozen=True, slots=True)
class ReadyRules:
    """The enabled rules of a trigger in their order, as one published version has them."""

    version_id: int
    trigger: Trigger
    rules: tuple[ReadyRule, ...]
    zone: dt.tzinfo
    """The organization's timezone: its days are the days of its filters."""
    filters: FilterSet
    """All simple filters together: what several of them ask of an order is read once."""
    holds: tuple[Callable[[View, dt.datetime], bool] | None, ...]
    """For each rule its simple filter, None where it is code."""
    related: frozenset[str] = frozenset()
    """The related documents that code of these rules mentions."""
    looks_back: bool = False
    """Whether a rule asks what the record was before."""


def rule_list(version_id: int, trigger: Trigger, rules: Sequence[ReadyRule], zone: dt.tzinfo) -> ReadyRules:
    """Compile the filters of rules together. One that does not fit the catalogue (any more) is broken."""
    rules = [_sound(rule, trigger, zone) for rule in rules]
    trees = [rule.tree for rule in rules if rule.tree is not None]
    filters = FilterSet(trees, trigger.catalogue, zone)
    compiled = iter(filters.holds)
    holds = tuple(None if rule.tree is None else next(compiled) for rule in rules)
    related = mentioned(_codes(rules), trigger.entity)
    looks_back = trigger.catalogue.changes and (BEFORE in related or any(_looks_back(tree) for tree in trees))
    return ReadyRules(version_id, trigger, tuple(rules), zone, filters, holds, related, looks_back)


def _codes(rules: Sequence[ReadyRule]) -> list[str]:
    return [rule.code for rule in rules] + [one.code for rule in rules for one in rule.actions if not one.off]


def _looks_back(node: Node) -> bool:
    if isinstance(node, Condition):
        return operators.get(node.operator).looks_back
    return any(_looks_back(item) for item in ([node.where] if isinstance(node, Measure) else node.items))


def _sound(rule: ReadyRule, trigger: Trigger, zone: dt.tzinfo) -> ReadyRule:
    misfit = _misfit(rule.tree, trigger, zone)
    return replace(rule, tree=None, broken=misfit) if misfit else rule


def _misfit(tree: Group | None, trigger: Trigger, zone: dt.tzinfo) -> str:
    """Return why a simple filter does not fit the catalogue (any more); "" when it does, or the filter is code."""
    problems = check(tree, trigger.catalogue, zone=zone) if tree is not None else []
    return f"Its filter cannot be read any more: {problems[0]}" if problems else ""


def why_paused(stored: Json, trigger: Trigger, zone: dt.tzinfo) -> str:
    """Return why a stored rule cannot be judged in this version of the product; "" when it can."""
    try:
        definition = Definition.model_validate(stored)
        _actions(definition)
        tree = None if definition.filter.kind == "code" else decode(definition.filter.tree)
    except (ValueError, LookupError) as error:
        return f"It cannot be read any more: {error}"
    return _misfit(tree, trigger, zone)


def broken_rule(
    name: str, why: str, *, rule_id: int, version_id: int, public_id: str, number: int, watch: bool
) -> ReadyRule:
    """Return a rule that cannot be made ready; it fails wherever it is asked."""
    return ReadyRule(rule_id, version_id, public_id, number, name, frozenset(), None, "", "", (), watch, broken=why)


def make_ready(
    definition: Definition, trigger: Trigger, *, rule_id: int, version_id: int, public_id: str, number: int,
    organization: str, watch: bool = False,
) -> ReadyRule:  # fmt: skip
    """Compile one rule. Raises BadFilter or a validation error for what no save lets through."""
    tree = None if definition.filter.kind == "code" else decode(definition.filter.tree)
    return ReadyRule(
        rule_id=rule_id,
        version_id=version_id,
        public_id=public_id,
        number=number,
        name=definition.name,
        sources=frozenset(definition.sources),
        tree=tree,
        code=definition.filter.code if tree is None else "",
        key=f"{organization}:{version_id}",
        actions=tuple(_actions(definition)),
        watch=watch,
        once=definition.once and trigger.may_run_once,
    )


def _actions(definition: Definition) -> Sequence[ReadyAction]:
    found = []
    for spec in definition.actions:
        action = actions.get(spec.key)
        settings = action.settings.model_validate(spec.settings)
        found.append(ReadyAction(action, settings, spec.off, action.code(settings) if action.code else ""))
    return found
