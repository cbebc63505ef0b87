"""Two versions of one rule: their sentences, and what differs in each part."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from automations import words
from automations.comparing.actions import ActionDiff, Setting, Where, action_diffs
from automations.comparing.filters import filter_lines
from automations.comparing.lines import Line, changed, of_texts
from automations.definition import Definition
from automations.engine.triggers import Trigger
from portal.filters.fields import Choice
from portal.filters.to_words import Names
from portal.kit.json import Json


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two versions, part by part; empty parts are the same in both."""

    sentences: tuple[str, str]
    general: list[Setting]
    sources: list[Line]
    filter: list[Line]
    code: bool
    """Whether the lines of the filter are lines of code."""
    actions: list[ActionDiff]

    @property
    def parts(self) -> list[str]:
        """The names of the parts that differ, in words."""
        named = (
            (_("general"), bool(self.general)),
            (_("sources"), changed(self.sources)),
            (_("filter"), changed(self.filter)),
            (_("actions"), self.actions_differ),
        )
        return [name for name, differs in named if differs]

    @property
    def filter_differs(self) -> bool:
        """Whether a condition or a line of code went or came."""
        return changed(self.filter)

    @property
    def sources_differ(self) -> bool:
        """Whether a source went or came."""
        return changed(self.sources)

    @property
    def actions_differ(self) -> bool:
        """Whether an action went, came or changed."""
        return any(one.kind != "same" for one in self.actions)


def compare(
    before: Json, after: Json, trigger: Trigger, zone: dt.tzinfo, sources: Mapping[str, str], *, is_default: bool
) -> Comparison:
    """Compare two stored definitions of a rule; also those that cannot be read any more."""
    names = names_by(sources)
    told = before.get("filter", {}), after.get("filter", {})
    return Comparison(
        (_sentence(before, trigger, zone, sources, is_default), _sentence(after, trigger, zone, sources, is_default)),
        _general(before, after),
        of_texts(_sources(before, sources), _sources(after, sources)),
        filter_lines(*told, trigger.catalogue, zone, names),
        all(one.get("kind") == "code" for one in told),
        action_diffs(before.get("actions", []), after.get("actions", []), Where(trigger.catalogue, zone, names)),
    )


def names_by(sources: Mapping[str, str]) -> Names:
    """Return what names the stores in conditions."""

    def names(path: str) -> Sequence[Choice]:
        return [Choice(*one) for one in sources.items()] if path == "integration" else []

    return names


def _general(before: Json, after: Json) -> list[Setting]:
    found = [
        Setting(label, str(before.get(name) or ""), str(after.get(name) or ""))
        for name, label in (("name", _("Name")), ("description", _("Description")))
        if (before.get(name) or "") != (after.get(name) or "")
    ]
    if bool(before.get("once")) != bool(after.get("once")):
        yes, no = _("yes"), _("no")
        label = _("Once for each record")
        found.append(Setting(label, yes if before.get("once") else no, yes if after.get("once") else no))
    return found


def _sources(said: Json, sources: Mapping[str, str]) -> str:
    named = [sources.get(one, _("a deleted source")) for one in said.get("sources", ())]
    return "\n".join(sorted(named)) or _("every source")


def _sentence(
    said: Json, trigger: Trigger, zone: dt.tzinfo, sources: Mapping[str, str], is_default: bool
) -> str:  # fmt: skip
    try:
        made = Definition.model_validate(said)
        condition = words.condition(made, trigger, zone, sources, is_default=is_default)
        told = f"{condition} {words.where(made, sources)}".strip()
        return f"{told} → {words.effect(made)}"
    except (ValueError, LookupError):
        return _("This version cannot be read any more.")
