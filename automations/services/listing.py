"""Which rules run and in which order: switching, moving, reordering, taking out."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models.functions import Now
from pydantic import ValidationError

from automations.definition import Definition
from automations.engine.triggers import triggers
from automations.models import Rule, RuleSet
from automations.services.sets import (
    ChangedMeanwhile,
    Pinned,
    check,
    forgive,
    lock_rule,
    lock_set,
    log,
    number,
    publish,
    rules_of,
)
from automations.validation import Fault, RuleInvalid
from portal.audit.actor import Actor
from portal.tenancy.models import Organization


def set_enabled(rule: Rule, enabled: bool, *, by: Actor) -> Rule:
    """Switch a rule on or off. Raises Pinned for the default rule.

    One that is switched on must be valid now, whatever it was when it was saved: a store may be gone, an
    update may know a field no more. Raises RuleInvalid with what is wrong.
    """
    with transaction.atomic():
        rule_set = lock_set(rule.organization, rule.trigger)
        rule = lock_rule(rule)
        if rule.is_default and _always_on(rule):
            raise Pinned("The default rule stays on, so that no order stays new for ever. Edit its action instead.")
        if rule.enabled != enabled:
            if enabled:
                _check_now(rule)
            word = "Switched on" if enabled else "Switched off"
            _switch(rule_set, rule, enabled, by, f"{word}.", f"{word} “{rule.name}”")
    return rule


def switch_off(rule_id: int, *, by: Actor, why: str) -> Rule | None:
    """Switch a rule off by itself, and say why in its history; None when it is off, gone or a default rule.

    Inside the caller's transaction, which may hold other locks: call it last.
    """
    rule = Rule.across.filter(pk=rule_id, deleted_at=None, enabled=True, is_default=False).first()
    if rule is None:
        return None
    rule_set = lock_set(rule.organization, rule.trigger)
    rule = lock_rule(rule)
    if not rule.enabled:
        return None
    _switch(rule_set, rule, False, by, f"Switched off: {why}", f"Switched off “{rule.name}”: {why}")
    return rule


def move(rule: Rule, to: int, *, by: Actor) -> None:
    """Put a rule at the place `to` (1 is first); the others keep their order among themselves.

    Places beyond the end mean the last place above the default rule. Raises Pinned for the default.
    """
    with transaction.atomic():
        rule_set = lock_set(rule.organization, rule.trigger)
        order = [one.pk for one in rules_of(rule_set) if not one.is_default]
        if rule.pk not in order:
            raise Pinned("The default rule always comes last.")
        old = order.index(rule.pk)
        order.remove(rule.pk)
        new = max(0, min(to - 1, len(order)))
        order.insert(new, rule.pk)
        if new != old:
            number(order)
            log(rule, by, "moved", f"Moved from place {old + 1} to place {new + 1}.")
            publish(rule_set, by, f"Moved “{rule.name}” to place {new + 1}")


def reorder(organization: Organization, trigger: str, public_ids: Sequence[str], *, by: Actor, seen: int) -> int:
    """Save a whole new order of a trigger's rules, as dragged on the page; the default stays last.

    `seen` is the number of the list version the person saw; returned is the number of the new one. Raises
    ChangedMeanwhile when the list has other rules or another order since, or when the IDs are not exactly its own.
    """
    with transaction.atomic():
        rule_set = lock_set(organization, trigger)
        rules = list(rules_of(rule_set))
        rows = {one.public_id: one.pk for one in rules if not one.is_default}
        complete = set(public_ids) == rows.keys() and len(public_ids) == len(rows)
        if not complete or not _was_so(rule_set, rules, seen):
            raise ChangedMeanwhile("The list was changed by somebody else in the meantime. Look again, then order it.")
        number([rows[public_id] for public_id in public_ids])
        publish(rule_set, by, "Reordered the rules")
        assert rule_set.published is not None
        return rule_set.published.number


def _was_so(rule_set: RuleSet, rules: Sequence[Rule], seen: int) -> bool:
    """Say whether version `seen` of the list had these rules in this order: what else changed is no obstacle."""
    if rule_set.published is None or rule_set.published.number == seen:
        return True
    then = rule_set.versions.filter(number=seen).first()
    return then is not None and [one["rule"] for one in then.entries] == [one.pk for one in rules]


def delete_rule(rule: Rule, *, by: Actor) -> None:
    """Take a rule out of its list; its versions and runs stay. Raises Pinned for the default rule."""
    with transaction.atomic():
        rule_set = lock_set(rule.organization, rule.trigger)
        if rule.is_default:
            raise Pinned("The default rule cannot be deleted. Edit its action instead.")
        if Rule.across.filter(pk=rule.pk, deleted_at=None).update(deleted_at=Now(), enabled=False):
            log(rule, by, "deleted", "Deleted.")
            publish(rule_set, by, f"Deleted “{rule.name}”")


def _always_on(rule: Rule) -> bool:
    default = triggers.get(rule.trigger).default if rule.trigger in triggers else None
    return default is None or default.always_on


def _check_now(rule: Rule) -> None:
    assert rule.current is not None
    try:
        definition = Definition.model_validate(rule.current.definition)
    except ValidationError:
        message = "It cannot be read any more. Open it, build it again and save it."
        raise RuleInvalid([Fault("", message)]) from None
    check(definition, rule.trigger, rule.organization, is_default=rule.is_default)


def _switch(rule_set: RuleSet, rule: Rule, enabled: bool, by: Actor, line: str, told: str) -> None:
    Rule.across.filter(pk=rule.pk).update(enabled=enabled, updated_at=Now())
    rule.enabled = enabled
    if enabled:
        forgive(rule)
    log(rule, by, "enabled" if enabled else "disabled", line)
    publish(rule_set, by, told)
