"""What people do with rules: one transaction each, with versions and history, and a list that is
published whole, so that no evaluation ever sees half of an edit."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now

from automations.definition import ActionSpec, Definition
from automations.engine.actions import actions
from automations.engine.triggers import triggers
from automations.models import Rule, RuleSet, RuleSetVersion, RuleVersion
from automations.validation import Fault, RuleInvalid, faults
from orders.models import Source
from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.entities import patch
from portal.kit import json
from portal.tenancy.models import Organization

DEFAULT_NAME = "Default rule"


class ChangedMeanwhile(ValueError):
    """Somebody else has saved this rule or list since the page was loaded."""


class Pinned(ValueError):
    """The default rule is always last, always there, and never switched off."""


def ensure_defaults(organization: Organization) -> None:
    """Give an organization the default New-order rule (seed 002), once: hold 10 minutes, then ready."""
    with transaction.atomic():
        rule_set = _lock_set(organization, "NEW_ORDER")
        if Rule.across.filter(
            organization=organization, trigger="NEW_ORDER", is_default=True, deleted_at=None
        ).exists():
            return
        by = Actor.system()
        definition = Definition(
            name=DEFAULT_NAME,
            description="Every order that no rule above has moved on.",
            actions=(ActionSpec(key="hold", settings={"minutes": 10}),),
        )
        rule = _insert(rule_set, definition, by, is_default=True, enabled=True)
        _publish(rule_set, by, f"Added “{rule.name}”")


def create_rule(organization: Organization, trigger: str, definition: Definition, *, by: Actor) -> Rule:
    """Add a rule above the default rule, below all others, disabled. Raises RuleInvalid."""
    triggers.get(trigger)
    _check(definition, trigger, organization)
    with transaction.atomic():
        rule_set = _lock_set(organization, trigger)
        rule = _insert(rule_set, definition, by)
        _publish(rule_set, by, f"Added “{rule.name}”")
    return rule


def save_rule(rule: Rule, definition: Definition, *, by: Actor, seen: int | None = None) -> Rule:
    """Save a rule as a new version. `seen` is the version number the person edited.

    Raises RuleInvalid with every fault, ChangedMeanwhile when a colleague saved it in between.
    """
    _check(definition, rule.trigger, rule.organization, is_default=rule.is_default)
    with transaction.atomic():
        rule_set = _lock_set(rule.organization, rule.trigger)
        rule = Rule.across.select_for_update(of=("self",)).select_related("current").get(pk=rule.pk, deleted_at=None)
        assert rule.current is not None
        if seen is not None and seen != rule.current.number:
            raise ChangedMeanwhile(
                f"“{rule.name}” was saved by {rule.current.by_name} while you edited it. Your text is still here; "
                f"open the rule in another tab to compare."
            )
        before, after = rule.current.definition, _stored(definition)
        if before == after:
            return rule
        rule.current = _version(rule, definition, by, rule.current.number + 1)
        rule.name = definition.name
        rule.save(update_fields=["current", "name"])
        Rule.across.filter(pk=rule.pk).update(updated_at=Now())
        _log(rule, by, "edited", f"Saved version {rule.current.number}.", patch.diff(before, after))
        _publish(rule_set, by, f"Edited “{rule.name}”")
    return rule


def set_enabled(rule: Rule, enabled: bool, *, by: Actor) -> Rule:
    """Switch a rule on or off. Raises Pinned for the default rule."""
    with transaction.atomic():
        rule_set = _lock_set(rule.organization, rule.trigger)
        rule = Rule.across.select_for_update(of=("self",)).get(pk=rule.pk, deleted_at=None)
        if rule.is_default:
            raise Pinned("The default rule stays on, so that no order stays new for ever. Edit its action instead.")
        if rule.enabled != enabled:
            Rule.across.filter(pk=rule.pk).update(enabled=enabled, updated_at=Now())
            rule.enabled = enabled
            word = "Switched on" if enabled else "Switched off"
            _log(rule, by, "enabled" if enabled else "disabled", f"{word}.")
            _publish(rule_set, by, f"{word} “{rule.name}”")
    return rule


def move(rule: Rule, to: int, *, by: Actor) -> None:
    """Put a rule at the place `to` (1 is first); the others keep their order among themselves.

    Places beyond the end mean the last place above the default rule. Raises Pinned for the default.
    """
    with transaction.atomic():
        rule_set = _lock_set(rule.organization, rule.trigger)
        order = [one.pk for one in _rules(rule_set) if not one.is_default]
        if rule.pk not in order:
            raise Pinned("The default rule always comes last.")
        old = order.index(rule.pk)
        order.remove(rule.pk)
        new = max(0, min(to - 1, len(order)))
        order.insert(new, rule.pk)
        if new != old:
            _number(rule_set, order)
            _log(rule, by, "moved", f"Moved from place {old + 1} to place {new + 1}.")
            _publish(rule_set, by, f"Moved “{rule.name}” to place {new + 1}")


def reorder(organization: Organization, trigger: str, public_ids: Sequence[str], *, by: Actor, seen: int) -> None:
    """Save a whole new order of a trigger's rules, as dragged on the page; the default stays last.

    `seen` is the number of the list version the person saw. Raises ChangedMeanwhile when the list has
    changed since, or when the IDs are not exactly those of the list.
    """
    with transaction.atomic():
        rule_set = _lock_set(organization, trigger)
        rows = {one.public_id: one.pk for one in _rules(rule_set) if not one.is_default}
        published = rule_set.published
        if (published and published.number != seen) or set(public_ids) != rows.keys() or len(public_ids) != len(rows):
            raise ChangedMeanwhile("The list was changed by somebody else in the meantime. Look again, then order it.")
        _number(rule_set, [rows[public_id] for public_id in public_ids])
        _publish(rule_set, by, "Reordered the rules")


def delete_rule(rule: Rule, *, by: Actor) -> None:
    """Take a rule out of its list; its versions and runs stay. Raises Pinned for the default rule."""
    with transaction.atomic():
        rule_set = _lock_set(rule.organization, rule.trigger)
        if rule.is_default:
            raise Pinned("The default rule cannot be deleted. Edit its action instead.")
        if Rule.across.filter(pk=rule.pk, deleted_at=None).update(deleted_at=Now(), enabled=False):
            _log(rule, by, "deleted", "Deleted.")
            _publish(rule_set, by, f"Deleted “{rule.name}”")


def duplicate(rule: Rule, *, by: Actor) -> Rule:
    """Add a disabled copy of a rule at the end of the list (never as a default rule)."""
    assert rule.current is not None
    definition = Definition.model_validate(rule.current.definition)
    name = f"{definition.name[:110]} (copy)"
    return create_rule(rule.organization, rule.trigger, definition.model_copy(update={"name": name}), by=by)


def _check(definition: Definition, trigger: str, organization: Organization, *, is_default: bool = False) -> None:
    found = faults(definition, triggers.get(trigger), is_default=is_default)
    ours = Source.objects.within(organization).filter(public_id__in=definition.sources)
    if definition.sources and set(definition.sources) - set(ours.values_list("public_id", flat=True)):
        found.append(Fault("sources", "One of the sources is not there any more. Choose among those that are shown."))
    if found:
        raise RuleInvalid(found)


def _lock_set(organization: Organization, trigger: str) -> RuleSet:
    """Let one person at a time change a list; makes it on first use."""
    RuleSet.across.get_or_create(organization=organization, trigger=trigger)
    rows = RuleSet.across.select_for_update(of=("self",)).select_related("published")
    return rows.get(organization=organization, trigger=trigger)


def _rules(rule_set: RuleSet) -> list[Rule]:
    """Return the rules of a list in their order, the default rule last."""
    rows = Rule.across.filter(organization=rule_set.organization, trigger=rule_set.trigger, deleted_at=None)
    return list(rows.order_by("is_default", "position", "pk"))


def _insert(
    rule_set: RuleSet, definition: Definition, by: Actor, *, is_default: bool = False, enabled: bool = False
) -> Rule:
    rows = Rule.across.filter(organization=rule_set.organization, trigger=rule_set.trigger, is_default=False)
    last = rows.aggregate(last=Max("position"))["last"]
    rule = Rule.across.create(
        organization=rule_set.organization,
        trigger=rule_set.trigger,
        name=definition.name,
        enabled=enabled,
        position=0 if is_default else (last or 0) + 1,
        is_default=is_default,
    )
    rule.current = _version(rule, definition, by, 1)
    rule.save(update_fields=["current"])
    _log(rule, by, "created", "Created.")
    return rule


def _number(rule_set: RuleSet, order: Sequence[int]) -> None:
    for position, pk in enumerate(order, start=1):
        Rule.across.filter(pk=pk).exclude(position=position).update(position=position)


def _stored(definition: Definition) -> json.Json:
    """Return the definition as JSON, each action's settings whole and in their own types."""
    whole = [
        spec.model_copy(update={"settings": actions.get(spec.key).settings.model_validate(spec.settings).model_dump()})
        for spec in definition.actions
    ]
    stored: json.Json = json.loads(json.dumps(definition.model_copy(update={"actions": tuple(whole)}).model_dump()))
    return stored


def _version(rule: Rule, definition: Definition, by: Actor, number: int) -> RuleVersion:
    return RuleVersion.across.create(
        organization=rule.organization, rule=rule, number=number, definition=_stored(definition), by_name=by.name
    )


def _publish(rule_set: RuleSet, by: Actor, summary: str) -> None:
    """Write the list as it is now as its next version, and make that the one that runs."""
    entries = [
        {"rule": one.pk, "version": one.current_id, "enabled": one.enabled, "watch": one.mode == Rule.Mode.WATCH}
        for one in _rules(rule_set)
    ]
    number = (rule_set.published.number if rule_set.published else 0) + 1
    rule_set.published = RuleSetVersion.across.create(
        organization=rule_set.organization, rule_set=rule_set, number=number, entries=entries, by_name=by.name,
        summary=summary,
    )  # fmt: skip
    rule_set.save(update_fields=["published"])


def _log(rule: Rule, by: Actor, verb: str, summary: str, changes: Sequence[patch.Change] = ()) -> None:
    number = rule.current.number if rule.current else 1
    record([Entry(rule.organization_id, "rule", rule.pk, number, by, verb, summary, changes)])


__all__ = [
    "ChangedMeanwhile", "Pinned", "RuleInvalid", "create_rule", "delete_rule", "duplicate", "ensure_defaults", "move",
    "reorder", "save_rule", "set_enabled",
]  # fmt: skip
