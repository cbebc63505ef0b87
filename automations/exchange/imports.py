"""Taking a document of rules in: what it would do, then all of it or nothing.

Nothing that comes in runs: new rules land switched off at the end of their list, rules that are here
already get a new version and are switched off. The default rule is never off, so it is left alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction

from automations import queries, services
from automations.definition import Definition
from automations.engine.triggers import triggers
from automations.exchange.reading import Unreadable, read
from automations.exchange.shape import RuleText, Trouble, rules_of
from automations.models import Rule
from automations.services.code import writes_code
from automations.services.sets import lock_set, stored
from automations.validation import RuleInvalid
from portal.audit.actor import Actor
from portal.entities import patch
from portal.kit import json
from portal.kit.json import Json
from portal.tenancy.models import Organization


@dataclass(slots=True)
class Entry:
    """One rule of the document, and what becomes of it."""

    text: RuleText
    outcome: str
    """new, changed, unchanged, kept (a default rule that differs) or refused."""
    rule: Rule | None = None
    changes: list[patch.Change] = field(default_factory=list)
    remark: str = ""

    @property
    def troubles(self) -> list[Trouble]:
        """What is wrong with it, in the order of its lines."""
        return sorted(self.text.troubles, key=lambda one: one.line)


@dataclass(slots=True)
class Preview:
    """What an import would do. `problem` says why the document as a whole cannot be read."""

    entries: list[Entry] = field(default_factory=list)
    problem: Unreadable | None = None

    def count(self, outcome: str) -> int:
        """Return how many rules have an outcome."""
        return sum(entry.outcome == outcome for entry in self.entries)

    @property
    def refused(self) -> bool:
        """Whether something is wrong: then nothing at all is imported."""
        return self.problem is not None or self.count("refused") > 0

    @property
    def writes(self) -> int:
        """How many rules would be added or changed."""
        return self.count("new") + self.count("changed")


class Refused(ValueError):
    """Something in the document is wrong; nothing of it was imported."""

    def __init__(self, preview: Preview) -> None:
        super().__init__("The document cannot be imported as it is. Nothing was changed.")
        self.preview = preview


def preview(organization: Organization, data: bytes, *, may_code: bool) -> Preview:
    """Say what an import would do, rule by rule. Writes nothing."""
    try:
        texts = rules_of(read(data))
    except Unreadable as error:
        return Preview(problem=error)
    here = _rules_here(organization, texts)
    sources = queries.sources(organization).values_list("public_id", "name")
    by_id, seen = dict(sources), set[str]()
    entries = []
    for text in texts:
        if text.id and text.id in seen:
            text.trouble("id", f"The ID {text.id} stands in this document twice.")
        seen.add(text.id)
        entries.append(_judge(organization, text, here, by_id, may_code=may_code))
    return Preview(entries)


def import_rules(organization: Organization, data: bytes, *, by: Actor, may_code: bool) -> Preview:
    """Import a document: all of it in one transaction, or nothing. Raises Refused."""
    with transaction.atomic():
        for trigger in sorted(triggers.keys()):
            lock_set(organization, trigger)
        found = preview(organization, data, may_code=may_code)
        if found.refused:
            raise Refused(found)
        for entry in found.entries:
            if entry.outcome in ("new", "changed"):
                _write(organization, entry, by)
    return found


def _write(organization: Organization, entry: Entry, by: Actor) -> None:
    definition = entry.text.definition
    assert definition is not None
    if entry.rule is not None:
        entry.rule = services.add_version(entry.rule, definition, by=by, summary="Imported.")
        return
    entry.rule = services.create_rule(organization, entry.text.trigger, definition, by=by, summary="Imported.")
    if entry.text.watch:
        Rule.across.filter(pk=entry.rule.pk).update(mode=Rule.Mode.WATCH)


def _rules_here(organization: Organization, texts: list[RuleText]) -> dict[str, Rule]:
    """Return the organization's own rules among those that the document names, and its default rules."""
    rows = Rule.objects.within(organization).filter(deleted_at=None).select_related("current", "organization")
    wanted = {text.id for text in texts}
    return {rule.public_id: rule for rule in rows if rule.public_id in wanted or rule.is_default}


def _judge(
    organization: Organization, text: RuleText, here: Mapping[str, Rule], sources: Mapping[str, str], *, may_code: bool
) -> Entry:
    if text.trigger not in triggers:
        text.trouble("", f"There is no trigger “{text.trigger[:60]}”. There are {', '.join(triggers.keys())}.")
        return Entry(text, "refused")
    rule = _same(text, here)
    if text.is_default and rule is None:
        text.trouble("default", "This trigger has no default rule here. Leave “default” out to add it as a rule.")
    _resolve(text, sources, rule)
    if text.troubles or text.definition is None:
        return Entry(text, "refused", rule)
    before = rule.current.definition if rule is not None and rule.current is not None else None
    changes = _changes(before, text.definition)
    if rule is not None and changes == []:
        return Entry(text, "unchanged", rule)
    if text.is_default and rule is not None:
        remark = "The default rule is always on, so an import leaves it alone. Change its actions on its page."
        return Entry(text, "kept", rule, changes or [], remark)
    if not may_code and writes_code(text.definition.model_dump(), before):
        text.trouble("", "It holds JavaScript, which your role may not write. Ask a developer or an administrator.")
    try:
        services.check(text.definition, text.trigger, organization)
    except RuleInvalid as error:
        for fault in error.faults:
            text.trouble(fault.place, fault.message)
    if text.troubles:
        return Entry(text, "refused", rule)
    if rule is not None:
        return Entry(text, "changed", rule, changes or [], "It is switched off." if rule.enabled else "")
    return Entry(text, "new", remark=_twin(organization, text))


def _same(text: RuleText, here: Mapping[str, Rule]) -> Rule | None:
    """Return the rule that the text is a version of: by its ID, the default rule by being one."""
    if text.is_default:
        return next((rule for rule in here.values() if rule.is_default and rule.trigger == text.trigger), None)
    rule = here.get(text.id)
    if rule is not None and rule.trigger != text.trigger:
        text.trouble("id", f"The rule {text.id} belongs to the trigger {rule.trigger}. Leave the ID out to copy it.")
    if rule is not None and rule.is_default:
        text.trouble("default", "This is the ID of the default rule. Write “default: true”, or leave the ID out.")
    return rule


def _resolve(text: RuleText, sources: Mapping[str, str], rule: Rule | None) -> None:
    """Find the sources by ID, else by their name; a name that two have, or none, is refused."""
    found, before = [], rule.current.definition.get("sources", ()) if rule and rule.current else ()
    for index, (_line, public_id, name) in enumerate(text.sources):
        named = [one for one, called in sources.items() if name and called == name]
        if public_id in sources or public_id in before:
            found.append(public_id)
        elif len(named) == 1:
            found += named
        elif named:
            text.trouble(f"sources.{index}", f"Two sources are called “{name[:60]}”. Give the ID of one.")
        else:
            told = " ".join(one for one in (f"“{name[:60]}”" if name else "", public_id[:40]) if one)
            text.trouble(f"sources.{index}", f"There is no source {told} here.")
    if text.definition is not None:
        text.definition = text.definition.model_copy(update={"sources": tuple(dict.fromkeys(found))})
        _conditions(text, sources)


def _conditions(text: RuleText, sources: Mapping[str, str]) -> None:
    """Refuse conditions that ask for a source of another organization: they would never hold."""
    assert text.definition is not None
    if text.definition.filter.kind != "simple":
        return
    todo = [("filter", text.definition.filter.tree.get("root"))]
    while todo:
        place, node = todo.pop()
        items = node.get("items") if isinstance(node, dict) else None
        if isinstance(items, list):
            todo += [(f"{place}.{index}", item) for index, item in enumerate(items)]
        elif isinstance(node, dict) and node.get("field") == "integration":
            value = node.get("value")
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, str) and one and one not in sources:
                    text.trouble(place, f"There is no source {one[:40]} here. Give the ID of one of yours.")


def _changes(before: Json | None, definition: Definition) -> list[patch.Change] | None:
    """Return what the document changes; None where nothing is here to compare with."""
    if before is None:
        return None
    try:
        said = stored(definition)
        return patch.diff(_whole(before), said)
    except (ValueError, LookupError):
        # A rule that cannot be read (any more) is the same when it says the same; else `check` says what is wrong.
        return [] if json.loads(json.dumps(definition.model_dump())) == before else None


def _whole(before: Json) -> Json:
    """Return a stored definition with the settings that came later, where it can be read."""
    try:
        return stored(Definition.model_validate(before))
    except (ValueError, LookupError):
        return before


def _twin(organization: Organization, text: RuleText) -> str:
    rows = Rule.objects.within(organization).filter(trigger=text.trigger, name=text.name, deleted_at=None)
    return "A rule of this name is here already; this one is added beside it." if rows.exists() else ""
