"""The actions of two versions beside each other: which went, came and changed, setting by setting."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _

from automations.comparing.filters import filter_lines
from automations.comparing.lines import Line, changed, of_texts
from automations.engine.actions import Input, actions
from portal.filters.fields import Catalogue
from portal.filters.to_words import Names, nameless
from portal.kit import json
from portal.kit.json import Json


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting that differs: as text before and after, or as lines."""

    label: str
    before: str = ""
    after: str = ""
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ActionDiff:
    """One action: same, changed, removed or added; its place in the list, from 1."""

    kind: str
    place: int
    label: str
    words: str
    settings: list[Setting] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Where:
    """What telling of settings needs: the fields of the record, the timezone, the names of stores."""

    catalogue: Catalogue
    zone: dt.tzinfo
    names: Names = nameless


def action_diffs(before: Sequence[Json], after: Sequence[Json], where: Where) -> list[ActionDiff]:
    """Return the actions of both, in their order; those of the same kind in the same place are compared."""
    keys = [str(spec.get("key")) for spec in before], [str(spec.get("key")) for spec in after]
    found: list[ActionDiff] = []
    for tag, a, b, c, d in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [_compared(before[a + n], after[c + n], c + n + 1, where) for n in range(b - a)]
            continue
        found += [_alone("removed", before[n], n + 1) for n in range(a, b)]
        found += [_alone("added", after[n], n + 1) for n in range(c, d)]
    return found


def _alone(kind: str, spec: Json, place: int) -> ActionDiff:
    return ActionDiff(kind, place, _label(spec), _words(spec))


def _compared(before: Json, after: Json, place: int, where: Where) -> ActionDiff:
    settings = [*_own(before, after), *_settings(before, after, where)]
    return ActionDiff("changed" if settings else "same", place, _label(after), _words(after), settings)


def _own(before: Json, after: Json) -> Iterator[Setting]:
    if bool(before.get("off")) != bool(after.get("off")):
        yield Setting(_("Action"), _state(before), _state(after))
    if before.get("note", "") != after.get("note", ""):
        yield Setting(_("Note"), before.get("note", ""), after.get("note", ""))


def _state(spec: Json) -> str:
    return _("switched off") if spec.get("off") else _("on")


def _settings(before: Json, after: Json, where: Where) -> Iterator[Setting]:
    old, new = before.get("settings", {}), after.get("settings", {})
    known = {one.name: one for one in _inputs(after)}
    for name in sorted(old.keys() | new.keys(), key=lambda name: list(known).index(name) if name in known else 99):
        if old.get(name) != new.get(name):
            yield _setting(known.get(name), name, old.get(name), new.get(name), where)


def _setting(input: Input | None, name: str, old: Any, new: Any, where: Where) -> Setting:
    label = _(input.label) if input is not None else name
    if input is not None and input.kind == "filter" and isinstance(old, dict) and isinstance(new, dict):
        return Setting(label, lines=filter_lines(old, new, where.catalogue, where.zone, where.names))
    before, after = _text(input, old), _text(input, new)
    lines = of_texts(before, after) if "\n" in before + after else []
    return Setting(label, before, after, lines if changed(lines) else [])


def _text(input: Input | None, value: Any) -> str:
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        return next((_(label) for key, label in (input.choices if input else ()) if key == value), value)
    if isinstance(value, list) and all(not isinstance(one, dict | list) for one in value):
        return ", ".join(map(str, value))
    return json.pretty(value) if isinstance(value, dict | list) else str(value)


def _inputs(spec: Json) -> Sequence[Input]:
    return actions.get(spec["key"]).inputs if spec.get("key") in actions else ()


def _label(spec: Json) -> str:
    return _(actions.get(spec["key"]).label) if spec.get("key") in actions else str(spec.get("key"))


def _words(spec: Json) -> str:
    """Return an action in words; nothing of one that cannot be read (any more)."""
    if spec.get("key") not in actions:
        return ""
    action = actions.get(spec["key"])
    try:
        return str(action.words(action.settings.model_validate(spec.get("settings", {}))))
    except ValueError:
        return ""
