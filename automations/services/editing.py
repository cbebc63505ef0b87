"""What rules say: adding, saving, renaming, copying, bringing an old version back."""

from django.db import transaction
from pydantic import ValidationError

from automations.definition import Definition
from automations.engine.triggers import triggers
from automations.engine_key import ensure_engine_key
from automations.models import Rule, RuleVersion
from automations.services.sets import (
    ChangedMeanwhile,
    check,
    insert,
    lock_rule,
    lock_set,
    log,
    next_version,
    publish,
    stored,
)
from automations.validation import Fault, RuleInvalid
from portal.audit.actor import Actor
from portal.kit import json
from portal.tenancy.models import Organization

NAME_LENGTH = 120
NOTE_LENGTH = 2_000


def ensure_defaults(organization: Organization) -> None:
    """Give an organization the default rules that triggers have (seed 002), each once and switched on, and its key."""
    ensure_engine_key(organization)
    for trigger in triggers.all():
        if trigger.default is not None:
            _ensure_default(organization, trigger.key, trigger.default.definition)


def _ensure_default(organization: Organization, trigger: str, definition: Definition) -> None:
    with transaction.atomic():
        rule_set = lock_set(organization, trigger)
        rows = Rule.across.filter(organization=organization, trigger=trigger, is_default=True, deleted_at=None)
        if rows.exists():
            return
        by = Actor.system()
        rule = insert(rule_set, definition, by, is_default=True, enabled=True)
        publish(rule_set, by, f"Added “{rule.name}”")


def create_rule(
    organization: Organization, trigger: str, definition: Definition, *, by: Actor, summary: str = ""
) -> Rule:
    """Add a rule above the default rule, below all others, switched off. Raises RuleInvalid.

    `summary` says where its first version comes from, when nobody has typed it.
    """
    check(definition, triggers.get(trigger).key, organization)
    with transaction.atomic():
        rule_set = lock_set(organization, trigger)
        rule = insert(rule_set, definition, by, summary=summary)
        publish(rule_set, by, f"Added “{rule.name}”")
    return rule


def save_rule(rule: Rule, definition: Definition, *, by: Actor, seen: int | None = None) -> Rule:
    """Save a rule as a new version. `seen` is the version number the person edited.

    Raises RuleInvalid with every fault, ChangedMeanwhile when a colleague saved it in between.
    """
    check(definition, rule.trigger, rule.organization, is_default=rule.is_default)
    return _say(rule, stored(definition), by, seen=seen, told="Edited")


def rename(rule: Rule, name: str, *, by: Actor) -> Rule:
    """Give a rule another name, as a new version; its place and everything else stay. Raises RuleInvalid.

    A rule that cannot be judged any more can still be renamed.
    """
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH:
        cure = "Give the rule a name." if not name else f"The name is longer than {NAME_LENGTH} characters. Shorten it."
        raise RuleInvalid([Fault("name", cure)])
    return _amend(rule, "name", name, by, verb="renamed", summary=f"Renamed to “{name}”.", told="Renamed")


def annotate(rule: Rule, note: str, *, by: Actor) -> Rule:
    """Change what colleagues read about a rule (its description), as a new version. Raises RuleInvalid."""
    if len(note) > NOTE_LENGTH:
        raise RuleInvalid([Fault("description", f"The note is longer than {NOTE_LENGTH:,} characters. Shorten it.")])
    return _amend(rule, "description", note.strip(), by, verb="edited", summary="Changed the note.", told="Noted on")


def restore(rule: Rule, number: int, *, by: Actor, seen: int | None = None) -> Rule:
    """Make an old version what the rule says again, as a new version that names it.

    The old version must be valid now: a source or field it speaks of may be gone. Raises RuleInvalid,
    ChangedMeanwhile, RuleVersion.DoesNotExist.
    """
    old = RuleVersion.across.get(rule_id=rule.pk, number=number)
    try:
        definition = Definition.model_validate(old.definition)
    except ValidationError as error:
        raise RuleInvalid(
            [Fault("", f"Version {number} cannot be read any more: {error.errors()[0]['msg']}")]
        ) from None
    check(definition, rule.trigger, rule.organization, is_default=rule.is_default)
    summary = f"Restored version {number}."
    return _say(rule, stored(definition), by, seen=seen, told="Restored", verb="restored", summary=summary)


def duplicate(rule: Rule, *, by: Actor) -> Rule:
    """Add a copy of a rule, switched off, at the end of the list (never as a default rule)."""
    assert rule.current is not None
    definition = Definition.model_validate(rule.current.definition)
    copy = definition.model_copy(update={"name": f"{definition.name[:110]} (copy)"})
    summary = f"Copied from “{rule.name}”, version {rule.current.number}."
    return create_rule(rule.organization, rule.trigger, copy, by=by, summary=summary)


def add_version(rule: Rule, definition: Definition, *, by: Actor, summary: str) -> Rule:
    """Save what came from a file as a new version, and switch the rule off: a person looks at it first.

    Raises RuleInvalid. Not for default rules, which are never off.
    """
    assert not rule.is_default
    check(definition, rule.trigger, rule.organization)
    with transaction.atomic():
        rule_set = lock_set(rule.organization, rule.trigger)
        rule = lock_rule(rule)
        if rule.enabled:
            Rule.across.filter(pk=rule.pk).update(enabled=False)
            rule.enabled = False
            log(rule, by, "disabled", "Switched off, because a new version was imported.")
        next_version(rule, stored(definition), by, verb="imported", summary=summary)
        publish(rule_set, by, f"Imported “{rule.name}”")
    return rule


def _amend(rule: Rule, part: str, value: str, by: Actor, *, verb: str, summary: str, told: str) -> Rule:
    """Change one text of a rule and nothing else, whatever else it says."""
    with transaction.atomic():
        rule_set = lock_set(rule.organization, rule.trigger)
        rule = lock_rule(rule)
        assert rule.current is not None
        if rule.current.definition.get(part, "") != value:
            next_version(rule, {**rule.current.definition, part: value}, by, verb=verb, summary=summary)
            publish(rule_set, by, f"{told} “{rule.name}”")
    return rule


def _say(
    rule: Rule, said: json.Json, by: Actor, *, seen: int | None, told: str, verb: str = "edited", summary: str = ""
) -> Rule:
    with transaction.atomic():
        rule_set = lock_set(rule.organization, rule.trigger)
        rule = lock_rule(rule)
        assert rule.current is not None
        if seen is not None and seen != rule.current.number:
            raise ChangedMeanwhile(
                f"“{rule.name}” was saved by {rule.current.by_name} while you edited it. Your text is still here; "
                f"open the rule in another tab to compare."
            )
        if rule.current.definition != said:
            next_version(rule, said, by, verb=verb, summary=summary)
            publish(rule_set, by, f"{told} “{rule.name}”")
    return rule
