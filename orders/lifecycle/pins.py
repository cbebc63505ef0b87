"""What was set here and by whom (`Order.kept`), and what follows from it. Pure.

A mark stands at the path of a change: what a person has set is left alone by rules and by the channel, what a
rule has set is left alone by the channel. Custom fields are marked each by its name, because a list that is
kept as a whole would shut out what the channel says of all the others. A rule that takes a value away resets
it: the mark goes, and the channel's next report counts again. A person who empties a field means it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from portal.audit.actor import Actor
from portal.entities import patch
from portal.entities.patch import Change
from portal.kit.json import Json
from portal.kit.text import fold

NAMED = "/customFields"
OURS = ("/disposition", "/dispositions", "/fulfilledAt", "/unfulfilledAt")
"""What no channel reports: it stays whatever a report does not say."""
SETTERS = frozenset({"user", "rule"})


def pinned_by_people(kept: Json) -> dict[str, str]:
    """Return who has set a field by hand, by its path: rules leave these alone."""
    return {path: str(mark["name"]) for path, mark in kept.items() if mark.get("kind") == "user"}


def touches(path: str, other: str) -> bool:
    """Say whether one path is the other, or stands inside it, either way round."""
    return path == other or path.startswith(other + "/") or other.startswith(path + "/")


def marked(kept: Json, changes: Iterable[Change], by: Actor) -> tuple[Json, bool]:
    """Return the marks after somebody's changes, and whether a field was given back to the channel by them."""
    if by.kind not in SETTERS:
        return kept, False
    mark = {"kind": by.kind, "id": by.id, "name": by.name}
    set_here = [change for change in changes if by.kind == "rule" or change["path"] not in OURS]  # computed: no pin
    fields = [(path, gone and by.kind == "rule") for change in set_here for path, gone in _fields(change)]
    back = [path for path, is_reset in fields if is_reset]
    left = {path: one for path, one in kept.items() if not any(touches(path, given) for given in back)}
    return left | {path: mark for path, is_reset in fields if not is_reset}, bool(back)


def given_back(kept: Json, path: str) -> Json:
    """Return the marks without those of a field, of what is inside it and of what it stands in."""
    return {other: mark for other, mark in kept.items() if not touches(path, other)}


def reported(changes: Sequence[Change], kept: Json) -> list[Change]:
    """Return what counts of a channel's report: everything but what was set here."""
    marks = [*kept, *OURS]
    counted = []
    for change in changes:
        if change["path"] == NAMED and NAMED not in marks:
            counted += _named(change, [path for path in kept if path.startswith(f"{NAMED}/")])
        elif not any(touches(change["path"], path) for path in marks):
            counted.append(change)
    return counted


def left_alone(changes: Sequence[Change], pinned: Mapping[str, str]) -> tuple[list[Change], list[tuple[str, str]]]:
    """Return what a rule may change where people have pinned fields, and what it leaves: (path, who has set it).

    Of the custom fields only those that are pinned are left, each as it is.
    """
    named = [path for path in pinned if path.startswith(f"{NAMED}/")]
    made: list[Change] = []
    left: list[tuple[str, str]] = []
    for change in changes:
        by = next((path for path in pinned if touches(change["path"], path)), None)
        if by is None:
            made.append(change)
        elif change["path"] == NAMED and NAMED not in pinned:
            made += _named(change, named)
            left += [(path, pinned[path]) for path, _gone in _fields(change) if path in pinned]
        else:
            left.append((change["path"], pinned[by]))
    return made, left


def _fields(change: Change) -> list[tuple[str, bool]]:
    """Return the fields that a change sets, each with whether it takes the value away."""
    path, gone = change["path"], change["op"] == "remove"
    if path == NAMED:
        before, after = _by_name(change.get("old")), _by_name(change.get("value"))
        return [(_path(name), name not in after) for name in before | after if before.get(name) != after.get(name)]
    if change["op"] == "add" and isinstance(change["value"], dict) and change["value"]:
        return [(one["path"], False) for one in patch.diff({}, change["value"], path)]
    return [(path, gone)]


def _named(change: Change, kept: Sequence[str]) -> list[Change]:
    """Return a change of the custom fields with those as they are that are kept, by their paths."""
    if not kept:
        return [change]
    old: list[Json] = change.get("old") or []
    mine = [one for one in old if _path(fold(one["name"])) in kept]
    theirs = [one for one in change.get("value") or [] if _path(fold(one["name"])) not in kept]
    value = _ordered([*theirs, *mine], old)
    if value == old:
        return []
    return [change | {"op": "replace" if "old" in change else "add", "value": value}]


def _ordered(items: Sequence[Json], like: Sequence[Json]) -> list[Json]:
    """Return items in the order they had, new ones behind: where a field stands in the list is no news."""
    place = {fold(one["name"]): index for index, one in reversed(list(enumerate(like)))}
    return sorted(items, key=lambda one: place.get(fold(one["name"]), len(like)))


def _by_name(items: Any) -> dict[str, Any]:
    return {fold(one["name"]): one["value"] for one in reversed(items or [])}


def _path(name: str) -> str:
    """Return where the mark of a custom field stands, by its folded name."""
    return f"{NAMED}/" + name.replace("~", "~0").replace("/", "~1")
