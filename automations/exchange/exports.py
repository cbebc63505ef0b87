"""Rules of an organization as one document: all, those of a trigger, or one."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from automations import queries, words
from automations.definition import Definition
from automations.engine.triggers import triggers
from automations.exchange.shape import KIND, VERSION, plain_rule
from automations.exchange.writing import comment, write
from automations.models import Rule
from portal.kit.json import Json
from portal.tenancy.models import Organization


def export_all(organization: Organization, *, trigger: str = "") -> str:
    """Return the rules of an organization, or of one of its triggers, in the order in which they run."""
    rows = Rule.objects.within(organization).filter(deleted_at=None)
    if trigger:
        rows = rows.filter(trigger=triggers.get(trigger).key)
    found = list(rows.select_related("current").order_by("is_default", "position", "pk"))
    places = {one.key: (one.position, one.key) for one in triggers.all()}
    return _document(organization, sorted(found, key=lambda rule: places.get(rule.trigger, (99, rule.trigger))))


def export_one(rule: Rule, *, definition: Json | None = None) -> str:
    """Return one rule as a document; `definition` is an older version of it."""
    return _document(rule.organization, [rule], {rule.pk: definition} if definition else {})


def _document(organization: Organization, rules: Sequence[Rule], older: dict[int, Json] | None = None) -> str:
    names = queries.names_of_sources(organization)
    head = {"switchyard": KIND, "version": VERSION, "organization": organization.name}
    text = comment("Automation rules. What may stand here: docs/rules-as-yaml.md. An import lands switched off.")
    text += write(head) + ("triggers:\n" if rules else "triggers: []\n")
    for trigger, group in groupby(rules, key=lambda rule: rule.trigger):
        text += write([{"trigger": trigger}], indent=2) + "    rules:\n"
        text += "".join(_rule(rule, names, organization, older or {}) for rule in group)
    return text


def _rule(rule: Rule, names: dict[str, str], organization: Organization, older: dict[int, Json]) -> str:
    assert rule.current is not None
    stored = older.get(rule.pk) or rule.current.definition
    told = plain_rule(
        stored,
        public_id=rule.public_id,
        enabled=rule.enabled,
        watch=rule.mode == Rule.Mode.WATCH,
        is_default=rule.is_default,
        sources=names,
    )
    sentence = " ".join(_sentence(rule, stored, names, organization))
    return (comment(sentence, indent=6) if sentence else "") + write([told], indent=6)


def _sentence(rule: Rule, stored: Json, names: dict[str, str], organization: Organization) -> Iterable[str]:
    """Return what the rule says in words; nothing of one that cannot be read (any more)."""
    try:
        definition, trigger = Definition.model_validate(stored), triggers.get(rule.trigger)
        zone = queries.zone_of(organization)
        told = [words.condition(definition, trigger, zone, names, is_default=rule.is_default)]
        told += [words.where(definition, names), "→", words.effect(definition)]
    except (ValueError, LookupError):
        return []
    return [one for one in told if one]
