"""What every act on rules goes through: one person at a time, a check, a version, a published list."""

from collections.abc import Sequence

from django.db.models import Max
from django.db.models.functions import Now

from automations.definition import Definition
from automations.engine.actions import actions
from automations.engine.triggers import triggers
from automations.models import Rule, RuleCounter, RuleSet, RuleSetVersion, RuleVersion
from automations.validation import Fault, RuleInvalid, faults
from orders.models import Source
from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.entities import patch
from portal.kit import json
from portal.tenancy.models import Organization


class ChangedMeanwhile(ValueError):
    """Somebody else has saved this rule or list since the page was loaded."""


class Pinned(ValueError):
    """The default rule is always last, always there, and never switched off."""


def check(definition: Definition, trigger: str, organization: Organization, *, is_default: bool = False) -> None:
    """Raise RuleInvalid with everything that keeps a rule from being saved or switched on."""
    found = faults(definition, triggers.get(trigger), is_default=is_default, organization=organization)
    found += _source_faults(definition, organization)
    if found:
        raise RuleInvalid(found)


def _source_faults(definition: Definition, organization: Organization) -> list[Fault]:
    if not definition.sources:
        return []
    rows = Source.objects.within(organization).filter(public_id__in=definition.sources)
    ours = {public_id: (name, state) for public_id, name, state in rows.values_list("public_id", "name", "state")}
    found = []
    for public_id in definition.sources:
        name, state = ours.get(public_id, ("", "deleted"))
        if state == "deleted":
            what = f"“{name}”" if name else "One of the sources"
            found.append(Fault("sources", f"{what} is not there any more. Choose among those that are shown."))
    return found


def lock_set(organization: Organization, trigger: str) -> RuleSet:
    """Let one person at a time change a list; makes it on first use."""
    RuleSet.across.get_or_create(organization=organization, trigger=trigger)
    # What is published is not joined: whoever has waited would be joined to what was published before the wait.
    rows = RuleSet.across.select_for_update(of=("self",), no_key=True).select_related("organization")
    return rows.get(organization=organization, trigger=trigger)


def lock_rule(rule: Rule) -> Rule:
    """Return a rule as it is now, with what it says. Call it with the list locked."""
    rows = Rule.across.select_for_update(of=("self",), no_key=True).select_related("organization")
    return rows.get(pk=rule.pk, deleted_at=None)


def rules_of(rule_set: RuleSet) -> list[Rule]:
    """Return the rules of a list in their order, the default rule last."""
    rows = Rule.across.filter(organization=rule_set.organization, trigger=rule_set.trigger, deleted_at=None)
    return list(rows.order_by("is_default", "position", "pk"))


def insert(
    rule_set: RuleSet,
    definition: Definition,
    by: Actor,
    *,
    is_default: bool = False,
    enabled: bool = False,
    summary: str = "",
) -> Rule:
    """Add a rule above the default rule, below all others, with its first version."""
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
    rule.current = _version(rule, stored(definition), by, 1, summary)
    rule.save(update_fields=["current"])
    log(rule, by, "created", summary or "Created.")
    return rule


def next_version(rule: Rule, said: json.Json, by: Actor, *, verb: str = "edited", summary: str = "") -> None:
    """Make what a rule says from now on its next version; the list is published by the caller."""
    assert rule.current is not None
    before = rule.current.definition
    rule.current = _version(rule, said, by, rule.current.number + 1, summary)
    rule.name = said["name"]
    rule.save(update_fields=["current", "name"])
    Rule.across.filter(pk=rule.pk).update(updated_at=Now())
    forgive(rule)
    told = f"Saved version {rule.current.number}." if not summary else f"Saved version {rule.current.number}: {summary}"
    log(rule, by, verb, told, patch.diff(before, said))


def forgive(rule: Rule) -> None:
    """Begin to count the failures of a rule anew: somebody has looked at it (`automations.guard`).

    A counter that an evaluation is writing at this moment is passed over: the evaluation may be about to lock the
    list, which is locked here, and the two would wait for each other.
    """
    failing = RuleCounter.across.filter(rule=rule, failures__gt=0).select_for_update(skip_locked=True)
    RuleCounter.across.filter(pk__in=list(failing.values_list("pk", flat=True))).update(failures=0, timeouts=0)


def stored(definition: Definition) -> json.Json:
    """Return the definition as JSON, each action's settings whole and in their own types."""
    whole = [
        spec.model_copy(update={"settings": actions.get(spec.key).settings.model_validate(spec.settings).model_dump()})
        for spec in definition.actions
    ]
    said: json.Json = json.loads(json.dumps(definition.model_copy(update={"actions": tuple(whole)}).model_dump()))
    return said


def _version(rule: Rule, said: json.Json, by: Actor, number: int, summary: str) -> RuleVersion:
    return RuleVersion.across.create(
        organization=rule.organization, rule=rule, number=number, definition=said, by_name=by.name, summary=summary
    )


def number(order: Sequence[int]) -> None:
    """Give rules, by their primary keys, the places 1, 2, 3 …"""
    for position, pk in enumerate(order, start=1):
        Rule.across.filter(pk=pk).exclude(position=position).update(position=position)


def publish(rule_set: RuleSet, by: Actor, summary: str) -> None:
    """Write the list as it is now as its next version, and make that the one that runs."""
    entries = [
        {"rule": one.pk, "version": one.current_id, "enabled": one.enabled, "watch": one.mode == Rule.Mode.WATCH}
        for one in rules_of(rule_set)
    ]
    rule_set.published = RuleSetVersion.across.create(
        organization=rule_set.organization,
        rule_set=rule_set,
        number=(rule_set.published.number if rule_set.published else 0) + 1,
        entries=entries,
        by_name=by.name,
        summary=summary,
    )
    rule_set.save(update_fields=["published"])


def log(rule: Rule, by: Actor, verb: str, summary: str, changes: Sequence[patch.Change] = ()) -> None:
    """Write a line into the history of a rule."""
    version = rule.current.number if rule.current else 1
    record([Entry(rule.organization_id, "rule", rule.pk, version, by, verb, summary, changes)])
